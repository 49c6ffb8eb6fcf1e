"""What the server found out, as the API shows it beside the event that it made of it."""

from typing import Any

from urgentry import clock
from urgentry.domain.issue import LEVELS, Level, initial_priority
from urgentry.domain.issue_kind import kind_of
from urgentry.storage.events import StoredEvent

Json = dict[str, Any]


def occurrence_of(stored: StoredEvent, event: Json) -> Json | None:
    """What an event is the occurrence of; None for one that a client sent."""
    kind, found = kind_of(event.get("type") or ""), event.get("occurrence")
    if not kind.is_found or not isinstance(found, dict):
        return None
    level = LEVELS.get(event.get("level") or "", Level.INFO)
    return {
        "id": stored.event_id,
        "eventId": stored.event_id,
        "fingerprint": event.get("hashes") or [],
        "issueTitle": event.get("title"),
        "subtitle": found.get("subtitle"),
        "resourceId": None,
        "evidenceData": found.get("data") or {},
        "evidenceDisplay": found.get("evidence") or [],
        "type": kind.number,
        "detectionTime": stored.received / clock.SECOND,
        "level": level.name.lower(),
        "culprit": event.get("culprit"),
        "assignee": None,
        "priority": int(initial_priority(level)),
    }
