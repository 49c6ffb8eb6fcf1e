// Tells all that this major version of the official browser SDK can. `esbuild` bundles it with
// `sentry` meaning one version and `MAJOR` its number; the DSN is the page's `dsn` parameter, what was
// sent becomes its title, as JSON.
import * as Sentry from "sentry";

const replay = Sentry.replayIntegration({ maskAllText: false, minReplayDuration: 0 });

Sentry.init({
  dsn: new URLSearchParams(location.search).get("dsn"),
  release: `browser-${MAJOR}@1.0.0`,
  environment: "staging",
  tracesSampleRate: 1,
  ...(MAJOR > 10 ? { profileSessionSampleRate: 1 } : { profilesSampleRate: 1 }),
  replaysSessionSampleRate: 1,
  integrations: [replay, Sentry.browserTracingIntegration(), Sentry.browserProfilingIntegration()],
  ...(MAJOR === 9 ? { _experiments: { enableLogs: true } } : {}),
  ...(MAJOR > 9 ? { enableLogs: true } : {}),
});

function reserveStock() {
  throw new RangeError("no stock left");
}

function busy(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    Math.sqrt(end);
  }
}

function captureWithAttachment() {
  let id = "";
  Sentry.withScope((scope) => {
    scope.setUser({ id: "7", email: "fox@example.com" });
    scope.setTag("checkout.step", "payment");
    scope.addBreadcrumb({ category: "cart", message: "added SKU-7 to the cart" });
    scope.addAttachment({ filename: "cart.txt", data: "SKU-7 twice" });
    try {
      reserveStock();
    } catch (error) {
      id = Sentry.captureException(error);
    }
  });
  return id;
}

const sent = ["attachment", "transaction", "span", "session", "feedback", "replay", "profile"];
if (MAJOR > 10) {
  Sentry.uiProfiler.startProfiler();
}
const error = Sentry.startSpan({ name: "place order", op: "task", forceTransaction: true }, () =>
  Sentry.startSpan({ name: "price", op: "function" }, () => {
    busy(250);
    return captureWithAttachment();
  }),
);
if (MAJOR > 10) {
  Sentry.uiProfiler.stopProfiler();
}
if (Sentry.captureFeedback) {
  Sentry.captureFeedback({ message: "it does not sell", name: "Fox", email: "fox@example.com" });
} else {
  const told = { name: "Fox", email: "fox@example.com", comments: "it does not sell" };
  Sentry.captureUserFeedback({ event_id: error, ...told });
}
if (Sentry.logger) {
  sent.push("log");
  Sentry.logger.info("priced the order", { currency: "EUR" });
}
if (MAJOR > 9 && Sentry.metrics) {
  sent.push("metric");
  Sentry.metrics.count("orders.priced", 2);
}
document.getElementById("sold").textContent = "sold out";
await new Promise((resolve) => setTimeout(resolve, 500));
// A segment names the errors that were answered by then.
await Sentry.flush(10_000);
await replay.flush();
const delivered = await Sentry.flush(10_000);
document.title = delivered ? JSON.stringify({ error, sent }) : "not everything was delivered";
