"""The entries of an event: its large attributes in the order in which they are read."""

from collections.abc import Callable
from typing import Any

from urgentry import clock
from urgentry.api.shapes.frames import (
    Json,
    exception_data,
    stacktrace_data,
    threads_data,
    values_of,
)
from urgentry.api.timestamps import iso

_Show = Callable[[Any], Json | None]


def entries_of(event: Json) -> list[Json]:
    """What an event has, as `{"type": …, "data": …}`."""
    entries = []
    for attribute, kind, show in _ENTRIES:
        value = event.get(attribute)
        data = show(value) if value else None
        if data:
            entries.append({"type": kind, "data": data})
    return entries


def entries_meta(event: Json, entries: list[Json]) -> Json:
    """What was changed in entries, by their place in the list."""
    meta = event.get("_meta") or {}
    names = {kind: attribute for attribute, kind, _ in _ENTRIES}
    return {
        str(place): {"data": meta[names[entry["type"]]]}
        for place, entry in enumerate(entries)
        if meta.get(names[entry["type"]])
    }


def message_of(event: Json) -> str:
    """The message of an event, or nothing."""
    message = event.get("logentry")
    if isinstance(message, dict):
        return message.get("formatted") or message.get("message") or ""
    return message if isinstance(message, str) else ""


def _message(value: Any) -> Json | None:
    if not isinstance(value, dict):
        return {"formatted": value, "message": None, "params": None}
    return {
        "formatted": value.get("formatted") or value.get("message"),
        "message": value.get("message"),
        "params": value.get("params"),
    }


def _breadcrumbs(value: Any) -> Json:
    return {
        "values": [
            {
                "type": crumb.get("type") or "default",
                "timestamp": _instant(crumb.get("timestamp")),
                "level": crumb.get("level") or "info",
                "message": crumb.get("message"),
                "category": crumb.get("category"),
                "data": crumb.get("data"),
                "event_id": crumb.get("event_id"),
            }
            for crumb in values_of(value)
        ]
    }


def _request(value: Any) -> Json | None:
    if not isinstance(value, dict):
        return None
    return {
        "apiTarget": value.get("api_target"),
        "method": value.get("method"),
        "url": value.get("url"),
        "query": value.get("query_string") or [],
        "fragment": value.get("fragment"),
        "data": value.get("data"),
        "headers": value.get("headers") or [],
        "cookies": value.get("cookies") or [],
        "env": value.get("env"),
        "inferredContentType": value.get("inferred_content_type"),
    }


def _template(value: Any) -> Json | None:
    if not isinstance(value, dict):
        return None
    return {
        "lineNo": value.get("lineno"),
        "filename": value.get("filename"),
        "context": [],
    }


def _debug_meta(value: Any) -> Json | None:
    images = value.get("images") if isinstance(value, dict) else None
    return {"images": images} if images else None


def _plain(value: Any) -> Json | None:
    return value if isinstance(value, dict) else None


def _instant(seconds: Any) -> str | None:
    if not isinstance(seconds, int | float):
        return seconds if isinstance(seconds, str) else None
    return iso(round(seconds * clock.SECOND))


_ENTRIES: tuple[tuple[str, str, _Show], ...] = (
    ("logentry", "message", _message),
    ("exception", "exception", exception_data),
    ("stacktrace", "stacktrace", stacktrace_data),
    ("threads", "threads", threads_data),
    ("template", "template", _template),
    ("breadcrumbs", "breadcrumbs", _breadcrumbs),
    ("request", "request", _request),
    ("csp", "csp", _plain),
    ("hpkp", "hpkp", _plain),
    ("expectct", "expectct", _plain),
    ("expectstaple", "expectstaple", _plain),
    ("debug_meta", "debugmeta", _debug_meta),
)
