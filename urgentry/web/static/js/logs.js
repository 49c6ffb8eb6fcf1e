// The list of logs: records open in place, numbers come after the list, the tail brings new ones.

import { load } from "./forms.js";
import * as times from "./times.js";

const MOST_ROWS = 500;
const AGAIN_MS = 3000;
let source = null;
let timer = null;
let held = [];

const page = () => document.querySelector("[data-logs]");
const list = () => document.querySelector("[data-log-rows]");
const button = () => document.querySelector("[data-tail-button]");
const isTyping = (event) => /^(input|textarea|select)$/i.test(event.target.tagName);

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

async function open(row) {
  row.classList.add("is-open");
  row.querySelector(".log-text").setAttribute("aria-expanded", "true");
  const answer = await load(`${row.dataset.href}?part=record`).catch(() => null);
  const record = answer && parsed(answer.html).querySelector("[data-region=record]");
  if (!record || !row.classList.contains("is-open")) return;
  row.querySelector(".log-record")?.remove();
  row.append(document.adoptNode(record));
  times.refresh(row);
}

function close(row) {
  row.classList.remove("is-open");
  row.querySelector(".log-text").setAttribute("aria-expanded", "false");
  row.querySelector(".log-record")?.remove();
}

function withParameter(name, value) {
  const made = new URL(location.href);
  for (const each of ["before", "after"]) made.searchParams.delete(each);
  if (name === "column") made.searchParams.append(name, value);
  else made.searchParams.set(name, `${made.searchParams.get(name) ?? ""} ${value}`.trim());
  return made;
}

function onClick(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const filter = event.target.closest("[data-log-filter]");
  const column = event.target.closest("[data-log-column]");
  const line = event.target.closest(".log-line");
  if (filter) location.assign(withParameter("query", filter.dataset.logFilter));
  else if (column) location.assign(withParameter("column", column.dataset.logColumn));
  else if (event.target.closest("[data-tail-button]")) toggleTail();
  else if (line && !event.target.closest(".log-more a") && !getSelection().toString()) {
    const row = line.parentElement;
    if (row.classList.contains("is-open")) close(row);
    else open(row);
    row.querySelector(".log-text").focus({ preventScroll: true });
  } else return;
  event.preventDefault();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...list().children];
  const at = rows.indexOf(document.activeElement.closest(".log-row"));
  const next = rows[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
  next?.querySelector(".log-text").focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  event.preventDefault();
}

async function summarize() {
  const place = document.querySelector("[data-logs-summary]");
  if (!place) return;
  const address = new URL(location.href);
  address.searchParams.set("part", "summary");
  const answer = await load(address).catch(() => null);
  const summary = answer && parsed(answer.html).querySelector("[data-region=summary]");
  if (summary) place.replaceWith(document.adoptNode(summary));
  else place.classList.remove("is-waiting");
  times.refresh();
}

// The tail. Rows do not move while somebody reads further down: they wait, and are counted.

const isReading = () => scrollY > 200 || list().querySelector(".log-row.is-open");

function say(text) {
  const state = document.querySelector("[data-tail-state]");
  state.hidden = !text;
  state.textContent = text;
}

function show(told) {
  document.querySelector("[data-log-empty]")?.remove();
  const known = new Set([...list().children].map((row) => row.dataset.log));
  const rows = [...parsed(`<ol>${told.html}</ol>`).querySelectorAll("[data-log]")];
  const fresh = rows.filter((row) => !known.has(row.dataset.log));
  for (const row of fresh) row.classList.add("is-fresh");
  list().prepend(...fresh.map((row) => document.adoptNode(row)));
  for (const row of [...list().children].slice(MOST_ROWS)) row.remove();
  times.refresh(list());
  const missed = told.missed ? ` ${told.missed.toLocaleString("en")} more came than are shown.` : "";
  say(`Following: new records appear on top.${missed}`);
}

function onLogs(event) {
  const told = JSON.parse(event.data);
  if (!isReading()) {
    for (const each of [...held.splice(0), told]) show(each);
    return;
  }
  held = [...held, told].slice(-20);
  const count = held.reduce((sum, each) => sum + each.count, 0);
  say(`${count} new: shown when you are at the top with no record open.`);
}

function release() {
  if (held.length && !isReading()) for (const each of held.splice(0)) show(each);
}

function follow() {
  source = new EventSource(page().dataset.tail + location.search);
  source.addEventListener("hello", () => say("Following: new records appear on top."));
  source.addEventListener("logs", onLogs);
  source.addEventListener("error", () => {
    say("Reconnecting…");
    if (source?.readyState === EventSource.CLOSED) timer = setTimeout(follow, AGAIN_MS);
  });
}

function stop() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function toggleTail() {
  const isOn = button().getAttribute("aria-pressed") !== "true";
  button().setAttribute("aria-pressed", String(isOn));
  const made = new URL(location.href);
  if (isOn) made.searchParams.set("tail", "on");
  else made.searchParams.delete("tail");
  history.replaceState({}, "", made);
  if (isOn) follow();
  else {
    stop();
    say("");
  }
}

export function startLogs() {
  if (!page() || !list()) return;
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  addEventListener("scroll", release, { passive: true });
  document.addEventListener("click", () => setTimeout(release));
  document.addEventListener("visibilitychange", () => {
    if (button().getAttribute("aria-pressed") !== "true") return;
    if (document.hidden) stop();
    else if (!source) follow();
  });
  summarize();
  const asked = new URL(location.href).searchParams;
  button().hidden = asked.has("before") || asked.has("after");
  if (asked.get("tail") === "on" && !button().hidden) toggleTail();
}
