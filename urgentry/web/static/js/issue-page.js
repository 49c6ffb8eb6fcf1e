// The page of an issue: frames, breadcrumbs, counters that move.

import { load } from "./forms.js";
import { listen } from "./live.js";
import * as times from "./times.js";

const page = () => document.querySelector("[data-issue-page]");

function unfold(button) {
  const folded = [...document.querySelectorAll(`${button.dataset.unfold} :is(.frame, .fold)`)];
  const open = folded.some((each) => each.tagName === "DETAILS" && !each.open);
  for (const each of folded) each.open = open;
  button.textContent = open ? "Close all frames" : "Open all frames";
}

function searchCrumbs(field) {
  const wanted = field.value.trim().toLowerCase();
  for (const crumb of document.querySelectorAll("[data-words]")) {
    crumb.hidden = !crumb.dataset.words.includes(wanted);
  }
}

function reveal() {
  for (const element of document.querySelectorAll("[data-unfold], [data-crumb-search]")) element.hidden = false;
}

// The event's trace and logs are read apart, so that they hold up nothing.
async function readAround() {
  const place = document.querySelector("[data-around][hidden]");
  if (!place) return;
  const answer = await load(new URL(place.dataset.around, location.href)).catch(() => null);
  if (!answer || !place.isConnected) return;
  const made = new DOMParser().parseFromString(answer.html, "text/html");
  place.replaceChildren(...[...made.body.children].map((each) => document.adoptNode(each)));
  place.hidden = false;
  times.refresh(place);
  for (const tab of document.querySelectorAll("[data-tab-of]")) {
    tab.hidden = !document.getElementById(tab.dataset.tabOf);
  }
}

function onLive(kind, told) {
  if (kind !== "events" || told.issue !== Number(page()?.dataset.issueId)) return;
  for (const element of page().querySelectorAll("[data-live=last] time")) times.show(element, told.at / 1000);
  for (const cell of page().querySelectorAll("[data-live=events][data-count]")) {
    const count = Number(cell.dataset.count) + told.count;
    cell.dataset.count = count;
    const shown = cell.querySelector(".num");
    shown.title = count.toLocaleString("en");
    if (count < 1000) shown.textContent = count;
  }
}

function back() {
  const list = sessionStorage.getItem("urgentry-list");
  const home = page().dataset.back;
  location.assign(list && new URL(list).pathname === home ? list : home);
}

export function startIssuePage() {
  if (!page()) return;
  const arrive = () => {
    reveal();
    readAround();
  };
  arrive();
  document.addEventListener("urgentry:swapped", arrive);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfold]");
    if (button) unfold(button);
    const link = event.target.closest("[data-list-link]");
    if (link && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      back();
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-crumb-search]")) searchCrumbs(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(input|textarea|select)$/i.test(event.target.tagName);
    if (event.key === "u" && !isTyping && !event.ctrlKey && !event.metaKey) back();
  });
  listen(onLive);
}
