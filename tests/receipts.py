"""Receipts, as items are read under them in tests: of organization 1, project 1, key 1."""

from typing import Any

import orjson

from urgentry import clock
from urgentry.domain.filters import FilterSettings
from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.domain.scope import Scope
from urgentry.ingest.envelope import Envelope, Item, make_item
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.auth import Credentials, Source

PUBLIC_KEY = "0123456789abcdef" * 2


def receipt(
    *, received: int | None = None, filters: FilterSettings | None = None, **changes: Any
) -> Receipt:
    """A request that came now, or at a time, for a project with inbound filters."""
    values: dict[str, Any] = {
        "scope": Scope(
            organization_id=1,
            project_id=1,
            key_id=1,
            public_key=PUBLIC_KEY,
            retention_days=90,
            grouping=GroupingSettings(config="newstyle:2026-01-20"),
            filters=filters or FilterSettings(),
        ),
        "credentials": Credentials(public_key=PUBLIC_KEY, source=Source.SENTRY_HEADER),
        "received": clock.now() if received is None else received,
        "event_id": b"e" * 16,
    }
    return Receipt(**(values | changes))


def json_item(kind: str, payload: Any, **headers: Any) -> Item:
    """An item of a JSON payload; bytes stand for themselves."""
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return make_item(kind, body, **headers)


def envelope(*items: Item, sent_at: int | None = None) -> Envelope:
    """An envelope that holds items."""
    return Envelope(headers={}, items=list(items), sent_at=sent_at)
