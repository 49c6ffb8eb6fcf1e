// A page that places an order: its trace goes on in whoever answers. The DSN is the page's `dsn`
// parameter; the trace's id becomes its title.
import * as Sentry from "sentry";

Sentry.init({
  dsn: new URLSearchParams(location.search).get("dsn"),
  release: "shop@1.0.0",
  tracesSampleRate: 1,
  propagateTraceparent: true,
  integrations: [
    Sentry.browserTracingIntegration({
      instrumentPageLoad: false,
      enableLongAnimationFrame: false,
      enableLongTask: false,
    }),
  ],
});

const options = { name: "place order", op: "ui.action.click", forceTransaction: true };
const trace = await Sentry.startSpan(options, async (span) => {
  await fetch("/orders", { method: "POST" });
  return span.spanContext().traceId;
});
document.title = (await Sentry.flush(10_000)) ? trace : "not everything was delivered";
