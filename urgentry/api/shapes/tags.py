"""Tags and their values."""

from typing import Any

from urgentry.api.timestamps import iso
from urgentry.storage.tags import TagSummary, TagValue

_USER_QUERIES = {"id": "user.id", "username": "user.username", "email": "user.email"}
_USER_QUERIES["ip"] = "user.ip"


def value_shape(key: str, value: TagValue) -> dict[str, Any]:
    """A value of a tag; where searches know it under another key, the search for it."""
    shape: dict[str, Any] = {
        "key": key,
        "name": value.value,
        "value": value.value,
        "count": value.events,
        "firstSeen": iso(value.first_seen),
        "lastSeen": iso(value.last_seen),
    }
    query = search_for(key, value.value)
    return shape | {"query": query} if query else shape


def summary_shape(tag: TagSummary) -> dict[str, Any]:
    """A tag with its most frequent values."""
    return {
        "key": tag.key,
        "name": tag.key.replace(".", " ").replace("_", " ").title(),
        "totalValues": tag.events,
        "uniqueValues": tag.value_count,
        "topValues": [value_shape(tag.key, value) for value in tag.top_values],
    }


def search_for(key: str, value: str) -> str | None:
    """The search that finds a tag's value where `key:value` does not: the parts of a user."""
    if key != "user":
        return None
    kind, _, name = value.partition(":")
    return f'{_USER_QUERIES[kind]}:"{name}"' if kind in _USER_QUERIES else None
