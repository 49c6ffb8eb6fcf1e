"""Raises and captures one real exception through the official Python SDK, as an application would.

Run by the tests with SENTRY_DSN in the environment; prints the event id.
"""

import sys

import sentry_sdk


class OutOfStock(Exception):
    """Raised when nothing is left to sell."""


def reserve_stock(sku: str, quantity: int) -> None:
    left = 0
    if quantity > left:
        raise OutOfStock(f"no stock left for {sku}")


def place_order(sku: str) -> None:
    reserve_stock(sku, quantity=3)


def main() -> int:
    sentry_sdk.init(release="shop-python@1.4.0", environment="staging")
    sentry_sdk.set_user({"id": "42", "email": "snake@example.com", "username": "snake"})
    sentry_sdk.set_tag("checkout.step", "payment")
    sentry_sdk.add_breadcrumb(category="cart", message="added SKU-7 to the cart", level="info")
    try:
        place_order("SKU-7")
    except OutOfStock as error:
        event_id = sentry_sdk.capture_exception(error)
    sentry_sdk.flush(timeout=10)
    sys.stdout.write(f"{event_id}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
