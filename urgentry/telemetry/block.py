"""Reads a block: first its directory, then as much of its body as was asked for.

`open_blocks` unpacks the columns that a question needs, for many blocks in one call; then `view`
answers a column and `signals` whole rows.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

import orjson

from urgentry.telemetry import directory as directories
from urgentry.telemetry.columns import LIST, NUMBER, TEXT, Column, View, read_column
from urgentry.telemetry.directory import Directory, Place
from urgentry.telemetry.names import AT, PARENT, PROJECT, ROW, SEGMENT, SPAN, TRACE
from urgentry.telemetry.packing import unpack_frames
from urgentry.telemetry.signal import NO_SPAN, SPAN_BYTES, TRACE_BYTES, Signal, Value

_ID_LISTS = {SPAN: "s", PARENT: "p", SEGMENT: "g"}
_CORE = frozenset({AT, ROW, TRACE, SPAN, PARENT, SEGMENT, PROJECT})


class Block:
    """A block whose body may not be there yet, and of whose body only some parts are unpacked."""

    def __init__(
        self, *, id_: int, project_id: int, min_at: int, traces: bytes, directory: bytes = b""
    ) -> None:
        self.id = id_
        self.project_id = project_id
        self.min_at = min_at
        self.traces = traces
        self._packed_directory = directory
        self._parts: dict[int, bytes] = {}

    @cached_property
    def directory(self) -> Directory:
        """The table of contents."""
        return directories.unpack(self._packed_directory)

    @property
    def count(self) -> int:
        """How many signals it holds."""
        return self.directory.count

    def columns(self, key: str) -> list[Column]:
        """The columns of an attribute, one for each type that it has here."""
        return self.directory.by_key.get(key, [])

    def places(self, keys: Iterable[str] | None) -> set[Place]:
        """Where what is asked stands in the body; everything for None."""
        contents = self.directory
        if keys is None:
            found = {contents.times, contents.rows, contents.traces, contents.spans}
            found |= {Place(column.start, column.length) for column in contents.columns}
        else:
            found = {place for key in keys for place in self._places_of(key)}
        return {place for place in found if place.length and place.start not in self._parts}

    def _places_of(self, key: str) -> list[Place]:
        contents = self.directory
        if key in _ID_LISTS:
            return [contents.spans]
        core = {AT: contents.times, ROW: contents.rows, TRACE: contents.traces}
        if key in core:
            return [core[key]]
        return [Place(column.start, column.length) for column in self.columns(key)]

    def shut(self) -> None:
        """Forgets what was unpacked of the body."""
        self._parts.clear()
        for name in ("times", "rows", "trace_numbers"):
            self.__dict__.pop(name, None)

    def put_part(self, start: int, part: bytes) -> None:
        """Takes an unpacked part of the body."""
        self._parts[start] = part

    def view(self, key: str) -> list[View]:
        """The views of an attribute or of a part of the signal; one for each type, none where no
        signal has it."""
        if key in _CORE:
            return [self._core_view(key)]
        return [self.read(column) for column in self.columns(key)]

    def read(self, column: Column) -> View:
        """One of its columns."""
        return read_column(column, self._parts.get(column.start, b""), self.count)

    @cached_property
    def times(self) -> list[int]:
        """When each signal happened, oldest first."""
        distances = orjson.loads(self._part(self.directory.times))
        return list(accumulate(distances[1:], initial=self.min_at))

    @cached_property
    def rows(self) -> list[int]:
        """The id of each signal."""
        return list(accumulate(orjson.loads(self._part(self.directory.rows))))

    @cached_property
    def trace_numbers(self) -> Sequence[int]:
        """For each signal the number of its trace among those of the block."""
        place = self.directory.traces
        if not place.length:
            return bytes(self.count)
        part = self._part(place)
        return part if len(part) == self.count else struct.unpack(f"<{self.count}H", part)

    @cached_property
    def trace_ids(self) -> list[bytes]:
        """The traces of the block, in the order of their numbers."""
        return _cut(self.traces, TRACE_BYTES)

    def has_trace(self, trace_id: bytes) -> bool:
        """Whether a signal of it is here."""
        at = self.traces.find(trace_id)
        while at % TRACE_BYTES and at >= 0:
            at = self.traces.find(trace_id, at + 1)
        return at >= 0

    def span_ids(self, key: str) -> list[bytes]:
        """The ids of spans, parents or segments of all signals."""
        number = self.directory.id_lists.find(_ID_LISTS[key])
        if number < 0:
            return [NO_SPAN] * self.count
        width = self.count * SPAN_BYTES
        part = self._part(self.directory.spans)
        return _cut(part[number * width : (number + 1) * width], SPAN_BYTES)

    def signals(self, positions: Iterable[int] | None = None) -> list[Signal]:
        """Whole signals, all of them or those at some positions; needs the whole body."""
        wanted = list(range(self.count) if positions is None else positions)
        attributes: list[dict[str, Value]] = [{} for _ in wanted]
        for column in self.directory.columns:
            self._fill(attributes, column, wanted)
        spans, parents, segments = map(self.span_ids, _ID_LISTS)
        return [
            Signal(
                id=self.rows[position],
                at=self.times[position],
                trace_id=self.trace_ids[self.trace_numbers[position]],
                span_id=spans[position],
                parent_id=parents[position],
                segment_id=segments[position],
                attributes=found,
            )
            for position, found in zip(wanted, attributes, strict=True)
        ]

    def _fill(
        self, attributes: Sequence[dict[str, Value]], column: Column, positions: Sequence[int]
    ) -> None:
        view, key = self.read(column), column.key
        values = view.values
        if column.type == LIST:
            values = [None if value is None else orjson.loads(value) for value in values]
        if view.codes is not None:
            codes = view.codes
            for found, position in zip(attributes, positions, strict=True):
                value = values[codes[position]]
                if value is not None:
                    found[key] = value
            return
        for found, position in zip(attributes, positions, strict=True):
            value = values[position]
            if value is not None:
                found[key] = value

    def _core_view(self, key: str) -> View:
        if key == PROJECT:
            return View(NUMBER, [self.project_id], bytes(self.count))
        if key == AT:
            return View(NUMBER, self.times)
        if key == ROW:
            return View(NUMBER, self.rows)
        if key == TRACE:
            hexes, numbers = list(map(_hex, self.trace_ids)), self.trace_numbers
            if isinstance(numbers, bytes):
                return View(TEXT, hexes, numbers)
            return View(TEXT, [hexes[number] for number in numbers])
        return View(TEXT, [_hex(span_id) for span_id in self.span_ids(key)])

    def _part(self, place: Place) -> bytes:
        return self._parts[place.start]


Asked = tuple[Block, bytes, frozenset[str] | None]
"""A block, its body, and the attributes that are needed of it; all of them for None."""


def open_blocks(asked: Iterable[Asked]) -> list[Block]:
    """Unpacks what is asked of blocks, in one call."""
    frames: list[memoryview] = []
    wanted: list[tuple[Block, int]] = []
    opened: list[Block] = []
    for block, body, keys in asked:
        opened.append(block)
        whole = memoryview(body)
        for place in block.places(keys):
            frames.append(whole[place.start : place.start + place.length])
            wanted.append((block, place.start))
    for (block, start), part in zip(wanted, unpack_frames(frames), strict=True):
        block.put_part(start, part)
    return opened


def _cut(joined: bytes, width: int) -> list[bytes]:
    return [joined[at : at + width] for at in range(0, len(joined), width)]


def _hex(id_: bytes) -> str | None:
    return id_.hex() if any(id_) else None
