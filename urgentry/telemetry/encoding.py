"""Signals → block. A few microseconds a signal; what comes out is a third of packed JSON rows.

A body is a row of zstd frames, one a column, so that a question unpacks only what it asks for.
"""

import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any

import msgspec
import orjson

from urgentry.telemetry import bloom
from urgentry.telemetry.columns import BOOLEAN, LIST, TEXT, TYPES, write_column
from urgentry.telemetry.directory import Directory, Place, pack
from urgentry.telemetry.names import NEVER_ASKED_FOR
from urgentry.telemetry.signal import NO_SPAN, Signal

MOST_SIGNALS = 512
MOST_COLUMNS = 1_000
"""Signals with more different attributes than this are cut into several blocks: a column costs a
place for each signal."""
_ONE_BYTE = 256
NUMBERS_EXACT_BELOW = 1 << 53

Pack = Callable[[list[bytes]], list[bytes]]
"""Makes zstd frames that tell their size."""
_Cells = dict[tuple[str, str], list[Any]]

ID_LISTS = {"s": "span_id", "p": "parent_id", "g": "segment_id"}


class EncodedBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A block as it is stored."""

    count: int
    min_at: int
    max_at: int
    directory: bytes
    traces: bytes
    """The ids of its traces, one after the other."""
    bloom: bytes
    """Which attributes have which value, as far as that can be asked; see `token`."""
    body: bytes
    is_full: bool
    """Whether it is as large as a block can be."""


def token(key: str, text: str) -> bytes:
    """What the Bloom filter of a block holds of an attribute and a value as text."""
    return f"{key}={text}".encode("utf-8", "replace")


def encode(signals: Iterable[Signal], pack_frames: Pack) -> list[EncodedBlock]:
    """As few blocks as the signals take, in the order of time."""
    ordered = sorted(signals, key=attrgetter("order"))
    return [
        block
        for start in range(0, len(ordered), MOST_SIGNALS)
        for block in _encode_chunk(ordered[start : start + MOST_SIGNALS], pack_frames)
    ]


def _encode_chunk(signals: Sequence[Signal], pack_frames: Pack) -> list[EncodedBlock]:
    keys = {key for signal in signals for key in signal.attributes}
    if len(keys) > MOST_COLUMNS and len(signals) > 1:
        middle = len(signals) // 2
        parts = (signals[:middle], signals[middle:])
        return [
            msgspec.structs.replace(block, is_full=True)
            for part in parts
            for block in _encode_chunk(part, pack_frames)
        ]
    return [_encode_block(signals, pack_frames)]


def _encode_block(signals: Sequence[Signal], pack_frames: Pack) -> EncodedBlock:
    traces = dict.fromkeys(signal.trace_id for signal in signals)
    id_lists, spans = _span_ids(signals)
    cells = sorted(_pivot(signals).items())
    columns = [write_column(key, kind, values) for (key, kind), values in cells]
    core = [_times(signals), _rows(signals), _trace_numbers(signals, traces), spans]
    places, body = _lay_out([*core, *(rest for _, rest in columns)], pack_frames)
    for (column, _), place in zip(columns, places[len(core) :], strict=True):
        column.start, column.length = place.start, place.length
    directory = Directory(
        count=len(signals),
        times=places[0],
        rows=places[1],
        traces=places[2],
        spans=places[3],
        id_lists=id_lists,
        columns=[column for column, _ in columns],
    )
    return EncodedBlock(
        count=len(signals),
        min_at=signals[0].at,
        max_at=signals[-1].at,
        directory=pack(directory),
        traces=b"".join(traces),
        bloom=bloom.build(_tokens(cells)),
        body=body,
        is_full=len(signals) == MOST_SIGNALS,
    )


def _lay_out(parts: Sequence[bytes], pack_frames: Pack) -> tuple[list[Place], bytes]:
    """The parts as frames in a row, and where each stands; an empty one stands nowhere."""
    frames = iter(pack_frames([part for part in parts if part]))
    body, places = bytearray(), []
    for part in parts:
        frame = next(frames) if part else b""
        places.append(Place(len(body), len(frame)) if frame else Place())
        body += frame
    return places, bytes(body)


def _times(signals: Sequence[Signal]) -> bytes:
    return orjson.dumps([0, *(after.at - before.at for before, after in pairwise(signals))])


def _rows(signals: Sequence[Signal]) -> bytes:
    distances = (after.id - before.id for before, after in pairwise(signals))
    return orjson.dumps([signals[0].id, *distances])


def _trace_numbers(signals: Sequence[Signal], traces: Collection[bytes]) -> bytes:
    if len(traces) == 1:
        return b""
    number_of = dict(zip(traces, range(len(traces)), strict=True))
    numbers = [number_of[signal.trace_id] for signal in signals]
    if len(traces) <= _ONE_BYTE:
        return bytes(numbers)
    return struct.pack(f"<{len(numbers)}H", *numbers)


def _span_ids(signals: Sequence[Signal]) -> tuple[str, bytes]:
    """The lists of ids that are not empty. They stand in one frame, because ids of parents and
    segments are those of spans again."""
    present, parts = "", b""
    for letter, name in ID_LISTS.items():
        ids = list(map(attrgetter(name), signals))
        if any(span_id != NO_SPAN for span_id in ids):
            present += letter
            parts += b"".join(ids)
    return present, parts


def _pivot(signals: Sequence[Signal]) -> _Cells:
    """A list a column, with None for each signal that has no such attribute."""
    cells: _Cells = {}
    for position, signal in enumerate(signals):
        for key, value in signal.attributes.items():
            name = (key, TYPES[type(value)])
            column = cells.get(name)
            if column is None:
                column = cells[name] = [None] * position
            elif len(column) < position:
                column += [None] * (position - len(column))
            column.append(value)
    for column in cells.values():
        column.extend([None] * (len(signals) - len(column)))
    return cells


def _tokens(cells: Iterable[tuple[tuple[str, str], list[Any]]]) -> set[bytes]:
    return {
        token(key, text)
        for (key, kind), values in cells
        if key not in NEVER_ASKED_FOR
        for text in texts_of(kind, values)
    }


def texts_of(kind: str, values: Iterable[Any]) -> Iterator[str]:
    """The values of a column as people may ask for them: a number is found by its digits however it
    was sent, fractions by no text; a list by each of its members."""
    for value in dict.fromkeys(map(tuple, filter(None, values)) if kind == LIST else values):
        if value is None:
            continue
        if kind == TEXT:
            yield value
        elif kind == BOOLEAN:
            yield "true" if value else "false"
        elif kind == LIST:
            for member in value:
                yield from texts_of(TYPES[type(member)], [member])
        elif abs(value) < NUMBERS_EXACT_BELOW and value == int(value):
            yield str(int(value))
