"""The tags of an event: those the client set, and those that its attributes are searched by."""

from collections.abc import Iterator
from typing import Any

_MAX_CHARS = 200
_ATTRIBUTES = ("level", "logger", "environment", "release", "dist", "transaction", "server_name")
_NAMED_CONTEXTS = ("browser", "os", "client_os", "runtime")

Tag = tuple[str, str]


def collect_tags(event: dict[str, Any]) -> list[Tag]:
    """All tags of a normalised event, sorted by key. What the client set wins."""
    tags = dict(_promoted(event))
    tags.update((pair[0], pair[1]) for pair in event.get("tags") or () if pair and pair[1])
    return sorted((key, value) for key, value in tags.items() if _is_tag(value))


def _is_tag(value: str) -> bool:
    return 0 < len(value) <= _MAX_CHARS and "\n" not in value


def _promoted(event: dict[str, Any]) -> Iterator[Tag]:
    for key in _ATTRIBUTES:
        value = event.get(key)
        if isinstance(value, str):
            yield key, value
    user = event.get("user")
    if isinstance(user, dict) and isinstance(user.get("sentry_user"), str):
        yield "user", user["sentry_user"]
    request = event.get("request")
    if isinstance(request, dict) and isinstance(request.get("url"), str):
        yield "url", request["url"]
    yield from _mechanism(event)
    yield from _contexts(event.get("contexts"))


def _mechanism(event: dict[str, Any]) -> Iterator[Tag]:
    """How the thrown exception, the last, was caught."""
    exceptions = (event.get("exception") or {}).get("values") or ()
    for exception in reversed(exceptions):
        mechanism = exception.get("mechanism") if isinstance(exception, dict) else None
        if isinstance(mechanism, dict):
            if isinstance(mechanism.get("type"), str):
                yield "mechanism", mechanism["type"]
            if isinstance(mechanism.get("handled"), bool):
                yield "handled", "yes" if mechanism["handled"] else "no"
            return


def _contexts(contexts: Any) -> Iterator[Tag]:
    if not isinstance(contexts, dict):
        return
    for name in _NAMED_CONTEXTS:
        context = contexts.get(name)
        if isinstance(context, dict) and isinstance(context.get("name"), str):
            version = context.get("version")
            yield f"{name}.name", context["name"]
            yield name, f"{context['name']} {version}" if version else context["name"]
    device = contexts.get("device")
    if isinstance(device, dict):
        for key, attribute in (("device", "model"), ("device.family", "family")):
            if isinstance(device.get(attribute), str):
                yield key, device[attribute]
    trace = contexts.get("trace")
    if isinstance(trace, dict) and isinstance(trace.get("trace_id"), str):
        yield "trace", trace["trace_id"]
