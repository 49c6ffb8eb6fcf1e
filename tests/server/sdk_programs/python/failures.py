"""Fails in several ways and reports each through the official Python SDK, for the corpus of
recorded events. Run by `tests.server.record_events` with SENTRY_DSN in the environment.
"""

import json
import logging
import sys
from collections.abc import Callable

import sentry_sdk


class OutOfStock(Exception):
    """Raised when nothing is left to sell."""


def chained() -> None:
    try:
        int("12 pieces")
    except ValueError as error:
        raise OutOfStock("order 4711 of user 8a6f2c1e cannot be filled") from error


def grouped() -> None:
    errors = [OutOfStock(f"no stock left for SKU-{number}") for number in (7, 8)]
    raise ExceptionGroup("two orders failed", [*errors, TimeoutError("after 30 s")])


def in_a_library() -> None:
    json.loads('{"sku": }')


def recursive(depth: int = 12) -> None:
    if depth == 0:
        raise RecursionError("gave up after 12 calls")
    recursive(depth - 1)


def in_a_lambda() -> None:
    sorted(["b", "a"], key=lambda sku: 1 // len(sku[1:]))


def without_message() -> None:
    raise OutOfStock


def capture(fail: Callable[[], None]) -> None:
    with sentry_sdk.new_scope() as scope:
        scope.set_transaction_name(f"shop.{fail.__name__}")
        try:
            fail()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
            sentry_sdk.capture_exception(error)


def main() -> int:
    sentry_sdk.init(release="shop-python@1.4.0", environment="staging")
    for fail in (chained, grouped, in_a_library, recursive, in_a_lambda, without_message):
        capture(fail)
    sentry_sdk.capture_message("order 4711 was paid twice at 2026-01-20 10:30:00 from 10.0.0.7")
    logging.getLogger("shop.payments").error(
        "payment %s of user %s failed", "0xdeadbeef", "a@b.org"
    )
    sentry_sdk.flush(timeout=10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
