"""A normalised, grouped event becomes what the store writes: columns, tags, user, payload."""

from typing import Any

import orjson

from urgentry import clock
from urgentry.domain.event import EventUser, PreparedEvent, user_key
from urgentry.domain.issue import LEVELS, Level
from urgentry.domain.scope import Scope
from urgentry.ingest.group import Grouped
from urgentry.ingest.tags import collect_tags
from urgentry.protocol.items import DataCategory

_MAX_SEARCH_CHARS = 2_000


def prepare_event(
    event: dict[str, Any],
    grouped: Grouped,
    scope: Scope,
    *,
    received: int,
    category: DataCategory = DataCategory.ERROR,
) -> PreparedEvent:
    """What the store needs of an event; `received` in microseconds, `category` what it counts
    as."""
    tags = tuple(collect_tags(event))
    event["tags"] = tags
    described = grouped.description
    _show(event, grouped)
    return PreparedEvent(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        event_id=bytes.fromhex(event["event_id"]),
        timestamp=round(event["timestamp"] * clock.SECOND),
        received=received,
        retention_days=scope.retention_days,
        type=described.type,
        level=LEVELS.get(event.get("level") or "", Level.ERROR),
        platform=event.get("platform") or "other",
        logger=event.get("logger") or "",
        title=described.title,
        culprit=described.culprit,
        metadata=described.metadata,
        search_text=described.search_text.casefold()[:_MAX_SEARCH_CHARS],
        hashes=grouped.hashes,
        release=event.get("release") or "",
        environment=event.get("environment") or "",
        tags=tags,
        user=user_of(event.get("user")),
        storm=scope.storm,
        counted=((category, 1),),
        payload=orjson.dumps(event),
    )


def _show(event: dict[str, Any], grouped: Grouped) -> None:
    """What grouping found out, which readers of the stored event see beside what was sent."""
    described = grouped.description
    event["type"] = described.type
    event["title"] = described.title
    event["culprit"] = described.culprit
    event["location"] = described.location
    event["metadata"] = described.metadata
    event["hashes"] = [value.hex() for value in grouped.grouping.hashes]
    event["grouping_config"] = {"id": grouped.grouping.config}


def user_of(user: Any) -> EventUser | None:
    """Whom an event concerned; None where its user is nobody that could be told from others."""
    ident = user.get("sentry_user") if isinstance(user, dict) else None
    if not isinstance(ident, str):
        return None
    return EventUser(
        ident=ident,
        key=user_key(ident),
        user_id=_text(user.get("id")),
        email=_text(user.get("email")),
        username=_text(user.get("username")),
        name=_text(user.get("name")),
        ip_address=_text(user.get("ip_address")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
