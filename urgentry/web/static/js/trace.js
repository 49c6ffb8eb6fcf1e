// The waterfall of a trace: lines fold, come as one scrolls, and show a span beside them.

import { load, swap } from "./forms.js";

const SOON_MS = 200;
let seen = null;
let timer = null;

const page = () => document.querySelector("[data-trace-page]");
const box = () => document.querySelector("[data-waterfall]");
const lines = () => [...box().querySelectorAll(".wf-line")].filter((line) => !line.hidden);
const isTyping = (event) => /^(input|textarea|select)$/i.test(event.target.tagName);

function address(changes) {
  const made = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") made.searchParams.delete(name);
    else made.searchParams.set(name, value);
  }
  return made;
}

// Folding. A line knows its number and how many lines stand below it; a gap, which lines it stands for.

const startOf = (element) => Number(element.dataset.i ?? element.dataset.from);

function splitGap(gap, at) {
  const rest = gap.cloneNode(true);
  gap.dataset.until = at;
  rest.dataset.from = at;
  gap.after(rest);
  for (const each of [gap, rest]) {
    const link = each.querySelector("a");
    const count = Number(each.dataset.until) - Number(each.dataset.from);
    link.lastChild.textContent = `${count.toLocaleString("en")} more ${count === 1 ? "line" : "lines"}`;
    link.href = address({ from: each.dataset.from });
  }
  seen?.observe(rest);
}

function fold(line, isFolded) {
  if (!line.hasAttribute("aria-expanded")) return;
  line.setAttribute("aria-expanded", String(!isFolded));
  line.querySelector(".wf-toggle").setAttribute("aria-label", isFolded ? "Unfold" : "Fold");
  const end = Number(line.dataset.i) + Number(line.dataset.n) + 1;
  let hiddenUntil = isFolded ? end : 0;
  for (let next = line.nextElementSibling; next && startOf(next) < end; next = next.nextElementSibling) {
    if (next.dataset.until && Number(next.dataset.until) > end) splitGap(next, end);
    next.hidden = startOf(next) < hiddenUntil;
    if (!next.hidden && next.getAttribute("aria-expanded") === "false") {
      hiddenUntil = Number(next.dataset.i) + Number(next.dataset.n) + 1;
    }
  }
}

function foldAll() {
  const trees = [...box().querySelectorAll(".wf-line[aria-expanded]")].filter((line) => line.ariaLevel !== "1");
  const isFolded = trees.some((line) => line.getAttribute("aria-expanded") === "true");
  for (const line of trees) fold(line, isFolded);
}

// Lines that are not here yet.

async function fill(gap) {
  if (gap.dataset.busy) return;
  gap.dataset.busy = "yes";
  const from = address({ part: "lines", from: gap.dataset.from, until: gap.dataset.until });
  const answer = await load(from).catch(() => null);
  if (!answer || !gap.isConnected) return;
  const made = new DOMParser().parseFromString(answer.html, "text/html");
  const fresh = [...made.body.children].map((each) => document.adoptNode(each));
  gap.replaceWith(...fresh);
  watch(fresh);
  mark();
}

function watch(elements) {
  for (const element of elements) if (element.dataset.from) seen.observe(element);
}

function begin() {
  seen?.disconnect();
  seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) fill(entry.target);
    },
    { rootMargin: "600px" },
  );
  box().dataset.ready = "yes";
  watch(box().children);
  const first = box().querySelector(".wf-line[aria-selected]") ?? box().querySelector(".wf-line");
  if (first) first.tabIndex = 0;
}

// One span in full.

function mark() {
  const picked = new URL(location.href).searchParams.get("span");
  for (const line of box().querySelectorAll(".wf-line[data-span]")) {
    if (line.dataset.span === picked) line.setAttribute("aria-selected", "true");
    else line.removeAttribute("aria-selected");
  }
}

async function show(span) {
  const side = document.querySelector("[data-span-side]");
  history.replaceState({}, "", address({ span }));
  mark();
  side.hidden = !span;
  if (!span) return;
  const answer = await load(address({ part: "span" })).catch(() => null);
  if (!answer || new URL(location.href).searchParams.get("span") !== span) return;
  const made = new DOMParser().parseFromString(answer.html, "text/html");
  side.replaceChildren(document.adoptNode(made.querySelector("[data-region=span]")));
  side.scrollTop = 0;
  document.dispatchEvent(new CustomEvent("urgentry:swapped"));
}

function onClick(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const toggle = event.target.closest(".wf-toggle");
  const line = event.target.closest(".wf-line");
  const gap = event.target.closest(".wf-gap");
  const link = event.target.closest("[data-span-link]");
  if (toggle) {
    fold(line, line.getAttribute("aria-expanded") === "true");
    focus(line);
  } else if (event.target.closest("[data-fold-all]")) foldAll();
  else if (event.target.closest("[data-span-close]")) show("");
  else if (link) show(link.dataset.spanLink);
  else if (gap) fill(gap);
  else if (line?.dataset.span && event.target.closest(".wf-link, .wf-time")) {
    show(line.dataset.span);
    focus(line);
  } else return;
  event.preventDefault();
}

// Keys: up and down, left and right as in every tree.

function focus(line) {
  if (!line) return;
  for (const each of box().querySelectorAll(".wf-line[tabindex='0']")) each.tabIndex = -1;
  line.tabIndex = 0;
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function parentOf(line) {
  const level = Number(line.ariaLevel);
  let above = line.previousElementSibling;
  while (above && !(above.ariaLevel && Number(above.ariaLevel) < level)) above = above.previousElementSibling;
  return above;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key === "Escape" && !document.querySelector("[data-span-side][hidden]")) {
    show("");
    return;
  }
  const isStep = event.key === "j" || event.key === "k";
  let line = document.activeElement.closest?.(".wf-line");
  if (!line && isStep) {
    focus(box().querySelector(".wf-line[tabindex='0']"));
    return;
  }
  if (!line) return;
  const all = lines();
  const at = all.indexOf(line);
  const isOpen = line.getAttribute("aria-expanded");
  if (event.key === "ArrowDown" || event.key === "j") focus(all[at + 1]);
  else if (event.key === "ArrowUp" || event.key === "k") focus(all[at - 1]);
  else if (event.key === "Home") focus(all[0]);
  else if (event.key === "End") focus(all.at(-1));
  else if (event.key === "ArrowRight" && isOpen === "false") fold(line, false);
  else if (event.key === "ArrowRight") focus(all[at + 1]);
  else if (event.key === "ArrowLeft" && isOpen === "true") fold(line, true);
  else if (event.key === "ArrowLeft") focus(parentOf(line));
  else if (event.key === "Enter" && event.target === line) line.querySelector("a.wf-link")?.click();
  else return;
  event.preventDefault();
}

function onFind(event) {
  const form = event.target.closest("[data-trace-find]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const wanted = address({ find: form.elements.find.value.trim(), from: "" });
    const answer = await load(wanted).catch(() => null);
    if (!answer || form.elements.find.value.trim() !== (wanted.searchParams.get("find") ?? "")) return;
    history.replaceState({}, "", wanted);
    swap(answer.html);
    begin();
  }, SOON_MS);
}

export function startTrace() {
  if (!page()) return;
  begin();
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onFind);
  box().querySelector(".wf-line[aria-selected]")?.scrollIntoView({ block: "center" });
}
