"""Reads what a minidump says of itself: system, exception, modules, threads, annotations.

A bounded reader of our own: every place that a dump names is checked, every list and text is cut.
What is broken in one stream leaves the others as they are.
"""

from collections.abc import Callable, Iterator

import msgspec

from urgentry.ingest.native.cursor import Cursor, Malformed
from urgentry.ingest.native.debug_ids import Identity, read_identity

MAX_MODULES = 2_000
MAX_THREADS = 500
_MAX_STREAMS = 256
_MAX_ANNOTATIONS = 200
_MAX_TEXT = 1_024
_LITTLE, _BIG = b"MDMP", b"PMDM"

_THREADS, _MODULES, _EXCEPTION, _SYSTEM, _THREAD_NAMES = 3, 4, 6, 7, 24
_CRASHPAD = 0x43500001
_THREAD_BYTES, _MODULE_BYTES = 48, 108
_STRING_ANNOTATION = 1
# Where the instruction pointer stands in a thread's registers, by architecture, and its form.
_POINTERS = {
    0: (184, "I"),  # x86
    5: (64, "I"),  # arm
    9: (248, "Q"),  # amd64
    12: (264, "Q"),  # arm64
    0x8003: (264, "Q"),  # arm64, as Breakpad wrote it at first
}


class System(msgspec.Struct, frozen=True, kw_only=True):
    """Where it ran. `platform` and `architecture` are the numbers of the format."""

    platform: int
    architecture: int
    processors: int
    version: tuple[int, int, int]
    description: str


class Crash(msgspec.Struct, frozen=True, kw_only=True):
    """What ended the process."""

    thread_id: int
    code: int
    flags: int
    address: int
    information: tuple[int, ...]
    instruction: int | None = None
    """Where the thread stood."""


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A program or library that was loaded."""

    name: str
    address: int
    size: int
    timestamp: int
    identity: Identity | None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread, with its name where the dump has one."""

    id: int
    name: str = ""


class Minidump(msgspec.Struct, kw_only=True):
    """What could be read. `at` is in seconds, 0 where the dump does not say."""

    at: int = 0
    system: System | None = None
    crash: Crash | None = None
    modules: list[Module] = []
    threads: list[Thread] = []
    thread_count: int = 0
    annotations: dict[str, str] = {}

    def module_of(self, address: int) -> Module | None:
        """The module that was loaded at an address."""
        return next(
            (each for each in self.modules if each.address <= address < each.address + each.size),
            None,
        )


def is_minidump(view: memoryview) -> bool:
    """Whether the content begins as a minidump does."""
    return bytes(view[:4]) in (_LITTLE, _BIG)


def parse_minidump(view: memoryview) -> Minidump | None:
    """What a dump says; None when it is none, or too broken to have any streams."""
    if not is_minidump(view):
        return None
    cursor = Cursor(view, order="<" if bytes(view[:4]) == _LITTLE else ">")
    try:
        count, directory, _, at = cursor.read("IIII", 8)
        streams = dict(_streams(cursor, directory, min(count, _MAX_STREAMS)))
    except Malformed:
        return None
    dump = Minidump(at=at)
    for kind, read in _READERS:
        if kind in streams:
            try:
                read(cursor, dump, *streams[kind])
            except Malformed:
                continue
    return dump


def _streams(cursor: Cursor, at: int, count: int) -> Iterator[tuple[int, tuple[int, int]]]:
    for number in range(count):
        kind, size, place = cursor.read("III", at + 12 * number)
        yield kind, (place, size)


def _read_system(cursor: Cursor, dump: Minidump, at: int, _size: int) -> None:
    architecture, _, _, processors = cursor.read("HHHB", at)
    *version, platform, description = cursor.read("IIIII", at + 8)
    dump.system = System(
        platform=platform,
        architecture=architecture,
        processors=processors,
        version=(version[0], version[1], version[2]),
        description=_text(cursor, description),
    )


def _read_crash(cursor: Cursor, dump: Minidump, at: int, _size: int) -> None:
    (thread_id,) = cursor.read("I", at)
    code, flags, _, address, count = cursor.read("IIQQI", at + 8)
    information = cursor.read(f"{min(count, 15)}Q", at + 40)
    size, registers = cursor.read("II", at + 160)
    dump.crash = Crash(
        thread_id=thread_id,
        code=code,
        flags=flags,
        address=address,
        information=information,
        instruction=_instruction(cursor, dump, registers, size),
    )


def _instruction(cursor: Cursor, dump: Minidump, registers: int, size: int) -> int | None:
    place = _POINTERS.get(dump.system.architecture) if dump.system else None
    if place is None or size <= place[0]:
        return None
    try:
        pointer: int = cursor.read(place[1], registers + place[0])[0]
    except Malformed:
        return None
    return pointer


def _read_modules(cursor: Cursor, dump: Minidump, at: int, size: int) -> None:
    count, first = _list_of(cursor, at, size, _MODULE_BYTES)
    for number in range(min(count, MAX_MODULES)):
        try:
            dump.modules.append(_module(cursor, first + _MODULE_BYTES * number))
        except Malformed:
            continue


def _module(cursor: Cursor, at: int) -> Module:
    address, size, _, timestamp, name = cursor.read("QIIII", at)
    id_size, id_at = cursor.read("II", at + 76)
    return Module(
        name=_text(cursor, name),
        address=address,
        size=size,
        timestamp=timestamp,
        identity=read_identity(cursor, id_at, id_size),
    )


def _read_threads(cursor: Cursor, dump: Minidump, at: int, size: int) -> None:
    count, first = _list_of(cursor, at, size, _THREAD_BYTES)
    dump.thread_count = count
    for number in range(min(count, MAX_THREADS)):
        dump.threads.append(Thread(id=cursor.u32(first + _THREAD_BYTES * number)))


def _read_thread_names(cursor: Cursor, dump: Minidump, at: int, _size: int) -> None:
    names: dict[int, str] = {}
    for number in range(min(cursor.u32(at), MAX_THREADS)):
        thread_id, place = cursor.read("IQ", at + 4 + 12 * number)
        names[thread_id] = _text(cursor, place)
    dump.threads = [Thread(id=each.id, name=names.get(each.id, "")) for each in dump.threads]


def _read_crashpad(cursor: Cursor, dump: Minidump, at: int, _size: int) -> None:
    _, simple = cursor.read("II", at + 36)
    size, modules = cursor.read("II", at + 44)
    found = dict(_dictionary(cursor, simple)) if simple else {}
    for number in range(min(cursor.u32(modules), MAX_MODULES) if size else 0):
        _, _, info = cursor.read("III", modules + 4 + 12 * number)
        _, _, _, own, objects_size, objects = cursor.read("IIIIII", info + 4)
        found.update(_dictionary(cursor, own) if own else ())
        found.update(_objects(cursor, objects) if objects_size else ())
    dump.annotations = dict(list(found.items())[:_MAX_ANNOTATIONS])


def _dictionary(cursor: Cursor, at: int) -> Iterator[tuple[str, str]]:
    for number in range(min(cursor.u32(at), _MAX_ANNOTATIONS)):
        key, value = cursor.read("II", at + 4 + 8 * number)
        yield cursor.utf8(key, _MAX_TEXT), cursor.utf8(value, _MAX_TEXT)


def _objects(cursor: Cursor, at: int) -> Iterator[tuple[str, str]]:
    for number in range(min(cursor.u32(at), _MAX_ANNOTATIONS)):
        name, kind, _, value = cursor.read("IHHI", at + 4 + 12 * number)
        if kind == _STRING_ANNOTATION:
            yield cursor.utf8(name, _MAX_TEXT), cursor.utf8(value, _MAX_TEXT)


def _list_of(cursor: Cursor, at: int, size: int, item: int) -> tuple[int, int]:
    """How many items a list has, and where they begin: some writers align them."""
    count = cursor.u32(at)
    first = at + (8 if size == 8 + count * item else 4)
    return min(count, max(0, len(cursor.view) - first) // item), first


def _text(cursor: Cursor, at: int) -> str:
    if not at:
        return ""
    try:
        return cursor.utf16(at, _MAX_TEXT).rstrip("\0")
    except Malformed:
        return ""


_READERS: tuple[tuple[int, Callable[[Cursor, Minidump, int, int], None]], ...] = (
    (_SYSTEM, _read_system),
    (_EXCEPTION, _read_crash),
    (_MODULES, _read_modules),
    (_THREADS, _read_threads),
    (_THREAD_NAMES, _read_thread_names),
    (_CRASHPAD, _read_crashpad),
)
"""In the order in which they need each other."""
