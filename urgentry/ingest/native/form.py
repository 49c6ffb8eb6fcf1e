"""The event in the plain fields of a crash reporter's form (spec §9).

`sentry` and `sentry___name` hold JSON, `sentry__1`, `sentry__2` … pieces of it, `sentry[a][b]` one
value; whatever else there is goes to `extra`. What cannot be read is left out.
"""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from urgentry.protocol.outcome import Reason, invalid

Json = dict[str, Any]

_MAX_DEPTH = 20
_PIECE = re.compile(r"sentry__([0-9]{1,4})")
_PATH = re.compile(r"sentry(?:\[[^\[\]]*\])+")
_STEP = re.compile(r"\[([^\[\]]*)\]")


def form_event(fields: Iterable[tuple[str, str]]) -> Json:
    """The event of a form's fields. Rejected when it is nested beyond reason."""
    event: Json = {}
    extra: Json = {}
    pieces: dict[int, str] = {}
    for name, value in fields:
        if name == "sentry" or name.startswith("sentry___"):
            merge(event, _object(value))
        elif piece := _PIECE.fullmatch(name):
            pieces[int(piece[1])] = value
        elif _PATH.fullmatch(name):
            merge(event, _nested(_STEP.findall(name), value))
        else:
            extra[name] = value
    if pieces:
        merge(event, _object("".join(pieces[number] for number in sorted(pieces))))
    if extra:
        known = event.get("extra")
        event["extra"] = extra | (known if isinstance(known, dict) else {})
    return event


def merge(into: Json, more: Json) -> None:
    """Adds the members of an object, those of objects in it too; what is there already stands."""
    for name, value in more.items():
        known = into.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            merge(known, value)
        elif known is None:
            into[name] = value


def _object(text: str) -> Json:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _nested(steps: list[str], value: str) -> Json:
    if len(steps) > _MAX_DEPTH:
        raise invalid(Reason.NESTING_TOO_DEEP, "a form field is nested too deep")
    nested: Any = value
    for step in reversed(steps):
        nested = {step: nested}
    found: Json = nested
    return found
