"""What tells one build of a module from another, as debug files are found by it."""

import uuid

import msgspec

from urgentry.ingest.native.cursor import Cursor, Malformed

_PDB = 0x53445352
_ELF = 0x4270454C
_MAX_FILE_CHARS = 512
_MAX_BUILD_ID_BYTES = 64
_UUID_BYTES = 16


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """`debug_id` in Sentry's form: a UUID, and the age where there is one."""

    debug_id: str
    debug_file: str = ""
    build_id: str = ""
    """Of an ELF file, in hex."""


def read_identity(cursor: Cursor, at: int, size: int) -> Identity | None:
    """The identity in a module's record; None where it has none that is known."""
    if size < 4 or not at:  # noqa: PLR2004 - its kind
        return None
    try:
        kind = cursor.u32(at)
        if kind == _PDB:
            return _pdb(cursor, at, size)
        if kind == _ELF:
            return _elf(bytes(cursor.part(at + 4, min(size - 4, _MAX_BUILD_ID_BYTES))))
    except Malformed:
        return None
    return None


def _pdb(cursor: Cursor, at: int, size: int) -> Identity:
    first, second, third = cursor.read("IHH", at + 4)
    rest = bytes(cursor.part(at + 12, 8))
    age = cursor.u32(at + 20)
    name = bytes(cursor.part(at + 24, min(max(0, size - 24), _MAX_FILE_CHARS)))
    fields = first.to_bytes(4, "big") + second.to_bytes(2, "big") + third.to_bytes(2, "big")
    return Identity(
        debug_id=debug_id(fields + rest, age),
        debug_file=name.partition(b"\0")[0].decode("utf-8", "replace"),
    )


def _elf(build_id: bytes) -> Identity:
    """The first bytes of a build id, read as little-endian fields."""
    padded = build_id[:_UUID_BYTES].ljust(_UUID_BYTES, b"\0")
    return Identity(
        debug_id=str(uuid.UUID(bytes_le=padded)), build_id=build_id.hex() if build_id else ""
    )


def debug_id(raw: bytes, age: int = 0) -> str:
    """A UUID, and its age in hex where it has one."""
    name = str(uuid.UUID(bytes=raw))
    return f"{name}-{age:x}" if age else name
