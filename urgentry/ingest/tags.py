"""The tags of an event: those the client set, and those that its attributes are searched by."""

from typing import Any

_MAX_CHARS = 200
_ATTRIBUTES = ("level", "logger", "environment", "release", "dist", "transaction", "server_name")
_NAMED_CONTEXTS = ("browser", "os", "client_os", "runtime")

Tag = tuple[str, str]


def collect_tags(event: dict[str, Any]) -> list[Tag]:
    """All tags of a normalised event, sorted by key. What the client set wins."""
    tags: dict[str, str] = {}
    for key in _ATTRIBUTES:
        value = event.get(key)
        if isinstance(value, str):
            tags[key] = value
    _add_text(tags, "user", event.get("user"), "sentry_user")
    _add_text(tags, "url", event.get("request"), "url")
    _add_mechanism(tags, event)
    _add_contexts(tags, event.get("contexts"))
    for pair in event.get("tags") or ():
        if pair and pair[1]:
            tags[pair[0]] = pair[1]
    return [
        (key, value)
        for key in sorted(tags)
        if 0 < len(value := tags[key]) <= _MAX_CHARS and "\n" not in value
    ]


def _add_text(tags: dict[str, str], key: str, holder: Any, name: str) -> None:
    if isinstance(holder, dict) and isinstance(value := holder.get(name), str):
        tags[key] = value


def _add_mechanism(tags: dict[str, str], event: dict[str, Any]) -> None:
    """How the thrown exception, the last, was caught."""
    exceptions = (event.get("exception") or {}).get("values") or ()
    for exception in reversed(exceptions):
        mechanism = exception.get("mechanism") if isinstance(exception, dict) else None
        if isinstance(mechanism, dict):
            _add_text(tags, "mechanism", mechanism, "type")
            handled = mechanism.get("handled")
            if isinstance(handled, bool):
                tags["handled"] = "yes" if handled else "no"
            return


def _add_contexts(tags: dict[str, str], contexts: Any) -> None:
    if not isinstance(contexts, dict):
        return
    for key in _NAMED_CONTEXTS:
        context = contexts.get(key)
        if isinstance(context, dict) and isinstance(name := context.get("name"), str):
            version = context.get("version")
            tags[f"{key}.name"] = name
            tags[key] = f"{name} {version}" if version else name
    device = contexts.get("device")
    _add_text(tags, "device", device, "model")
    _add_text(tags, "device.family", device, "family")
    _add_text(tags, "trace", contexts.get("trace"), "trace_id")
