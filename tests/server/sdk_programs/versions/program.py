"""Tells all that this version of the official Python SDK can; prints what it sent as JSON: the id
of the error, and the kinds of data besides.
"""

import json

import sentry_sdk

MAJOR = int(sentry_sdk.VERSION.partition(".")[0])
NEWER = MAJOR > 1

sentry_sdk.init(
    release=f"python-{MAJOR}@1.0.0",
    environment="staging",
    traces_sample_rate=1.0,
    profiles_sample_rate=1.0,
    auto_session_tracking=False,
    **({"enable_logs": True} if NEWER else {}),
)


def reserve_stock() -> None:
    raise ValueError("no stock left")


def busy() -> int:
    return sum(number * number for number in range(3_000_000))


def capture_with_attachment() -> str:
    with sentry_sdk.new_scope() if NEWER else sentry_sdk.push_scope() as scope:
        scope.set_user({"id": "7", "email": "snake@example.com"})
        scope.set_tag("checkout.step", "payment")
        sentry_sdk.add_breadcrumb(category="cart", message="added SKU-7 to the cart")
        scope.add_attachment(filename="cart.txt", bytes=b"SKU-7 twice")
        try:
            reserve_stock()
        except ValueError as error:
            return str(sentry_sdk.capture_exception(error))
    raise AssertionError("nothing was raised")


sent = ["attachment", "transaction", "span", "session", "profile", "checkIn"]
sessions = sentry_sdk.get_isolation_scope() if NEWER else sentry_sdk.Hub.current
sessions.start_session()
with (
    sentry_sdk.start_transaction(name="place order", op="task"),
    sentry_sdk.start_span(op="db", description="SELECT 1"),
):
    busy()
    event_id = capture_with_attachment()
sessions.end_session()
schedule = {"schedule": {"type": "crontab", "value": "0 * * * *"}, "timezone": "Europe/Vienna"}
slug = f"hourly-python-{MAJOR}"
check_in = sentry_sdk.crons.capture_checkin(slug, status="in_progress", monitor_config=schedule)
sentry_sdk.flush(timeout=10)
sentry_sdk.crons.capture_checkin(slug, check_in_id=check_in, status="ok", duration=1.5)
if NEWER:
    sent += ["log", "metric"]
    sentry_sdk.logger.info("priced the order", attributes={"currency": "EUR"})
    sentry_sdk.metrics.count("orders.priced", 2)
sentry_sdk.flush(timeout=10)
print(json.dumps({"error": event_id, "sent": sent}))
