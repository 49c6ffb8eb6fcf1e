// Menus are <details>. One is open at a time; Escape closes it and gives the focus back.

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

export function closeMenus(except = null) {
  for (const menu of openMenus()) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

const ITEMS = ".menu-item:not([disabled]), .menu-panel input, .menu-panel button, .menu-panel a";

function items(menu) {
  return [...menu.querySelectorAll(ITEMS)].filter((item) => item.offsetParent !== null);
}

function move(menu, step) {
  const listed = items(menu);
  const at = listed.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : listed.length - 1) : (at + step + listed.length) % listed.length;
  listed[next]?.focus();
}

function keepInside(menu) {
  const panel = menu.querySelector(".menu-panel");
  if (!panel || getComputedStyle(panel).position === "fixed") return;
  const box = panel.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  if (box.right > width - 4) panel.classList.add("end");
  if (box.left < 4) panel.classList.remove("end");
}

function addFilter(form) {
  const choices = [...form.querySelectorAll(".menu-item")];
  if (choices.length < 9 || form.querySelector("[data-filter]")) return;
  const input = document.createElement("input");
  input.className = "input";
  input.dataset.filter = "";
  input.placeholder = "Filter";
  input.setAttribute("aria-label", "Filter");
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const choice of choices) choice.hidden = !choice.textContent.toLowerCase().includes(wanted);
  });
  form.prepend(input);
}

export function startMenus() {
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLDetailsElement) || !menu.hasAttribute("data-menu") || !menu.open) return;
      closeMenus(menu);
      keepInside(menu);
      for (const form of menu.querySelectorAll("[data-filterable]")) addFilter(form);
      menu.querySelector("[data-filter]")?.focus();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopImmediatePropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-uncheck]");
    if (!button) return;
    for (const box of button.form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    button.form.requestSubmit();
  });
}
