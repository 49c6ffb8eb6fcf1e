// Fails in several ways and reports each through the official Node SDK, for the corpus of recorded
// events. Run by tests.server.record_events with SENTRY_DSN in the environment.
import { readFileSync } from "node:fs";
import * as Sentry from "@sentry/node";

Sentry.init({ release: "shop-node@1.4.0", environment: "staging" });

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
  inALibrary() {
    readFileSync("/nowhere/stock-4711.json");
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
  noError() {
    throw { code: 4711, reason: "out of stock" };
  },
  async later() {
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw new OutOfStock("no stock left for SKU-7");
  },
};

for (const [name, fail] of Object.entries(failures)) {
  await Sentry.withScope(async (scope) => {
    scope.setTransactionName(`shop.${name}`);
    try {
      await fail();
    } catch (error) {
      Sentry.captureException(error);
    }
  });
}
Sentry.captureMessage("order 4711 was paid twice at 2026-01-20 10:30:00 from 10.0.0.7");
if (!(await Sentry.flush(10_000))) {
  console.error("the events were not delivered");
  process.exit(1);
}
