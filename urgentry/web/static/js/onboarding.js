// Waits for the first event of a project, and sends one by the way that SDKs go.

import { listen } from "./live.js";

const page = () => document.querySelector("[data-onboarding]");

const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))]
  .map((byte) => byte.toString(16).padStart(2, "0"))
  .join("");

function testEvent(project) {
  return {
    event_id: hex(16),
    timestamp: Date.now() / 1000,
    platform: "javascript",
    level: "error",
    environment: "test",
    release: "urgentry-test@1.0.0",
    tags: { sent_by: "onboarding" },
    request: { url: location.href, headers: { "User-Agent": navigator.userAgent } },
    breadcrumbs: {
      values: [
        { timestamp: Date.now() / 1000 - 2, category: "ui.click", type: "user", message: "Send a test event" },
      ],
    },
    exception: {
      values: [
        {
          type: "TestError",
          value: `It works: ${project} is connected`,
          mechanism: { type: "onboarding", handled: true },
          stacktrace: {
            frames: [
              { function: "HTMLButtonElement.onclick", filename: "onboarding.js", lineno: 1, in_app: false },
              {
                function: "sendTestEvent",
                filename: "onboarding.js",
                lineno: 42,
                in_app: true,
                pre_context: ["function sendTestEvent(project) {"],
                context_line: "  throw new TestError(`It works: ${project} is connected`);",
                post_context: ["}"],
              },
            ],
          },
        },
      ],
    },
  };
}

async function send(button) {
  const { envelope, publicKey, project } = page().dataset;
  const event = testEvent(project);
  const body = [{ event_id: event.event_id }, { type: "event" }, event].map((line) => JSON.stringify(line));
  button.disabled = true;
  const address = `${envelope}?sentry_version=7&sentry_key=${publicKey}&sentry_client=urgentry.onboarding/1`;
  const answer = await fetch(address, { method: "POST", body: body.join("\n") }).catch(() => null);
  button.disabled = false;
  if (!answer?.ok) show("failed");
}

function show(state) {
  const status = page().querySelector("[data-waiting]");
  status.dataset.state = state;
  for (const part of status.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
}

function onLive(kind, told) {
  if (kind !== "events" || told.project !== Number(page()?.dataset.projectId)) return;
  const link = page().querySelector("[data-first-issue]");
  link.href = `${document.body.dataset.place}/issues/${told.issue}/`;
  page().querySelector("[data-first-title]").textContent = told.title ?? "";
  show("arrived");
}

export function startOnboarding() {
  if (!page()) return;
  page().querySelector("[data-send-test]")?.addEventListener("click", (event) => send(event.currentTarget));
  for (const element of page().querySelectorAll("[data-needs-script]")) element.hidden = false;
  listen(onLive);
}
