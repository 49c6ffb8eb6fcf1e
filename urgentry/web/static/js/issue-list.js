// The issue list: a cursor for the keyboard, selecting, and news without rows that move.

import { load, swap } from "./forms.js";
import { listen } from "./live.js";
import * as times from "./times.js";

const ASK_AFTER_MS = 400;
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const list = () => document.querySelector("[data-list]");
const rows = () => [...document.querySelectorAll("[data-issue]")];
const current = () => document.querySelector(".issue.is-current");
const boxes = () => [...document.querySelectorAll(".issue input[name=id]")];

let cursor = -1;
let lastBox = null;
let isPaused = false;
let waiting = new Set();
let news = new Set();
let timer = null;

function setCursor(next) {
  const listed = rows();
  if (!listed.length) return;
  cursor = Math.max(0, Math.min(next, listed.length - 1));
  current()?.classList.remove("is-current");
  const row = listed[cursor];
  row.classList.add("is-current");
  row.querySelector(".issue-link").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function countSelected() {
  const selected = boxes().filter((box) => box.checked).length;
  const label = document.querySelector("[data-selected-count]");
  if (label) label.textContent = selected ? `${selected} selected` : "";
  const all = document.querySelector("[data-check-all]");
  if (!all) return;
  all.checked = selected > 0 && selected === boxes().length;
  all.indeterminate = selected > 0 && !all.checked;
}

function selectRange(box) {
  const listed = boxes();
  const [from, to] = [listed.indexOf(lastBox), listed.indexOf(box)].sort((a, b) => a - b);
  for (const each of listed.slice(Math.max(from, 0), to + 1)) each.checked = box.checked;
}

function onKey(event) {
  if (!list() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(input|textarea|select)$/i.test(event.target.tagName) && event.target.type !== "checkbox") return;
  if (document.querySelector("dialog[open]")) return;
  const box = current()?.querySelector("input[name=id]");
  if (event.key === "j" || event.key === "k") {
    setCursor(cursor < 0 ? 0 : cursor + (event.key === "j" ? 1 : -1));
  } else if (event.key === "x" && box) {
    box.checked = !box.checked;
    countSelected();
  } else if (event.key === "n" && news.size) {
    showNews();
  } else if ((event.key === "e" || event.key === "a") && box && !boxes().some((each) => each.checked)) {
    box.checked = true;
    countSelected();
    return;
  } else if (event.key === "Escape" && boxes().some((each) => each.checked)) {
    for (const each of boxes()) each.checked = false;
    countSelected();
  } else {
    return;
  }
  event.preventDefault();
}

function onChange(event) {
  const box = event.target;
  if (box.matches("[data-check-all]")) for (const each of boxes()) each.checked = box.checked;
  if (box.name === "id" || box.matches("[data-check-all]")) countSelected();
}

function onClick(event) {
  const box = event.target.closest?.(".issue input[name=id]");
  if (!box) return;
  if (event.shiftKey && lastBox) {
    selectRange(box);
    countSelected();
  }
  lastBox = box;
}

function bump(row, told) {
  for (const element of row.querySelectorAll("[data-live=last] time")) times.show(element, told.at / 1000);
  const cell = row.querySelector("[data-live=events][data-count]");
  if (!cell) return;
  const count = Number(cell.dataset.count) + told.count;
  cell.dataset.count = count;
  const shown = cell.querySelector(".num");
  shown.textContent = SHORT.format(count).replace("K", "k");
  shown.title = count.toLocaleString("en");
  cell.classList.remove("is-bumped");
  requestAnimationFrame(() => cell.classList.add("is-bumped"));
}

function showPill() {
  const pill = document.querySelector("[data-new-pill]");
  if (!pill) return;
  pill.hidden = !news.size;
  pill.textContent = `${news.size} new ${news.size === 1 ? "issue" : "issues"}`;
}

async function askWhichBelong() {
  const ids = [...waiting];
  waiting = new Set();
  const address = new URL(list()?.dataset.matching ?? "", location.href);
  for (const id of ids) address.searchParams.append("id", id);
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  for (const id of (await answer.json()).ids) news.add(id);
  showPill();
}

function isElsewhere(told) {
  const chosen = new URL(list().dataset.matching, location.href).searchParams.getAll("environment");
  return chosen.length > 0 && !chosen.includes(told.environment);
}

function onLive(kind, told) {
  if (isPaused || !list() || (kind === "events" && isElsewhere(told))) return;
  const row = document.querySelector(`[data-issue="${told.issue}"]`);
  if (kind === "events" && row) {
    bump(row, told);
  } else if (kind === "events") {
    waiting.add(told.issue);
    clearTimeout(timer);
    timer = setTimeout(askWhichBelong, ASK_AFTER_MS);
  } else if (kind === "issue" && row && (told.action === "deleted" || told.action === "merged")) {
    row.classList.add("is-gone");
  }
}

function showState(state) {
  const button = document.querySelector("[data-live-state]");
  if (!button) return;
  button.hidden = false;
  const shown = isPaused ? "paused" : state;
  button.dataset.state = shown;
  button.setAttribute("aria-pressed", String(isPaused));
  button.querySelector("[data-live-label]").textContent =
    { live: "Live", paused: "Paused", away: "Connecting" }[shown];
}

async function showNews() {
  const answer = await load(location.href);
  if (!answer) return;
  news = new Set();
  swap(answer.html);
}

export function startIssueList() {
  if (!list()) return;
  let state = "away";
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-new-pill]")) showNews();
    if (event.target.closest("[data-live-state]")) {
      isPaused = !isPaused;
      showState(state);
      if (!isPaused) showNews();
    }
  });
  document.addEventListener("urgentry:swapped", () => {
    countSelected();
    showPill();
    if (cursor >= 0) setCursor(cursor);
  });
  countSelected();
  sessionStorage.setItem("urgentry-list", location.href);
  listen(onLive, (next) => {
    state = next;
    showState(state);
  });
}
