"""Ids of traces and spans as clients write them, and the ids that signals get here."""

from collections.abc import Iterator
from typing import Any

from urgentry.domain.event import new_row_id
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, SPAN_BYTES, TRACE_BYTES


def read_trace_id(value: Any) -> bytes | None:
    """The 16 bytes of an id of 32 hexadecimal digits, with or without dashes; None for anything
    else. All zeros are `NO_TRACE`."""
    return _read(value.replace("-", "") if isinstance(value, str) else value, TRACE_BYTES)


def read_span_id(value: Any) -> bytes | None:
    """The 8 bytes of an id of 16 hexadecimal digits; None for anything else, zeros among it."""
    found = _read(value, SPAN_BYTES)
    return None if found == NO_SPAN else found


def row_ids(received: int) -> Iterator[int]:
    """Ids for the signals of one request, in order."""
    first = new_row_id(received)
    while True:
        yield first
        first += 1


def _read(value: Any, width: int) -> bytes | None:
    if not isinstance(value, str) or len(value) != 2 * width:
        return None
    try:
        found = bytes.fromhex(value)
    except ValueError:
        return None
    return found if len(found) == width else None


__all__ = ["NO_SPAN", "NO_TRACE", "read_span_id", "read_trace_id", "row_ids"]
