"""Short ways to normalise one payload, for the tests of this folder."""

from typing import Any

from urgentry.ingest.normalize import NormalizeContext, normalize_event

EVENT_ID = "0123456789abcdef0123456789abcdef"
# 2026-11-23T12:00:00Z
RECEIVED = 1_795_435_200_000_000
NOW = RECEIVED / 1_000_000


def normalized(payload: dict[str, Any], **known: Any) -> dict[str, Any]:
    """The event that is made of the payload when it comes at `NOW`."""
    settings: dict[str, Any] = {
        "event_id": EVENT_ID,
        "project_id": 7,
        "key_id": "3",
        "received": RECEIVED,
    }
    return normalize_event(payload, NormalizeContext(**settings | known))


def errors_of(event: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and type of each error, in order."""
    return [(error["name"], error["type"]) for error in event.get("errors", [])]
