"""Attributes as clients send them, held to what a signal may say.

Names and texts are cut, what is no number is left out, nested values become JSON. What was cut is
named in the attribute `sentry.trimmed`, so that nobody takes a part for the whole.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from urgentry.telemetry.signal import Scalar, Value

MOST_ATTRIBUTES = 256
MAX_NAME_CHARS = 200
MAX_TEXT_CHARS = 8_192
MAX_BODY_CHARS = 65_536
MOST_MEMBERS = 256
TRIMMED = "sentry.trimmed"

_MIN_WHOLE, _MAX_WHOLE = -(1 << 63), (1 << 64) - 1
_DOTS = "..."
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "array": (list,),
}


class Attributes:
    """Gathers the attributes of one signal; what was set first stays."""

    __slots__ = ("_trimmed", "found")

    def __init__(self) -> None:
        self.found: dict[str, Value] = {}
        self._trimmed: list[Scalar] = []

    def set(self, name: str, value: Any, *, longest: int = MAX_TEXT_CHARS) -> None:
        """Sets an attribute unless it is set; nothing where the value is none that can be kept."""
        if name in self.found:
            return
        kept = value if type(value) is bool else self._fit(name, value, longest)
        if kept is not None:
            self.found[name] = kept

    def update(self, values: Iterable[tuple[str, Any]]) -> None:
        """Sets what a client brings, up to 256 attributes."""
        for name, value in values:
            if len(self.found) >= MOST_ATTRIBUTES or len(name) > MAX_NAME_CHARS:
                self._trim(name)
            elif name := name.replace("\x00", ""):
                self.set(name, value)

    def finish(self) -> dict[str, Value]:
        """The attributes; nothing may be set afterwards."""
        if self._trimmed:
            self.found[TRIMMED] = self._trimmed
        return self.found

    def _fit(self, name: str, value: Any, longest: int) -> Value | None:
        if isinstance(value, str):
            if len(value) <= longest:
                return value
            self._trim(name)
            return value[: longest - len(_DOTS)] + _DOTS
        if isinstance(value, int | float):
            return fit_number(value)
        if isinstance(value, list):
            return self._fit_list(name, value)
        return self._fit(name, as_json(value), longest) if isinstance(value, dict) else None

    def _fit_list(self, name: str, values: list[Any]) -> Value | None:
        """A list of scalars; members that are none become their JSON."""
        if len(values) > MOST_MEMBERS:
            self._trim(name)
        members = [self._fit_member(name, value) for value in values[:MOST_MEMBERS]]
        return [member for member in members if member is not None]

    def _fit_member(self, name: str, value: Any) -> Scalar | None:
        if isinstance(value, list):
            value = as_json(value)
        fitted = value if type(value) is bool else self._fit(name, value, MAX_TEXT_CHARS)
        return None if isinstance(fitted, list) else fitted

    def _trim(self, name: str) -> None:
        if len(self._trimmed) < MOST_MEMBERS:
            self._trimmed.append(name[:MAX_NAME_CHARS])


def read_typed(given: Any) -> Iterable[tuple[str, Any]]:
    """The attributes of a newer form, `{name: {"type": …, "value": …}}`; those whose value is not
    of the type that it says are left out."""
    if not isinstance(given, dict):
        return
    for name, attribute in given.items():
        if isinstance(attribute, dict) and _is_of_type(attribute):
            yield name, attribute["value"]


def fit_number(value: float) -> float | None:
    """The number, if it can be kept exactly enough: finite, whole ones within 64 bits."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if _MIN_WHOLE <= value <= _MAX_WHOLE:
        return value
    try:
        return float(value)
    except OverflowError:
        return None


def as_json(value: Any) -> str:
    """The JSON text of a nested value; dots for one that is nested beyond measure."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _DOTS


def size_of(name: str, value: Value) -> int:
    """How many bytes an attribute counts as (spec §6.10): its name, and a text by its length, a
    number as 8, a truth value as 1."""
    return len(name.encode("utf-8", "replace")) + _size_of_value(value)


def _size_of_value(value: Value) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, list):
        return sum(map(_size_of_value, value))
    return 1 if isinstance(value, bool) else 8


def _is_of_type(attribute: dict[str, Any]) -> bool:
    kinds = _TYPES.get(str(attribute.get("type")), ())
    value = attribute.get("value")
    return isinstance(value, kinds) and (type(value) is not bool or bool in kinds)
