"""What the server did to an event, in words: from its `_meta` tree and its `errors`; pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

from urgentry.web.formats import full_number
from urgentry.web.view.values import Json, flat, many, obj, text

_MAX_CHANGES = 300
_ERRORS = {
    "invalid_data": "was not valid and left out",
    "invalid_attribute": "is no attribute of events",
    "missing_attribute": "is missing",
    "value_too_long": "was too long and left out",
    "past_timestamp": "lay too far in the past",
    "future_timestamp": "lay in the future",
    "clock_drift": "was corrected: the sender's clock is wrong",
    "invalid_environment": "cannot be the name of an environment",
}
_ACTIONS = {
    "x": "removed",
    "s": "replaced",
    "m": "masked",
    "p": "made a pseudonym",
    "e": "encrypted",
}
_LIMIT = "!limit"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute and what became of it."""

    path: str
    text: str
    original: str = ""


def changes(event: Json) -> list[Change]:
    """Every change, errors first; the same thing is told once."""
    found = [_error(error) for error in many(event.get("errors")) if isinstance(error, dict)]
    told = {change.path for change in found}
    found += [each for each in _walk(obj(event.get("_meta")), "") if each.path not in told]
    return found[:_MAX_CHANGES]


def _error(error: Json) -> Change:
    kind = text(error.get("type"))
    what = _ERRORS.get(kind, kind.replace("_", " "))
    reason = text(error.get("reason"))
    value = error.get("value")
    return Change(
        path=text(error.get("name")) or "event",
        text=f"{what}: {reason}" if reason else what,
        original="" if value is None else flat(value)[:500],
    )


def _walk(node: Json, path: str) -> Iterator[Change]:
    note = node.get("")
    if isinstance(note, dict):
        yield from _told(note, path or "event")
    for name, child in node.items():
        if name and isinstance(child, dict):
            yield from _walk(child, f"{path}.{name}" if path else name)


def _told(note: Json, path: str) -> Iterator[Change]:
    parts = [part for part in map(_remark, many(note.get("rem"))) if part]
    parts += [_meta_error(error) for error in many(note.get("err"))]
    length = note.get("len")
    if parts or length is not None:
        words = ", ".join(dict.fromkeys(parts)) or "cut"
        size = f" (was {full_number(length)} long)" if isinstance(length, int) else ""
        original = note.get("val")
        shown = "" if original is None else flat(original)[:500]
        yield Change(path=path, text=words + size, original=shown)


def _remark(remark: Any) -> str:
    if not isinstance(remark, list) or len(remark) < 2:  # noqa: PLR2004 - rule and action
        return ""
    rule, action = str(remark[0]), str(remark[1])
    if rule == _LIMIT:
        return "cut to the limit"
    return f"{_ACTIONS.get(action, 'changed')} by the rule {rule}"


def _meta_error(error: Any) -> str:
    kind = error[0] if isinstance(error, list) and error else error
    return _ERRORS.get(str(kind), str(kind).replace("_", " "))
