// Forms and links that change parts of the page in place. The server answers with whole pages; the
// regions that both have are exchanged, so that there is one way to render anything.

import { closeMenus } from "./menus.js";
import { toast } from "./toasts.js";

function marker(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  return element.dataset?.key ? `[data-key="${element.dataset.key}"]` : null;
}

export function swap(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const focused = marker(document.activeElement);
  for (const region of document.querySelectorAll("[data-region]")) {
    const fresh = page.querySelector(`[data-region="${region.dataset.region}"]`);
    if (fresh) region.replaceWith(document.adoptNode(fresh));
  }
  const messages = page.getElementById("toasts");
  if (messages?.children.length) document.getElementById("toasts").replaceChildren(...messages.children);
  document.title = page.title;
  if (focused && document.activeElement === document.body) document.querySelector(focused)?.focus();
  document.dispatchEvent(new CustomEvent("urgentry:swapped"));
}

function complaint(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector(".problem p:not(.problem-code)")?.textContent || "That did not work";
}

export async function load(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options });
  const html = await answer.text();
  if (!answer.ok) {
    toast(complaint(html), { bad: true });
    return null;
  }
  if (new URL(answer.url).pathname === "/sign-in/") {
    location.assign(answer.url);
    return null;
  }
  return { html, url: answer.url };
}

async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await load(form.getAttribute("action") ?? location.href, { method: "POST", body: fields });
    if (answer) swap(answer.html);
  } catch {
    toast("The server does not answer. Nothing was changed.", { bad: true });
  } finally {
    form.removeAttribute("aria-busy");
  }
}

async function follow(link) {
  try {
    const answer = await load(link.href);
    if (!answer) return;
    history.pushState({}, "", answer.url);
    swap(answer.html);
  } catch {
    location.assign(link.href);
  }
}

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-enhance]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    closeMenus();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-enhance-link]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    follow(link);
  });
  addEventListener("popstate", () => location.reload());
}
