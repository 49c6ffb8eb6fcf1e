"""An event as the API shows it: a row of a list, and whole."""

from typing import Any

import msgspec

from urgentry.api.shapes.entries import entries_meta, entries_of, message_of
from urgentry.api.shapes.frames import Json
from urgentry.api.shapes.occurrences import occurrence_of
from urgentry.api.shapes.tags import search_for
from urgentry.api.timestamps import iso
from urgentry.domain.issue_kind import told_type
from urgentry.domain.project import Project
from urgentry.storage.events import StoredEvent

_KNOWN_CONTEXT_META = ("contexts", "extra", "modules", "user", "tags", "sdk")
_ERROR_TEXTS = {
    "invalid_data": "Discarded invalid value",
    "invalid_attribute": "Discarded unknown attribute",
    "value_too_long": "Discarded value due to exceeding maximum length",
    "missing_attribute": "Missing value for required attribute",
    "past_timestamp": "Invalid timestamp (too old)",
    "future_timestamp": "Invalid timestamp (in future)",
    "clock_drift": "Clock drift detected in SDK",
    "invalid_environment": "Invalid environment",
}


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """The events of the issue right after and before an event, in time."""

    following: str | None = None
    previous: str | None = None


def event_row(stored: StoredEvent, event: Json) -> Json:
    """An event in a list."""
    return {
        "id": stored.event_id,
        "event.type": told_type(event.get("type") or "default"),
        "groupID": str(stored.issue_id),
        "eventID": stored.event_id,
        "projectID": str(stored.project_id),
        "message": message_of(event),
        "title": event.get("title") or "<unlabeled event>",
        "location": event.get("location"),
        "culprit": event.get("culprit"),
        "user": _user(event.get("user")),
        "tags": tags_of(event),
        "platform": event.get("platform"),
        "dateCreated": iso(stored.timestamp),
        "crashFile": None,
        "metadata": event.get("metadata") or {},
    }


def event_details(stored: StoredEvent, event: Json) -> Json:
    """A whole event, as lists with `full` show it."""
    entries = entries_of(event)
    row = event_row(stored, event)
    return {
        **row,
        "type": row["event.type"],
        "platform": event.get("platform") or "other",
        "dateReceived": iso(stored.received),
        "size": len(stored.payload_json()),
        "entries": entries,
        "dist": event.get("dist"),
        "sdk": _sdk(event.get("sdk")),
        "contexts": _contexts(event.get("contexts")),
        "context": event.get("extra") or {},
        "packages": event.get("modules") or {},
        "errors": [_error(error) for error in event.get("errors") or () if error],
        "occurrence": occurrence_of(stored, event),
        "_meta": _meta(event, entries),
        "fingerprints": event.get("hashes") or [],
        "groupingConfig": _grouping_config(event),
    }


def event_page(
    stored: StoredEvent, event: Json, *, release: Json | None, neighbours: Neighbours
) -> Json:
    """A whole event with what stands around it."""
    return {
        **event_details(stored, event),
        "release": release,
        "userReport": None,
        "sdkUpdates": [],
        "resolvedWith": [],
        "nextEventID": neighbours.following,
        "previousEventID": neighbours.previous,
    }


def event_json(stored: StoredEvent, project: Project) -> Json:
    """The stored event itself, with the names of where it belongs."""
    return {
        **stored.payload(),
        "event_id": stored.event_id,
        "project": project.id,
        "group_id": stored.issue_id,
        "datetime": iso(stored.timestamp),
    }


def tags_of(event: Json) -> list[Json]:
    """The tags of an event, by key; where a tag has a key of its own in searches, the search."""
    shown = []
    for key, value in sorted(tuple(pair) for pair in event.get("tags") or () if pair):
        tag = {"key": key, "value": value}
        query = search_for(key, value)
        shown.append(tag | {"query": query} if query else tag)
    return shown


def _user(user: Any) -> Json | None:
    if not isinstance(user, dict):
        return None
    shown: Json = {name: user.get(name) for name in ("id", "email", "username", "ip_address")}
    shown["name"] = user.get("name")
    shown["geo"] = {
        name: value for name, value in (user.get("geo") or {}).items() if isinstance(value, str)
    } or None
    shown["data"] = user.get("data")
    return shown


def _sdk(sdk: Any) -> Json | None:
    if not isinstance(sdk, dict):
        return None
    return {"name": sdk.get("name"), "version": sdk.get("version")}


def _contexts(contexts: Any) -> Json:
    """Contexts that are objects, each with its type."""
    return {
        name: {"type": name, **context}
        for name, context in (contexts or {}).items()
        if isinstance(context, dict)
    }


def _error(error: Json) -> Json:
    kind = str(error.get("type") or "unknown")
    data = {name: value for name, value in error.items() if name != "type"}
    return {"type": kind, "message": _ERROR_TEXTS.get(kind, "Unknown error"), "data": data}


def _meta(event: Json, entries: list[Json]) -> Json:
    meta = event.get("_meta") or {}
    shown = {name: meta.get(name) for name in _KNOWN_CONTEXT_META}
    return {
        "entries": entries_meta(event, entries),
        "message": meta.get("logentry"),
        "user": shown["user"],
        "contexts": shown["contexts"],
        "context": shown["extra"],
        "packages": shown["modules"],
        "sdk": shown["sdk"],
        "tags": shown["tags"],
    }


def _grouping_config(event: Json) -> Json:
    config = event.get("grouping_config") or {}
    return {"id": config.get("id") or "", "enhancements": config.get("enhancements") or ""}
