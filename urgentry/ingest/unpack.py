"""Content codings undone while a body streams in: gzip, deflate, br and zstd, up to two stacked.

Every stage is bounded in what it makes, in total and as a multiple of what it was fed, and works in
steps, so that a bomb is refused long before it has unfolded. `wire` feeds it; what it makes goes
to the `emit` of its reader.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import msgspec
import zstandard
from zlib_ng import zlib_ng

from urgentry.protocol.limits import MIB, body_too_large
from urgentry.protocol.outcome import Reason, Rejected, invalid

Emit = Callable[[bytes], None]
MAX_STACKED = 2
_STEP = MIB
_WHOLE_BYTES = 4 * MIB
# A zstd block of 4 bytes can make 128 KiB, and the binding has no output limit of its own.
_ZSTD_STEP = 512
_ZSTD_MAX_WINDOW = 8 * MIB
_GZIP_BITS = 31
_ZlibError: type[Exception] = zlib_ng.error  # type: ignore[assignment]  # an instance, say its stubs
_IGNORED = frozenset({"", "identity", "utf-8"})


class UnpackLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one coding may make of its input. The ratio counts only above `free_bytes`."""

    unpacked_bytes: int = 200 * MIB
    ratio: int = 256
    free_bytes: int = 16 * MIB

    def allowed(self, fed: int) -> int:
        """How many bytes may come out of so many."""
        return min(self.unpacked_bytes, max(self.free_bytes, fed * self.ratio))


class Stage(Protocol):
    """One coding being undone."""

    def feed(self, data: bytes) -> None:
        """Takes more of the stream. Rejected when it is corrupt or makes too much."""

    def finish(self) -> None:
        """The stream is over. Rejected when it was cut short."""


def content_codings(header: str | None) -> tuple[str, ...]:
    """The codings of a `Content-Encoding`, first applied first. Rejected with 415 when unknown."""
    if not header:
        return ()
    names = [name.strip().lower() for name in header.split(",")]
    codings = tuple(name for name in names if name not in _IGNORED)
    if len(codings) > MAX_STACKED or any(name not in _STAGES for name in codings):
        raise invalid(
            Reason.CONTENT_TYPE, f"unsupported content encoding: {header[:80]}", status=415
        )
    return codings


def unpacking(codings: Sequence[str], limits: UnpackLimits, emit: Emit) -> list[Stage]:
    """The stages of a stream: feed the first, finish all in order; `emit` gets what they make."""
    stages: list[Stage] = []
    for coding in codings:
        stage = _Bounded(coding, limits, emit)
        stages.insert(0, stage)
        emit = stage.feed
    return stages


def unpack_gzip(data: bytes, limits: UnpackLimits) -> bytes | None:
    """A whole body of one small gzip member, in one call; None when it is anything else."""
    inflate = zlib_ng.decompressobj(_GZIP_BITS)
    try:
        unpacked = inflate.decompress(data, min(limits.allowed(len(data)), _WHOLE_BYTES))
    except _ZlibError:
        return None
    return unpacked if inflate.eof and not inflate.unused_data else None


def corrupt() -> Rejected:
    """The answer to a body that does not unpack."""
    return invalid(Reason.INVALID_COMPRESSION, "invalid compressed content")


class _Bounded:
    """A stage that measures what goes in and out of another."""

    def __init__(self, coding: str, limits: UnpackLimits, emit: Emit) -> None:
        self._inner = _STAGES[coding](self._count)
        self._limits = limits
        self._emit = emit
        self._fed = 0
        self._made = 0

    def feed(self, data: bytes) -> None:
        self._fed += len(data)
        try:
            self._inner.feed(data)
        except (_ZlibError, brotli.error, zstandard.ZstdError) as error:
            raise corrupt() from error

    def finish(self) -> None:
        if self._fed:
            self._inner.finish()

    def _count(self, data: bytes) -> None:
        if not data:
            return
        self._made += len(data)
        if self._made > self._limits.allowed(self._fed):
            raise body_too_large()
        self._emit(data)


class _Gzip:
    """Any number of members, as RFC 1952 has it; zero bytes after the last are padding."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._member: zlib_ng._Decompress | None = None

    def feed(self, data: bytes) -> None:
        while data:
            if self._member is None:
                data = data.lstrip(b"\0")
                self._member = zlib_ng.decompressobj(_GZIP_BITS) if data else None
            if self._member is not None:
                data = self._member_of(self._member, data)

    def _member_of(self, member: "zlib_ng._Decompress", data: bytes) -> bytes:
        _inflate(member, data, self._emit)
        if member.eof:
            self._member = None
        return member.unused_data

    def finish(self) -> None:
        if self._member is not None:
            raise corrupt()


class _Deflate:
    """zlib's wrapping, or a bare stream as some clients send it."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._stream: zlib_ng._Decompress | None = None

    def feed(self, data: bytes) -> None:
        if self._stream is None:
            # A bare stream cannot begin with a low nibble of 8: its padding bits are zero.
            self._stream = zlib_ng.decompressobj(15 if data[0] & 15 == 8 else -15)  # noqa: PLR2004
        if self._stream.eof:
            raise corrupt()
        _inflate(self._stream, data, self._emit)
        if self._stream.unused_data:
            raise corrupt()

    def finish(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise corrupt()


class _Brotli:
    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> None:
        made = self._stream.process(data, output_buffer_limit=_STEP)
        self._emit(made)
        # A full step may have left more behind, even where the input is used up.
        while len(made) >= _STEP or (made and not self._stream.can_accept_more_data()):
            made = self._stream.process(b"", output_buffer_limit=_STEP)
            self._emit(made)

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise corrupt()


class _Zstd:
    """Any number of frames."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW)
        self._frame = self._context.decompressobj()
        self._between = True

    def feed(self, data: bytes) -> None:
        for start in range(0, len(data), _ZSTD_STEP):
            self._step(data[start : start + _ZSTD_STEP])

    def finish(self) -> None:
        if not self._between:
            raise corrupt()

    def _step(self, data: bytes) -> None:
        while data:
            self._emit(self._frame.decompress(data))
            self._between = self._frame.eof
            data = self._frame.unused_data
            if self._between:
                self._frame = self._context.decompressobj()


def _inflate(stream: "zlib_ng._Decompress", data: bytes, emit: Emit) -> None:
    """Everything that the input makes, in steps; output may remain when input is used up."""
    made = b""
    while (data or len(made) == _STEP) and not stream.eof:
        made = stream.decompress(data, _STEP)
        emit(made)
        data = stream.unconsumed_tail


_STAGES: dict[str, Callable[[Emit], Stage]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
