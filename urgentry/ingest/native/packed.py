"""MessagePack as crash reporters write it: an event, and breadcrumbs one after the other."""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from urgentry.protocol.outcome import Reason, Rejected, invalid

_MAX_BREADCRUMBS = 1_000
_MAX_DEPTH = 100
_SIZES = dict.fromkeys((0xC0, 0xC2, 0xC3), 0) | {
    0xCA: 4,
    0xCB: 8,
    0xCC: 1,
    0xCD: 2,
    0xCE: 4,
    0xCF: 8,
    0xD0: 1,
    0xD1: 2,
    0xD2: 4,
    0xD3: 8,
    0xD4: 2,
    0xD5: 3,
    0xD6: 5,
    0xD7: 9,
    0xD8: 17,
}
"""Bytes after the first one, of kinds that are always as long."""
_COUNTED = {0xC4: "B", 0xC5: ">H", 0xC6: ">I", 0xD9: "B", 0xDA: ">H", 0xDB: ">I"}
_EXTENDED = {0xC7: "B", 0xC8: ">H", 0xC9: ">I"}
_LISTS = {0xDC: (">H", 1), 0xDD: (">I", 1), 0xDE: (">H", 2), 0xDF: (">I", 2)}


def unpack_event(view: memoryview) -> dict[str, Any]:
    """The event of an attachment. Rejected when it is none."""
    try:
        event = msgspec.msgpack.decode(view)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _invalid() from error
    if not isinstance(event, dict):
        raise _invalid()
    return {name: _plain(value) for name, value in event.items() if isinstance(name, str)}


def unpack_breadcrumbs(view: memoryview) -> list[Any]:
    """The breadcrumbs of an attachment: single ones in a row, or lists of them. What is broken off
    at its end is left out: it was written while the program crashed."""
    found: list[Any] = []
    for part in _objects(view):
        try:
            value = _plain(msgspec.msgpack.decode(part))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            break
        found += value if isinstance(value, list) else [value]
    return found[-_MAX_BREADCRUMBS:]


def merge_breadcrumbs(first: list[Any], second: list[Any]) -> list[Any]:
    """Two lists that were written in turn, the one with the latest breadcrumb last, no longer than
    the longer of them."""
    if _latest(first) > _latest(second):
        first, second = second, first
    most = max(len(first), len(second))
    return [*first, *second][-most:] if most else []


def _latest(breadcrumbs: list[Any]) -> str:
    last = breadcrumbs[-1] if breadcrumbs else None
    return str(last.get("timestamp") or "") if isinstance(last, dict) else ""


def _objects(view: memoryview) -> Iterator[memoryview]:
    start = 0
    while start < len(view):
        try:
            end = _end(view, start, 0)
        except (struct.error, IndexError, RecursionError):
            return
        if end > len(view):
            return
        yield view[start:end]
        start = end


def _end(view: memoryview, at: int, depth: int) -> int:
    """Where an object ends, by its first bytes. It may lie beyond the end."""
    kind = view[at]
    if depth > _MAX_DEPTH:
        raise RecursionError
    if kind < 0x80 or kind >= 0xE0:  # noqa: PLR2004 - small numbers
        return at + 1
    if kind < 0xA0:  # noqa: PLR2004 - short maps, lists
        return _after(view, at + 1, (kind & 15) * (2 if kind < 0x90 else 1), depth)  # noqa: PLR2004
    if kind < 0xC0:  # noqa: PLR2004 - short texts
        return at + 1 + (kind & 31)
    if kind in _SIZES:
        return at + 1 + _SIZES[kind]
    if kind in _LISTS:
        layout, each = _LISTS[kind]
        (count,) = struct.unpack_from(layout, view, at + 1)
        return _after(view, at + 1 + struct.calcsize(layout), count * each, depth)
    layout = _COUNTED.get(kind) or _EXTENDED[kind] if kind in _COUNTED | _EXTENDED else "B"
    (size,) = struct.unpack_from(layout, view, at + 1)
    return int(at + 1 + struct.calcsize(layout) + size + (kind in _EXTENDED))


def _after(view: memoryview, at: int, count: int, depth: int) -> int:
    for _ in range(count):
        if at >= len(view):
            return at + 1
        at = _end(view, at, depth + 1)
    return at


def _plain(value: Any) -> Any:
    """The value as JSON has it: texts for bytes, nothing for what has no form there."""
    match value:
        case dict():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bytes():
            return value.decode("utf-8", "replace")
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value) if hasattr(value, "isoformat") else None


def _invalid() -> Rejected:
    return invalid(Reason.INVALID_MSGPACK, "invalid event payload")
