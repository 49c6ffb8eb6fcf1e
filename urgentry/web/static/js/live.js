// One stream for a browser, however many tabs: the tab that holds the lock reads it and tells the
// others. Where locks are not to be had (plain http), each visible tab has its own.

const listeners = new Set();
const watchers = new Set();
const AGAIN_MS = 3000;
let lastSeq = Number(document.body.dataset.head ?? 0);
let state = "away";

function tell(kind, told) {
  if (told.seq) {
    if (told.seq <= lastSeq) return;
    lastSeq = told.seq;
  }
  for (const listener of listeners) listener(kind, told);
}

function become(next) {
  state = next;
  for (const watcher of watchers) watcher(state);
}

// Answers `close`. A browser gives up for good when a proxy or a starting server answers 502 or 503,
// so what was given up is begun again.
function read(place, { onMessage, onState }) {
  let source = null;
  let timer = null;
  const open = () => {
    const after = lastSeq ? `?after=${lastSeq}` : "";
    source = new EventSource(`/live${place}/${after}`);
    for (const kind of ["events", "issue", "settings"]) {
      source.addEventListener(kind, (event) => onMessage(kind, JSON.parse(event.data)));
    }
    source.addEventListener("hello", () => onState("live"));
    source.addEventListener("error", () => {
      onState("away");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function shareStream(place) {
  const channel = new BroadcastChannel(`urgentry-live:${place}`);
  channel.addEventListener("message", ({ data }) => {
    if (data.state) become(data.state);
    else if (data.asks) return;
    else tell(data.kind, data.told);
  });
  navigator.locks.request(`urgentry-live:${place}`, () => {
    let current = "away";
    channel.addEventListener("message", ({ data }) => {
      if (data.asks) channel.postMessage({ state: current });
    });
    read(place, {
      onMessage(kind, told) {
        tell(kind, told);
        channel.postMessage({ kind, told });
      },
      onState(next) {
        current = next;
        become(next);
        channel.postMessage({ state: next });
      },
    });
    return new Promise(() => {});
  });
  channel.postMessage({ asks: true });
}

function ownStream(place) {
  let close = null;
  const update = () => {
    if (document.hidden) {
      close?.();
      close = null;
    } else {
      close ??= read(place, { onMessage: tell, onState: become });
    }
  };
  document.addEventListener("visibilitychange", update);
  update();
}

let isStarted = false;

export function listen(listener, watcher) {
  listeners.add(listener);
  if (watcher) {
    watchers.add(watcher);
    watcher(state);
  }
  const place = document.body.dataset.place;
  if (isStarted || !place) return;
  isStarted = true;
  if (navigator.locks && window.BroadcastChannel) shareStream(place);
  else ownStream(place);
}
