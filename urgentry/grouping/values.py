"""Reads lists and texts out of event JSON, forgiving what a client may have got wrong."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

_LATEST: Final = 2_000


def items_of(event: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects under `event[name].values`, or under a bare list or object."""
    holder = event.get(name)
    if isinstance(holder, dict):
        holder = holder.get("values", [holder])
    if not isinstance(holder, list):
        return []
    return [item for item in holder if isinstance(item, dict)]


def frames_of(holder: Any, name: str = "stacktrace") -> list[dict[str, Any]]:
    """The frames of the stack trace under `name`, oldest call first, without empty ones."""
    stacktrace = holder.get(name) if isinstance(holder, dict) else None
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    if not isinstance(frames, list):
        return []
    if {dict}.issuperset(map(type, frames)):
        return frames
    return [frame for frame in frames if isinstance(frame, dict)]


def latest_frames(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As `frames_of`, latest call first, and of a very deep stack only so many."""
    stacktrace = holder.get("stacktrace")
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    for frame in islice(reversed(frames), _LATEST) if isinstance(frames, list) else ():
        if isinstance(frame, dict):
            yield frame


def text_of(holder: Any, name: str) -> str | None:
    """The text under `name`; numbers are text, all else is None."""
    value = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | dict | list):
        return None
    return str(value)


def object_of(holder: Any, *path: str) -> dict[str, Any]:
    """The object at a path, empty where there is none."""
    for name in path:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}
