// Raises one real error in a page and captures it through the official browser SDK, as an
// application would. The DSN is the page's `dsn` parameter; the event id becomes the page's title.
import * as Sentry from "@sentry/browser";

Sentry.init({
  dsn: new URLSearchParams(location.search).get("dsn"),
  release: "shop-browser@1.4.0",
  environment: "staging",
});

class OutOfStock extends Error {
  constructor(sku) {
    super(`no stock left for ${sku}`);
    this.name = "OutOfStock";
  }
}

function reserveStock(sku) {
  throw new OutOfStock(sku);
}

function placeOrder(sku) {
  reserveStock(sku);
}

Sentry.setUser({ id: "44", email: "fox@example.com", username: "fox" });
Sentry.setTag("checkout.step", "payment");
Sentry.addBreadcrumb({ category: "cart", message: "added SKU-7 to the cart", level: "info" });

let eventId = "";
try {
  placeOrder("SKU-7");
} catch (error) {
  eventId = Sentry.captureException(error);
}
document.title = (await Sentry.flush(10_000)) ? eventId : "the event was not delivered";
