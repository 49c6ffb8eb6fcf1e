/* The dialog that asks people what they did when an error happened. `settings` stands before this
   text. Values are set as text and properties, never as markup, so that nothing of them runs. */
(function (settings) {
  "use strict";
  var document = window.document;
  var before = document.activeElement;

  function element(name, style, properties) {
    var made = document.createElement(name);
    for (var rule in style) made.style[rule] = style[rule];
    for (var property in properties) made[property] = properties[property];
    return made;
  }

  var font = "system-ui, -apple-system, 'Segoe UI', sans-serif";
  var overlay = element("div", {
    position: "fixed", inset: "0", zIndex: "2147483647", overflow: "auto", padding: "5vh 16px",
    background: "rgba(20, 20, 26, 0.6)", font: "15px/1.45 " + font
  });
  var box = element("form", {
    maxWidth: "480px", margin: "0 auto", padding: "24px", borderRadius: "10px",
    background: "#fff", color: "#1c1c22", boxShadow: "0 12px 40px rgba(0, 0, 0, 0.35)"
  }, { noValidate: true });
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.setAttribute("aria-labelledby", "urgentry-report-title");

  var title = element("h2", { margin: "0 0 4px", font: "600 19px/1.3 " + font }, {
    id: "urgentry-report-title", textContent: settings.title
  });
  var subtitle = element("p", { margin: "0 0 16px", color: "#55555f" }, {
    textContent: settings.subtitle + " " + settings.subtitle2
  });
  var problem = element("p", { margin: "0 0 12px", color: "#b3261e" });
  problem.setAttribute("role", "alert");

  function field(kind, name, label, value) {
    var holder = element("label", { display: "block", margin: "0 0 12px", fontWeight: "500" }, {
      textContent: label
    });
    var input = element(kind, {
      display: "block", boxSizing: "border-box", width: "100%", margin: "4px 0 0", padding: "8px",
      border: "1px solid #b9b9c3", borderRadius: "6px", font: "inherit", color: "inherit",
      background: "#fff"
    }, { name: name, value: value || "", required: true });
    holder.appendChild(input);
    return { holder: holder, input: input };
  }

  var name = field("input", "name", settings.labelName, settings.name);
  var email = field("input", "email", settings.labelEmail, settings.email);
  email.input.type = "email";
  var comments = field("textarea", "comments", settings.labelComments, "");
  comments.input.rows = 6;

  function button(label, background, color) {
    return element("button", {
      padding: "9px 16px", marginRight: "8px", border: "1px solid #b9b9c3", borderRadius: "6px",
      background: background, color: color, font: "600 14px/1 " + font, cursor: "pointer"
    }, { textContent: label });
  }

  var submit = button(settings.labelSubmit, "#3b2fb5", "#fff");
  submit.type = "submit";
  var leave = button(settings.labelClose, "#fff", "#1c1c22");
  leave.type = "button";

  function close() {
    document.removeEventListener("keydown", onKey, true);
    if (overlay.parentNode) overlay.parentNode.removeChild(overlay);
    if (before && before.focus) before.focus();
    window.postMessage("__sentry_reportdialog_closed__", "*");
  }

  function onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  }

  function tell(text) {
    problem.textContent = text;
    submit.disabled = false;
  }

  function thank() {
    while (box.firstChild) box.removeChild(box.firstChild);
    title.textContent = settings.successMessage;
    leave.onclick = close;
    box.appendChild(title);
    box.appendChild(leave);
    leave.focus();
  }

  box.onsubmit = function (event) {
    event.preventDefault();
    var pairs = [name, email, comments].map(function (each) {
      return each.input.name + "=" + encodeURIComponent(each.input.value);
    });
    submit.disabled = true;
    problem.textContent = "";
    var request = new XMLHttpRequest();
    request.open("POST", settings.endpoint, true);
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () {
      if (request.status === 200) thank();
      else tell(request.status === 400 ? settings.errorFormEntry : settings.errorGeneric);
    };
    request.onerror = function () {
      tell(settings.errorGeneric);
    };
    request.send(pairs.join("&"));
  };
  leave.onclick = close;
  overlay.onclick = function (event) {
    if (event.target === overlay) close();
  };

  var row = element("div", { marginTop: "16px" });
  row.appendChild(submit);
  row.appendChild(leave);
  [title, subtitle, problem, name.holder, email.holder, comments.holder, row].forEach(
    function (each) { box.appendChild(each); }
  );
  overlay.appendChild(box);
  document.addEventListener("keydown", onKey, true);
  document.body.appendChild(overlay);
  (settings.name ? comments : name).input.focus();
})(settings);
