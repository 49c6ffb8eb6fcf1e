// Completes the word at the caret of the search field: keys first, then their values.

const WAIT_MS = 90;
const WORD = /(?:[^\s"]|"(?:[^"\\]|\\.)*"?)*$/;
const PLAIN = /^[^\s"()[\],]+$/;

let field = null;
let box = null;
let chosen = -1;
let timer = null;
let asked = 0;

function wordAtCaret() {
  const before = field.value.slice(0, field.selectionStart);
  const word = before.match(WORD)[0];
  const start = before.length - word.length;
  const bare = word.replace(/^!/, "");
  const colon = bare.indexOf(":");
  return {
    start,
    not: word.startsWith("!") ? "!" : "",
    key: colon < 0 ? "" : bare.slice(0, colon),
    typed: (colon < 0 ? bare : bare.slice(colon + 1)).replace(/^"/, ""),
  };
}

function close() {
  box.hidden = true;
  chosen = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(next) {
  const options = [...box.children];
  if (!options.length) return;
  chosen = (next + options.length) % options.length;
  for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === chosen));
  options[chosen].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", options[chosen].id);
}

function accept(text) {
  const word = wordAtCaret();
  const after = field.value.slice(field.selectionStart).replace(/^[^\s]*/, "");
  const value = PLAIN.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
  const made = word.key ? `${word.not}${word.key}:${value} ` : `${word.not}${text}:`;
  field.value = field.value.slice(0, word.start) + made + after.trimStart();
  const caret = word.start + made.length;
  field.setSelectionRange(caret, caret);
  if (word.key) close();
  else suggest();
}

function option(suggestion, at) {
  const element = document.createElement("div");
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  element.id = `completion-${at}`;
  element.append(suggestion.text);
  if (suggestion.about) {
    const about = document.createElement("small");
    about.textContent = suggestion.about;
    element.append(about);
  }
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    accept(suggestion.text);
  });
  return element;
}

function matching(known, typed) {
  const begins = known.filter(({ text }) => text.toLowerCase().startsWith(typed));
  const contains = known.filter(({ text }) => text.toLowerCase().includes(typed) && !begins.some((each) => each.text === text));
  return [...begins, ...contains].slice(0, 20);
}

async function suggest() {
  const word = wordAtCaret();
  const address = new URL(field.form.dataset.search, location.href);
  address.searchParams.set("query", "");
  address.searchParams.set("key", word.key);
  address.searchParams.set("typed", word.key ? word.typed : "");
  const turn = ++asked;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || answer.redirected || turn !== asked || document.activeElement !== field) return;
  const known = (await answer.json()).suggestions;
  const suggestions = word.key ? known : matching(known, word.typed.toLowerCase());
  box.replaceChildren(...suggestions.map(option));
  box.hidden = !suggestions.length;
  chosen = -1;
  field.setAttribute("aria-expanded", String(!box.hidden));
}

function onKey(event) {
  if (event.key === "Escape") {
    if (box.hidden) field.blur();
    else close();
    event.stopPropagation();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (box.hidden) suggest();
    else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if ((event.key === "Enter" || event.key === "Tab") && !box.hidden && chosen >= 0) {
    event.preventDefault();
    accept(box.children[chosen].firstChild.textContent);
  } else if (event.key === "Tab" && !box.hidden && !event.shiftKey && field.value.trim()) {
    event.preventDefault();
    accept(box.children[0].firstChild.textContent);
  }
}

export function startSearch() {
  const form = document.querySelector("form[data-search]");
  if (!form) return;
  field = form.querySelector("input[name=query]");
  box = document.createElement("div");
  box.className = "complete";
  box.id = "completions";
  box.hidden = true;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Suggestions");
  form.append(box);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-expanded", "false"],
    ["aria-controls", "completions"],
  ]) {
    field.setAttribute(name, value);
  }
  field.addEventListener("keydown", onKey);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT_MS);
  });
  field.addEventListener("focus", suggest);
  field.addEventListener("blur", close);
}
