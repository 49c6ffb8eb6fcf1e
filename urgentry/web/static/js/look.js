// Theme and density change at once; the server is told meanwhile, for the next page.

export function startLook() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-look]");
    const button = event.submitter;
    if (!form || !button) return;
    event.preventDefault();
    document.documentElement.dataset[form.dataset.look] = button.value;
    for (const other of document.querySelectorAll(`form[data-look="${form.dataset.look}"] button`)) {
      other.setAttribute("aria-pressed", String(other.value === button.value));
    }
    fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams({ [button.name]: button.value }) });
  });
}
