// Short messages at the bottom; they leave by themselves unless somebody reads them.

const STAY_MS = 8000;

function watch(element) {
  let timer = setTimeout(() => element.remove(), STAY_MS);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => {
    timer = setTimeout(() => element.remove(), STAY_MS / 2);
  });
}

export function toast(text, { bad = false } = {}) {
  const element = document.createElement("div");
  element.className = bad ? "toast bad" : "toast";
  element.textContent = text;
  document.getElementById("toasts").replaceChildren(element);
  watch(element);
}

export function startToasts() {
  const area = document.getElementById("toasts");
  for (const element of area.children) watch(element);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) watch(node);
    }
  }).observe(area, { childList: true });
}
