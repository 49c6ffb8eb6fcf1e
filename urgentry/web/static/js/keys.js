// Single keys. What has a key says so itself (`data-key`); `g` begins a way to another page.

import { openDialog } from "./dialogs.js";

const PLACES = {
  i: "/issues/",
  e: "/traces/",
  l: "/logs/",
  f: "/performance/",
  r: "/releases/",
  c: "/crons/",
  p: "/projects/",
  t: "/stats/",
  s: "/settings/",
};
const CHORD_MS = 1200;
let chordUntil = 0;

function isTyping(event) {
  const target = event.target;
  return (
    target.isContentEditable ||
    /^(textarea|select)$/i.test(target.tagName) ||
    (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(target.type))
  );
}

const isShown = (element) => element.getClientRects().length > 0;

function press(key) {
  const candidates = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  const element = [...candidates].find((each) => isShown(each) && !each.disabled);
  if (!element) return false;
  element.click();
  if (element.tagName === "SUMMARY") element.focus();
  return true;
}

function go(key) {
  const base = document.body.dataset.place;
  if (base && PLACES[key]) location.assign(base + PLACES[key]);
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector("dialog[open]")) return;
  if (performance.now() < chordUntil) {
    chordUntil = 0;
    go(event.key);
    return;
  }
  if (event.key === "g") {
    chordUntil = performance.now() + CHORD_MS;
  } else if (event.key === "?") {
    openDialog("shortcuts");
  } else if (event.key === "/") {
    const field = document.querySelector(".search-input, [data-crumb-search]:not([hidden])");
    if (!field) return;
    field.focus();
    field.select();
  } else if (event.key.length !== 1 || !press(event.key)) {
    return;
  }
  event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
}
