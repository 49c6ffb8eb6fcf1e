// Keeps relative times current and shows exact ones in the reader's own zone, if they want that.

const UNITS = [
  [31536000, "y"],
  [2592000, "mo"],
  [604800, "w"],
  [86400, "d"],
  [3600, "h"],
  [60, "m"],
];

function distance(seconds) {
  for (const [span, unit] of UNITS) {
    if (seconds >= span) return `${Math.floor(seconds / span)}${unit}`;
  }
  return "";
}

function relative(at, now) {
  const text = distance(Math.abs(now - at) / 1000);
  if (!text) return "just now";
  return at <= now ? `${text} ago` : `in ${text}`;
}

function old(at, now) {
  const text = distance((now - at) / 1000);
  return text ? `${text} old` : "new";
}

const isLocal = () => document.documentElement.dataset.clock !== "utc";

function exact(at) {
  return new Intl.DateTimeFormat(undefined, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
    timeZone: isLocal() ? undefined : "UTC",
    timeZoneName: "short",
  }).format(at);
}

function brief(at, style) {
  const parts = style === "hour" ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(undefined, { ...parts, hour12: false, timeZone: isLocal() ? undefined : "UTC" }).format(at);
}

function clock(at) {
  const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const zone = { hour12: false, timeZone: isLocal() ? undefined : "UTC", fractionalSecondDigits: 3 };
  const found = new Intl.DateTimeFormat("en-GB", { ...parts, ...zone }).formatToParts(at);
  const [day, month, hour, minute, second, rest] = found.filter((part) => part.type !== "literal").map((part) => part.value);
  return `${day} ${month} ${hour}:${minute}:${second}.${rest}`;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function refresh(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-style]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const { style } = element.dataset;
    if (style === "ago") set(element, relative(at, now));
    if (style === "old") set(element, old(at, now));
    if (style === "exact") set(element, exact(at));
    if (style === "short" || style === "hour") set(element, brief(at, style));
    if (style === "clock") set(element, clock(at));
    element.title = exact(at);
  }
}

export function show(element, at) {
  element.dateTime = new Date(at).toISOString();
  refresh(element.parentElement);
}

export function startTimes() {
  refresh();
  setInterval(refresh, 20000);
  document.addEventListener("urgentry:swapped", () => refresh());
}
