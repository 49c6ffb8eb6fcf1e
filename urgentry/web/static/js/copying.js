// Buttons that copy a text.

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

// What is not in the page itself stands at the address of a link.
async function textOf(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  const answer = await fetch(button.href, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await write(await textOf(button));
    } catch {
      if (button.href) location.assign(button.href);
      return;
    }
    button.dataset.copied = "";
    const path = button.querySelector("path");
    const before = path?.getAttribute("d");
    path?.setAttribute("d", "M3 8.5l3.5 3.5L13 4.5");
    setTimeout(() => {
      delete button.dataset.copied;
      if (before) path.setAttribute("d", before);
    }, 1400);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("input[data-select]")) event.target.select();
  });
}
