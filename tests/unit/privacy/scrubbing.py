"""Short ways to scrub something under rules that a test writes down."""

import json
from typing import Any

from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy import scrubber

JsonObject = dict[str, Any]


def rules(*applied: tuple[str, str], **named: JsonObject) -> PrivacySettings:
    """Advanced rules alone: which apply where, and those that are written."""
    applications: dict[str, list[str]] = {}
    for selector, name in applied:
        applications.setdefault(selector, []).append(name)
    text = json.dumps({"rules": named, "applications": applications})
    return PrivacySettings(scrub_data=False, scrub_defaults=False, project_rules=text)


def pattern(text: str, *, put: str | None = None, **more: Any) -> JsonObject:
    """A rule with a pattern; `put` is what takes the place."""
    redaction = {} if put is None else {"redaction": {"method": "replace", "text": put}}
    return {"type": "pattern", "pattern": text, **redaction, **more}


def scrubbed(payload: JsonObject, settings: PrivacySettings, *, proves: bool = True) -> JsonObject:
    """A copy of an event after scrubbing."""
    event: JsonObject = json.loads(json.dumps(payload))
    scrubber(settings).event(event, proves=proves)
    return event


def extra(value: Any, settings: PrivacySettings, *, key: str = "k") -> Any:
    """What becomes of a member of `extra`."""
    left = scrubbed({"extra": {key: value}}, settings)["extra"]
    return left if left is None else left[key]


def note(event: JsonObject, *path: str) -> Any:
    """What `_meta` says of a value."""
    node: Any = event.get("_meta", {})
    for step in path:
        node = node.get(step, {})
    return node.get("")


def changed(payload: JsonObject, settings: PrivacySettings) -> set[str]:
    """The paths of what has a remark after scrubbing."""
    return set(_remarked(scrubbed(payload, settings).get("_meta", {}), ""))


def _remarked(node: JsonObject, path: str) -> list[str]:
    found = [path] if node.get("", {}).get("rem") else []
    for step, below in node.items():
        if step:
            found += _remarked(below, f"{path}.{step}" if path else step)
    return found
