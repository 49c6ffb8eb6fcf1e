// Raises and captures one real error through the official Node SDK, as an application would.
// Run by the tests with SENTRY_DSN in the environment; prints the event id.
import * as Sentry from "@sentry/node";

Sentry.init({ release: "shop-node@1.4.0", environment: "staging" });

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

Sentry.setUser({ id: "43", email: "crab@example.com", username: "crab" });
Sentry.setTag("checkout.step", "payment");
Sentry.addBreadcrumb({ category: "cart", message: "added SKU-7 to the cart", level: "info" });

let eventId;
try {
  placeOrder("SKU-7");
} catch (error) {
  eventId = Sentry.captureException(error);
}
if (!(await Sentry.flush(10_000))) {
  console.error("the event was not delivered");
  process.exit(1);
}
console.log(eventId);
