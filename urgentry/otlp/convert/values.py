"""Values, ids and times as OpenTelemetry's messages hold them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_DEEPEST = 32
_DOTS = "..."


def value_of(message: Any, depth: int = _DEEPEST) -> Any:
    """The value of an `AnyValue`: a scalar, a list, a dict; None where there is none that can be
    told."""
    kind = message.WhichOneof("value") if message is not None else None
    if kind is None:
        return None
    held = getattr(message, kind)
    read = _READERS.get(kind)
    if read is None:
        return held if kind in _SCALARS else None
    return read(held, depth - 1) if depth else _DOTS


def pairs_of(attributes: Iterable[Any] | None) -> Iterable[tuple[str, Any]]:
    """Names and values of attributes; what has no value is left out."""
    for attribute in attributes or ():
        value = value_of(attribute.value)
        if value is not None:
            yield attribute.key or "", value


def text_of(value: str | None) -> str:
    """A text that every database takes."""
    if not value:
        return ""
    return value.replace("\x00", "") if "\x00" in value else value


def id_of(value: bytes | str | None, width: int) -> bytes:
    """An id of so many bytes, in hexadecimal digits where it is a text; empty where it is none."""
    if isinstance(value, str):
        try:
            value = bytes.fromhex(value)
        except ValueError:
            return b""
    return value if value and len(value) == width and any(value) else b""


def _bytes(held: bytes, _depth: int) -> str | None:
    """Bytes that are a text; others nobody could read."""
    try:
        return text_of(held.decode())
    except UnicodeDecodeError:
        return None


def _list(held: Any, depth: int) -> list[Any]:
    return [value_of(member, depth) for member in held.values or ()]


def _dict(held: Any, depth: int) -> dict[str, Any]:
    return {member.key or "": value_of(member.value, depth) for member in held.values or ()}


def _text(held: str, _depth: int) -> str:
    return text_of(held)


def _integer(held: int, _depth: int) -> int | None:
    """A number of 64 bits; JSON could hold longer ones, which are none."""
    return held if -_INTEGERS <= held < _INTEGERS else None


_INTEGERS = 1 << 63
_SCALARS = frozenset({"bool_value", "double_value"})
_READERS: Mapping[str, Callable[[Any, int], Any]] = {
    "int_value": _integer,
    "string_value": _text,
    "bytes_value": _bytes,
    "array_value": _list,
    "kvlist_value": _dict,
}
