"""What a block says of itself: where each column stands in its body, and what values there are.

It is stored beside the block, packed, so that a question can pass a block over without reading it.
"""

from functools import cached_property

import msgspec
import zstandard

from urgentry.telemetry.columns import Column

_LARGEST_BYTES = 1 << 24
_encoder = msgspec.msgpack.Encoder()


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Bytes of a body. None of them: the part is not there."""

    start: int = 0
    length: int = 0


class Directory(msgspec.Struct, array_like=True, kw_only=True, dict=True):
    """The table of contents of a block."""

    count: int
    times: Place
    """Microseconds since the signal before, the first since the begin of the block; in JSON."""
    rows: Place
    """Ids of signals, each as the distance to the one before; in JSON."""
    traces: Place
    """For each signal the number of its trace, in one byte or, above 256 traces, in two."""
    spans: Place
    """All ids of spans, then all of parents, then all of segments. Each may be missing as a whole:
    `id_lists` says which are there."""
    id_lists: str
    columns: list[Column]

    @cached_property
    def by_key(self) -> dict[str, list[Column]]:
        """The columns of each attribute, one for each type that it has."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            found.setdefault(column.key, []).append(column)
        return found


_decoder = msgspec.msgpack.Decoder(Directory)


def pack(directory: Directory) -> bytes:
    """The directory as it is stored."""
    return zstandard.ZstdCompressor(level=3).compress(_encoder.encode(directory))


def unpack(packed: bytes) -> Directory:
    """The directory that was stored."""
    plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST_BYTES)
    return _decoder.decode(plain)
