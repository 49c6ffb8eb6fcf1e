// A request of a shop as the Node SDK sees it: a transaction with spans, an error within it, logs and
// metrics. Run by the tests with SENTRY_DSN in the environment.
import * as Sentry from "@sentry/node";

Sentry.init({
  release: "signals@1.0.0",
  environment: "staging",
  tracesSampleRate: 1,
  enableLogs: true,
});
Sentry.setUser({ id: "ann" });

Sentry.startSpan({ op: "http.server", name: "/orders/{id}", forceTransaction: true }, () => {
  Sentry.startSpan(
    { op: "db", name: "SELECT total FROM orders", attributes: { "db.system": "postgresql", order: 7 } },
    () => Sentry.logger.info("priced order", { order: 7, currency: "EUR" }),
  );
  Sentry.captureException(new Error("no such voucher: X"));
  Sentry.metrics?.count("orders.priced", 2, { attributes: { currency: "EUR" } });
  Sentry.metrics?.distribution("order.total", 12.5);
});
Sentry.logger.error("outside of any span");
if (!(await Sentry.flush(10_000))) {
  console.error("not everything was delivered");
  process.exit(1);
}
