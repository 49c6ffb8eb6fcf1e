"""Tells an error by the Python SDK that came before today's, which sends to the older endpoint;
prints the id of the error, as JSON.
"""

import json
import os

import raven

client = raven.Client(
    os.environ["SENTRY_DSN"].replace("http://", "sync+http://").replace("@", ":secret@"),
    release="raven-python@1.0.0",
    environment="staging",
    raise_send_errors=True,
)


def reserve_stock() -> None:
    raise ValueError("no stock left")


client.user_context({"id": "7", "email": "snake@example.com"})
client.context.activate()
raven.breadcrumbs.record(category="cart", message="added SKU-7 to the cart")
try:
    reserve_stock()
except ValueError:
    event_id = client.captureException(tags={"checkout.step": "payment"})
print(json.dumps({"error": event_id, "sent": []}))
