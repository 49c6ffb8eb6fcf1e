"""One thing that a program of the made-up shop sends, and the envelopes that it is sent in."""

from dataclasses import dataclass
from typing import Any

import orjson

from urgentry.ingest.envelope import Item, format_envelope, make_item


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """An envelope of a part's SDK, or a report of a browser. One that is timely must be taken at
    its very time, as check-ins must; others with all of their hour."""

    at: int
    part: str
    body: bytes = b""
    report: Any = None
    is_timely: bool = False


def item(kind: str, payload: Any, **headers: Any) -> Item:
    """An item of an envelope."""
    content = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return make_item(kind, content, **headers)


def envelope(*items: Item, event_id: str = "") -> bytes:
    """The items, framed."""
    return format_envelope({"event_id": event_id} if event_id else {}, list(items))
