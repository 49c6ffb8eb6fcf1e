"""Where in a minidump personal data may be: the memory of its threads, the rest of the memory, the
paths of its modules, and what Linux processes were started with.

Only these ranges are changed, so that a dump that was scrubbed is still a dump. What the file says
of itself is not believed: ranges outside of it are passed over.
"""

import struct
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import msgspec

MAGIC: Final = b"MDMP"
_MAX_ENTRIES: Final = 100_000
_MAX_STREAMS: Final = 1_000
_MAX_OVERLAP: Final = 4
"""Ranges may cover the file so many times: a hostile one could name all of it over and over."""
_HEADER: Final = struct.Struct("<4sIII")
_DIRECTORY: Final = struct.Struct("<III")
_MAX_PATH: Final = 4_096
_COUNT: Final = struct.Struct("<I")
_LOCATION: Final = struct.Struct("<II")
_DESCRIPTOR: Final = struct.Struct("<QII")
_RANGE64: Final = struct.Struct("<QQ")
_THREAD_BYTES: Final = 48
_THREAD_STACK: Final = 24
_MODULE_BYTES: Final = 108
_MODULE_NAME: Final = 20
_MODULE_DEBUG: Final = 76
_PDB: Final = {b"RSDS": 24, b"NB10": 16}
"""Debug records by their signature, and where in them the path begins."""


class Part(StrEnum):
    """What a range holds; also the name of its place."""

    STACK = "stack_memory"
    HEAP = "heap_memory"
    CODE_FILE = "code_file"
    DEBUG_FILE = "debug_file"


class _Stream:
    THREADS: Final = 3
    MODULES: Final = 4
    MEMORY: Final = 5
    MEMORY64: Final = 9
    LINUX_COMMAND_LINE: Final = 0x47670006
    LINUX_ENVIRONMENT: Final = 0x47670007


class Range(msgspec.Struct, frozen=True):
    """Bytes of a dump, from `start` to before `stop`."""

    part: Part
    start: int
    stop: int
    encoding: str = "utf-8"


def ranges_of(content: bytes) -> list[Range]:
    """The ranges of a minidump that rules may change, each once; none of what is no minidump."""
    left = _MAX_OVERLAP * len(content)
    kept: list[Range] = []
    for each in dict.fromkeys(_ranges(content)):
        if 0 <= each.start < each.stop <= len(content) and each.stop - each.start <= left:
            left -= each.stop - each.start
            kept.append(each)
    return kept


def _ranges(content: bytes) -> Iterator[Range]:
    magic, _, count, at = _read(_HEADER, content, 0)
    if magic != MAGIC:
        return
    streams = [
        _read(_DIRECTORY, content, at + number * _DIRECTORY.size)
        for number in range(min(count, _MAX_STREAMS))
    ]
    stacks = {
        place
        for kind, _, start in streams
        if kind == _Stream.THREADS
        for place in _stacks(content, start)
    }
    for start, size in sorted(stacks):
        yield Range(Part.STACK, start, start + size)
    for kind, size, start in streams:
        if kind == _Stream.MODULES:
            yield from _modules(content, start)
        for place in _memory_of(content, kind, start, size):
            if place not in stacks:
                yield Range(Part.HEAP, place[0], sum(place))


def _memory_of(content: bytes, kind: int, start: int, size: int) -> Iterator[tuple[int, int]]:
    """Where memory begins, and how long it is."""
    if kind == _Stream.MEMORY:
        for number in range(_count(content, start)):
            place = start + _COUNT.size + number * _DESCRIPTOR.size
            _, length, at = _read(_DESCRIPTOR, content, place)
            yield at, length
    elif kind == _Stream.MEMORY64:
        count, at = _read(_RANGE64, content, start)
        for number in range(1, min(count, _MAX_ENTRIES) + 1):
            _, length = _read(_RANGE64, content, start + number * _RANGE64.size)
            yield at, length
            at += length
    elif kind in (_Stream.LINUX_COMMAND_LINE, _Stream.LINUX_ENVIRONMENT):
        yield start, size


def _stacks(content: bytes, at: int) -> Iterator[tuple[int, int]]:
    for number in range(_count(content, at)):
        entry = at + _COUNT.size + number * _THREAD_BYTES + _THREAD_STACK
        _, size, start = _read(_DESCRIPTOR, content, entry)
        yield start, size


def _modules(content: bytes, at: int) -> Iterator[Range]:
    for number in range(_count(content, at)):
        entry = at + _COUNT.size + number * _MODULE_BYTES
        (name,) = _read(_COUNT, content, entry + _MODULE_NAME)
        (length,) = _read(_COUNT, content, name)
        start = name + _COUNT.size
        yield Range(Part.CODE_FILE, start, start + length, "utf-16-le")
        size, start = _read(_LOCATION, content, entry + _MODULE_DEBUG)
        skipped = _PDB.get(content[start : start + 4])
        if skipped is not None:
            path = content[start + skipped : start + min(size, _MAX_PATH)].split(b"\0", 1)[0]
            yield Range(Part.DEBUG_FILE, start + skipped, start + skipped + len(path))


def _count(content: bytes, at: int) -> int:
    (count,) = _read(_COUNT, content, at)
    return min(int(count), _MAX_ENTRIES)


def _read(layout: struct.Struct, content: bytes, at: int) -> tuple[Any, ...]:
    """What stands there; zeros beyond the end of the file, which make empty ranges."""
    if 0 <= at <= len(content) - layout.size:
        return layout.unpack_from(content, at)
    return layout.unpack(bytes(layout.size))
