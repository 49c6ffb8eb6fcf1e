"""What filters read of a normalised event, whose values may be absent or null."""

from collections.abc import Iterator
from typing import Any

Event = dict[str, Any]


def text_at(value: Any, *path: str) -> str:
    """A text inside; "" where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def header_of(event: Event, name: str) -> str:
    """A header of the request that the event is about, by its title-cased name."""
    request = event.get("request")
    headers = request.get("headers") if isinstance(request, dict) else None
    for pair in headers or ():
        if pair and pair[0] == name:
            return pair[1] if isinstance(pair[1], str) else ""
    return ""


def user_agent_of(event: Event) -> str:
    """The browser that the event is about, not the one that sent it."""
    return header_of(event, "User-Agent")


def exceptions_of(event: Event) -> Iterator[Event]:
    """The exceptions, the oldest cause first."""
    exception = event.get("exception")
    for entry in (exception.get("values") or ()) if isinstance(exception, dict) else ():
        if isinstance(entry, dict):
            yield entry
