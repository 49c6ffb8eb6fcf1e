"""Prepared events for tests of what happens after normalisation and grouping."""

import secrets
from collections.abc import Sequence
from hashlib import md5
from typing import Any

import orjson

from urgentry import clock
from urgentry.domain.event import EventUser, PreparedEvent, user_key


def prepared_event(
    fingerprint: str | Sequence[str] = "boom",
    *,
    user: str | None = "id:42",
    at: int | None = None,
    **changes: Any,
) -> PreparedEvent:
    """An event of organization 1, project 1, key 1; its hashes are those of the fingerprints."""
    prints = [fingerprint] if isinstance(fingerprint, str) else fingerprint
    received = at or clock.now()
    event_id = changes.pop("event_id", None) or secrets.token_bytes(16)
    title = changes.pop("title", f"ValueError: {prints[0]}")
    values: dict[str, Any] = {
        "organization_id": 1,
        "project_id": 1,
        "key_id": 1,
        "event_id": event_id,
        "timestamp": received,
        "received": received,
        "retention_days": 90,
        "counted": ((1, 1),),
        "type": "error",
        "level": 40,
        "platform": "python",
        "logger": "",
        "title": title,
        "culprit": "shop.views in checkout",
        "metadata": {"type": "ValueError", "value": prints[0]},
        "search_text": title.casefold(),
        "hashes": tuple(md5(text.encode(), usedforsecurity=False).digest() for text in prints),
        "release": "shop@1.0.0",
        "environment": "production",
        "tags": (("browser.name", "Firefox"), ("level", "error")),
        "user": EventUser(ident=user, key=user_key(user), user_id=user[3:]) if user else None,
        "payload": orjson.dumps({"event_id": event_id.hex(), "title": title}),
    }
    return PreparedEvent(**(values | changes))
