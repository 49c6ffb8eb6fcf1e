// The palette: a few letters, then Enter. The server finds what they may mean.

import { load } from "./forms.js";

const SOON_MS = 80;
let timer = null;
let asked = 0;

const dialog = () => document.getElementById("palette");
const field = () => dialog().querySelector(".palette-input");
const options = () => [...dialog().querySelectorAll("[role=option]")];
const chosen = () => options().find((each) => each.ariaSelected === "true");

function choose(option) {
  for (const each of options()) each.ariaSelected = String(each === option);
  if (option) field().setAttribute("aria-activedescendant", option.id);
  else field().removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

async function find() {
  const own = ++asked;
  const address = new URL(dialog().dataset.paletteFrom, location.href);
  address.searchParams.set("part", "list");
  address.searchParams.set("q", field().value);
  const answer = await load(address).catch(() => null);
  if (!answer || own !== asked) return;
  const made = new DOMParser().parseFromString(answer.html, "text/html");
  dialog().querySelector(".palette-list").replaceChildren(...[...made.body.children].map((each) => document.adoptNode(each)));
  choose(chosen() ?? null);
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  field().value = "";
  dialog().showModal();
  field().focus();
  find();
}

function move(step) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
}

function onKey(event) {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") chosen()?.click();
  else return;
  event.preventDefault();
}

export function startPalette() {
  if (!dialog()) return;
  field().addEventListener("keydown", onKey);
  field().addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, SOON_MS);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}
