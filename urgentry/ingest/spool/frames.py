"""The form of a spool file: frames one after the other, each with its length and a checksum.

A frame is the length of its content (4 bytes, big endian), the CRC-32 of the content, and the
content: the id of a batch (16 bytes), its time (8 bytes, microseconds) and its records as one zstd
frame of MessagePack. What a crash left of a last frame is not one: its checksum is wrong.
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


def encode(batch: SpooledBatch) -> bytes:
    """A batch as one frame."""
    packed = zstandard.compress(_ENCODER.encode(batch.records), _ZSTD_LEVEL)
    content = batch.id + batch.at.to_bytes(_TIME_BYTES, "big") + packed
    numbers = (len(content), zlib.crc32(content))
    return b"".join(each.to_bytes(_NUMBER_BYTES, "big") for each in numbers) + content


def decode(data: bytes, start: int = 0) -> Iterator[tuple[int, SpooledBatch]]:
    """The batches from an offset on, each with the offset behind its frame; ends at the first frame
    that is not whole."""
    while (content := _content(data, start)) is not None:
        start += _HEAD_BYTES + len(content)
        yield start, _batch(content)


def _content(data: bytes, start: int) -> bytes | None:
    head = data[start : start + _HEAD_BYTES]
    if len(head) < _HEAD_BYTES:
        return None
    size = int.from_bytes(head[:_NUMBER_BYTES], "big")
    content = data[start + _HEAD_BYTES : start + _HEAD_BYTES + size]
    if len(content) < size or zlib.crc32(content) != int.from_bytes(head[_NUMBER_BYTES:], "big"):
        return None
    return content


def _batch(content: bytes) -> SpooledBatch:
    time_end = _ID_BYTES + _TIME_BYTES
    decompressor = zstandard.ZstdDecompressor()
    packed = decompressor.decompress(content[time_end:], max_output_size=_MAX_RECORDS_BYTES)
    return SpooledBatch(
        id=content[:_ID_BYTES],
        at=int.from_bytes(content[_ID_BYTES:time_end], "big"),
        records=_DECODER.decode(packed),
    )
