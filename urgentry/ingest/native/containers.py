"""Dumps that are packed by themselves: gzip, xz, bzip2, zstd, told by their first bytes."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

import zstandard

from urgentry.ingest.body import Body
from urgentry.protocol.limits import MIB, body_too_large
from urgentry.protocol.outcome import Reason, invalid

MAX_BYTES = 200 * MIB
_RATIO = 256
_FREE_BYTES = 16 * MIB
_STEP = MIB
_FED = 64 << 10
_XZ_MEMORY = 64 * MIB
_ENDINGS = (".gz", ".xz", ".bz2", ".zst")


def unpack_dump(view: memoryview, name: str) -> tuple[memoryview, str]:
    """The dump and its name without the ending of its container, or both as they are. Rejected with
    400 when the container is broken, with 413 when it holds too much."""
    steps = next((make for magic, make in _STEPS if bytes(view[: len(magic)]) == magic), None)
    if steps is None:
        return view, name
    most = min(MAX_BYTES, max(_FREE_BYTES, len(view) * _RATIO))
    parts: list[bytes] = []
    size = 0
    try:
        for part in steps(bytes(view)):
            size += len(part)
            if size > most:
                raise body_too_large()
            parts.append(part)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, zstandard.ZstdError) as error:
        raise invalid(Reason.INVALID_COMPRESSION, "invalid compressed minidump") from error
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return memoryview(b"".join(parts)), name


def inflate(stream: "zlib._Decompress", data: Body | memoryview) -> Iterator[bytes]:
    """Everything that the input makes, in steps. Whether the stream is over is for the caller."""
    for start in range(0, len(data), _FED):
        rest = bytes(data[start : start + _FED])
        made = b""
        while (rest or len(made) == _STEP) and not stream.eof:
            made = stream.decompress(rest, _STEP)
            yield made
            rest = stream.unconsumed_tail


def _gzip(data: bytes) -> Iterator[bytes]:
    stream = zlib.decompressobj(31)
    yield from inflate(stream, memoryview(data))
    if not stream.eof:
        raise EOFError


def _xz(data: bytes) -> Iterator[bytes]:
    return _stepwise(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), data)


def _bzip2(data: bytes) -> Iterator[bytes]:
    return _stepwise(bz2.BZ2Decompressor(), data)


def _stepwise(stream: lzma.LZMADecompressor | bz2.BZ2Decompressor, data: bytes) -> Iterator[bytes]:
    yield stream.decompress(data, _STEP)
    while not stream.eof:
        if stream.needs_input:
            raise EOFError
        yield stream.decompress(b"", _STEP)


def _zstd(data: bytes) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor(max_window_size=8 * MIB).stream_reader(data) as stream:
        while part := stream.read(_STEP):
            yield part


_STEPS: tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"\xfd7zXZ\0", _xz),
    (b"BZh", _bzip2),
    (b"\x28\xb5\x2f\xfd", _zstd),
)
