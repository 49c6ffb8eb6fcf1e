// The page of statistics keeps itself current while somebody looks at it.

import { load, swap } from "./forms.js";
import { listen } from "./live.js";

const SOON_MS = 3000;
const ANYWAY_MS = 60000;
let timer = null;
let isDue = false;

const page = () => document.querySelector("[data-stats]");

// Tables that somebody opened stay open.
function swapKept(html) {
  const open = [...document.querySelectorAll("details[id][open]")].map((each) => each.id);
  swap(html);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
}

async function refresh() {
  timer = null;
  if (document.hidden) {
    isDue = true;
    return;
  }
  isDue = false;
  try {
    const answer = await load(location.href);
    if (answer) swapKept(answer.html);
  } catch {
    // The stream says that the server is away; it is asked again with the next message.
  }
}

function refreshSoon() {
  timer ??= setTimeout(refresh, SOON_MS);
}

function onState(state) {
  const shown = page().querySelector("[data-live-state]");
  shown.hidden = false;
  shown.dataset.state = state;
  shown.querySelector("[data-live-label]").textContent = state === "away" ? "Reconnecting" : "Live";
}

export function startStats() {
  if (!page()) return;
  listen((kind) => {
    if (kind === "events") refreshSoon();
  }, onState);
  setInterval(refreshSoon, ANYWAY_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isDue) refresh();
  });
}
