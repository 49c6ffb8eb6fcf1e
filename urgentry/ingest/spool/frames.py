"""The form of a spool file: frames one after the other, each with its length and a checksum.

A frame is the length of its content (4 bytes, big endian), the CRC-32 of the content, and the
content: the id of a batch (16 bytes), its time (8 bytes, microseconds) and its records as one zstd
frame of MessagePack. A disk may spoil some of that: the number which every zstd frame begins with
finds the next frame, so that damage costs the frames it is in. What a crash left of the last one
was never answered for.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Union

import msgspec
import zstandard

from urgentry.domain.record import Record
from urgentry.ingest.store.batch import WRITERS

_NUMBER_BYTES = 4
_HEAD_BYTES = 2 * _NUMBER_BYTES
_ID_BYTES = 16
_TIME_BYTES = 8
_PACKED_AT = _HEAD_BYTES + _ID_BYTES + _TIME_BYTES
_ZSTD_LEVEL = 1
_MAX_RECORDS_BYTES = 1 << 30

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[list[Record]] = msgspec.msgpack.Decoder(
    list[Union[tuple(WRITERS)]]  # type: ignore[misc]  # noqa: UP007 - the kinds are a table
)


class SpooledBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it was accepted; `at` in microseconds."""

    id: bytes
    at: int
    records: Sequence[Record]


class Damage(msgspec.Struct, frozen=True):
    """What is no batch, or none that this release knows."""

    why: str


def encode(batch: SpooledBatch) -> bytes:
    """A batch as one frame."""
    packed = zstandard.compress(_ENCODER.encode(batch.records), _ZSTD_LEVEL)
    content = batch.id + batch.at.to_bytes(_TIME_BYTES, "big") + packed
    numbers = (len(content), zlib.crc32(content))
    return b"".join(each.to_bytes(_NUMBER_BYTES, "big") for each in numbers) + content


def decode(data: bytes, start: int = 0) -> Iterator[tuple[int, SpooledBatch | Damage]]:
    """The batches of a file from an offset on, and what stands there in their place; each with the
    offset behind it."""
    while start < len(data):
        end, content = _frame(data, start)
        if content is not None:
            yield end, _batch(content)
        elif not _is_torn(data, start, end):
            yield end, Damage("its bytes have changed")
        start = end


def _frame(data: bytes, start: int) -> tuple[int, bytes | None]:
    """Where a frame ends, and its content; None where that is damaged. One whose length alone is
    reaches to the next."""
    end = _end(data, start)
    if (content := _sealed(data, start, end)) is None:
        end = _next_frame(data, start)
        content = _sealed(data, start, end)
    return end, content


def _is_torn(data: bytes, start: int, end: int) -> bool:
    """Whether all that follows is the beginning of a frame, or the zeros of a file that grew before
    a crash and was not written."""
    is_last = end == len(data)
    return is_last and (_end(data, start) > end or not data[start:].strip(b"\0"))


def _next_frame(data: bytes, start: int) -> int:
    """Where the next whole frame begins behind an offset; the end where there is none."""
    place = start + _PACKED_AT
    while (place := data.find(zstandard.FRAME_HEADER, place + 1)) >= 0:
        begin = place - _PACKED_AT
        if _sealed(data, begin, _end(data, begin)) is not None:
            return begin
    return len(data)


def _sealed(data: bytes, start: int, end: int) -> bytes | None:
    """What stands between a frame's head and its end, if its checksum is that of the head."""
    if not start + _PACKED_AT < end <= len(data):
        return None
    content = data[start + _HEAD_BYTES : end]
    is_whole = zlib.crc32(content) == _number(data, start + _NUMBER_BYTES)
    return content if is_whole else None


def _end(data: bytes, start: int) -> int:
    """Where a frame ends by its own word."""
    return start + _HEAD_BYTES + _number(data, start)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + _NUMBER_BYTES], "big")


def _batch(content: bytes) -> SpooledBatch | Damage:
    time_end = _ID_BYTES + _TIME_BYTES
    decompressor = zstandard.ZstdDecompressor()
    try:
        packed = decompressor.decompress(content[time_end:], max_output_size=_MAX_RECORDS_BYTES)
        records = _DECODER.decode(packed)
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        return Damage(f"this release cannot read it: {error}")
    return SpooledBatch(
        id=content[:_ID_BYTES],
        at=int.from_bytes(content[_ID_BYTES:time_end], "big"),
        records=records,
    )
