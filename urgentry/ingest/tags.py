"""The tags of an event: those the client set, and those that its attributes are searched by."""

from typing import Any

from urgentry.ingest.normalize.limits import TAGS
from urgentry.ingest.normalize.tags import is_tag_key

_MAX_CHARS = 200
_ATTRIBUTES = ("level", "logger", "environment", "release", "dist", "transaction", "server_name")
_NAMED = frozenset({"browser", "os", "runtime"})
"""Kinds of context that are searched by name, and by name and version."""
_MEMBERS: dict[str, tuple[tuple[str, str], ...]] = {
    "app": ((".device", "device_app_hash"),),
    "device": (("", "model"), (".family", "family")),
    "gpu": ((".name", "name"), (".vendor", "vendor_name")),
    "ota_updates": (
        (".channel", "channel"),
        (".runtime_version", "runtime_version"),
        (".update_id", "update_id"),
    ),
    "trace": (("", "trace_id"),),
}
"""Of other kinds: what follows the context's own name in the tag, and the member it shows."""

Tag = tuple[str, str]


def collect_tags(event: dict[str, Any]) -> list[Tag]:
    """All tags of a normalised event, sorted by key. What the client set wins."""
    tags: dict[str, str] = {}
    _add_contexts(tags, event.get("contexts"))
    for key in _ATTRIBUTES:
        value = event.get(key)
        if isinstance(value, str):
            tags[key] = value
    _add_text(tags, "user", event.get("user"), "sentry_user")
    _add_text(tags, "url", event.get("request"), "url")
    _add_mechanism(tags, event)
    for pair in event.get("tags") or ():
        if pair and pair[0] and pair[1]:
            tags[pair[0]] = pair[1]
    return [
        (key, value)
        for key in sorted(tags)
        if 0 < len(value := tags[key].strip()) <= _MAX_CHARS and "\n" not in value
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
    for name, context in contexts.items():
        if not isinstance(context, dict) or len(tags) >= TAGS:
            continue
        kind = context.get("type")
        if kind in _NAMED:
            _add_named(tags, name, context)
        elif kind in _MEMBERS and (kind == name or is_tag_key(name)):
            for suffix, member in _MEMBERS[kind]:
                _add_text(tags, name + suffix, context, member)


def _add_named(tags: dict[str, str], name: str, context: dict[str, Any]) -> None:
    called = context.get("name")
    if isinstance(called, str) and is_tag_key(name):
        version = context.get("version")
        tags[f"{name}.name"] = called
        tags[name] = f"{called} {version}" if version else called
    if isinstance(rooted := context.get("rooted"), bool) and is_tag_key(name):
        tags[f"{name}.rooted"] = "yes" if rooted else "no"
