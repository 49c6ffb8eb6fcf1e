"""A request of a shop as the Python SDK sees it: a transaction with spans, an error within it, logs
and metrics.
"""

import os

import sentry_sdk
from sentry_sdk import logger, metrics


def redeem(voucher: str) -> None:
    raise ValueError(f"no such voucher: {voucher}")


def price(order: int) -> None:
    with sentry_sdk.start_span(op="db", name="SELECT total FROM orders") as span:
        span.set_data("db.system", "postgresql")
        span.set_data("order", order)
        logger.info("priced order {order}", order=order, attributes={"currency": "EUR"})
    try:
        redeem("X")
    except ValueError as error:
        sentry_sdk.capture_exception(error)


def main() -> None:
    sentry_sdk.init(
        os.environ["SENTRY_DSN"],
        release="signals@1.0.0",
        environment="staging",
        traces_sample_rate=1.0,
        enable_logs=True,
    )
    sentry_sdk.set_user({"id": "ann"})
    with sentry_sdk.start_transaction(op="http.server", name="/orders/{id}"):
        price(7)
        metrics.count("orders.priced", 2, attributes={"currency": "EUR"})
        metrics.distribution("order.total", 12.5)
    logger.error("outside of any span")
    sentry_sdk.get_client().close()


if __name__ == "__main__":
    main()
