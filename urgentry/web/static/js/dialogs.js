// Opens dialogs by name and asks before what cannot be undone.

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

export function startOpeners() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) openDialog(opener.dataset.open);
    const dialog = event.target instanceof HTMLDialogElement ? event.target : null;
    if (dialog) dialog.close();
  });
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function ask(text, label) {
  return new Promise((resolve) => {
    const yes = element("button", { class: "button danger", value: "yes" }, label);
    const no = element("button", { class: "button", value: "no", autofocus: "" }, "Cancel");
    const form = element("form", { method: "dialog", class: "dialog-body" });
    form.append(element("p", {}, text), element("div", { class: "form-actions" }, yes, no));
    const dialog = element("dialog", { "aria-label": label }, form);
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function startConfirming() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-confirm]");
    if (!button || button.dataset.confirmed) return;
    event.preventDefault();
    if (!(await ask(button.dataset.confirm, button.textContent.trim() || "Continue"))) return;
    button.dataset.confirmed = "yes";
    button.form.requestSubmit(button);
    delete button.dataset.confirmed;
  });
}
