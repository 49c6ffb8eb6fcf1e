// Fails in several ways and reports each through the official browser SDK, for the corpus of
// recorded events. The DSN is the page's `dsn` parameter; the title says when all is delivered.
import * as Sentry from "@sentry/browser";

Sentry.init({
  dsn: new URLSearchParams(location.search).get("dsn"),
  release: "shop-browser@1.4.0",
  environment: "staging",
});

class OutOfStock extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "OutOfStock";
  }
}

const failures = {
  chained() {
    try {
      JSON.parse('{"sku": }');
    } catch (error) {
      throw new OutOfStock("order 4711 of user 8a6f2c1e cannot be filled", { cause: error });
    }
  },
  grouped() {
    const errors = [7, 8].map((number) => new OutOfStock(`no stock left for SKU-${number}`));
    throw new AggregateError([...errors, new RangeError("after 30 s")], "two orders failed");
  },
  recursive(depth = 12) {
    if (depth === 0) throw new RangeError("gave up after 12 calls");
    failures.recursive(depth - 1);
  },
  anonymous() {
    [1].forEach(function () {
      (() => {
        throw new TypeError("sku is undefined");
      })();
    });
  },
  evaluated() {
    new Function("return missing.sku")();
  },
  noError() {
    throw { code: 4711, reason: "out of stock" };
  },
  chunk() {
    const error = new Error("Loading chunk 17 failed.");
    error.name = "ChunkLoadError";
    throw error;
  },
};

for (const [name, fail] of Object.entries(failures)) {
  Sentry.withScope((scope) => {
    scope.setTransactionName(`/shop/${name}`);
    try {
      fail();
    } catch (error) {
      Sentry.captureException(error);
    }
  });
}
Sentry.captureMessage("order 4711 was paid twice at 2026-01-20 10:30:00 from 10.0.0.7");
const uncaught = new Promise((resolve) => window.addEventListener("error", resolve));
setTimeout(() => {
  throw new OutOfStock("no stock left for SKU-7");
}, 0);
await uncaught;
document.title = (await Sentry.flush(10_000)) ? "delivered" : "the events were not delivered";
