// Tells all that this major version of the official Node SDK can: `node node.cjs 9`. Prints what it
// sent, as JSON: the id of the error, and the kinds of data besides.
const major = Number(process.argv[2]);
const Sentry = require(`sentry-node-${major}`);

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  release: `node-${major}@1.0.0`,
  environment: "staging",
  tracesSampleRate: 1,
  autoSessionTracking: false,
  ...(major === 9 ? { _experiments: { enableLogs: true } } : {}),
  ...(major > 9 ? { enableLogs: true } : {}),
});

function reserveStock() {
  throw new RangeError("no stock left");
}

function captureWithAttachment() {
  let id = "";
  Sentry.withScope((scope) => {
    scope.setUser({ id: "7", email: "crab@example.com" });
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

async function main() {
  const sent = ["attachment", "transaction", "span", "session", "checkIn"];
  Sentry.startSession({ user: { id: "7" } });
  const error = Sentry.startSpan({ name: "place order", op: "task" }, () =>
    Sentry.startSpan({ name: "SELECT 1", op: "db" }, captureWithAttachment),
  );
  Sentry.endSession();
  const schedule = { type: "crontab", value: "0 * * * *" };
  const checkInId = Sentry.captureCheckIn(
    { monitorSlug: `hourly-${major}`, status: "in_progress" },
    { schedule, checkinMargin: 5, maxRuntime: 10, timezone: "Europe/Vienna" },
  );
  await Sentry.flush(10_000);
  Sentry.captureCheckIn({ monitorSlug: `hourly-${major}`, status: "ok", checkInId, duration: 1.5 });
  if (Sentry.captureFeedback) {
    sent.push("feedback");
    Sentry.captureFeedback({ message: "it does not sell", name: "Crab", email: "crab@example.com" });
  }
  if (Sentry.logger) {
    sent.push("log");
    Sentry.logger.info("priced the order", { currency: "EUR" });
  }
  if (major > 9 && Sentry.metrics) {
    sent.push("metric");
    Sentry.metrics.count("orders.priced", 2);
  }
  if (!(await Sentry.flush(10_000))) {
    throw new Error("not everything was delivered");
  }
  console.log(JSON.stringify({ error, sent }));
}

main();
