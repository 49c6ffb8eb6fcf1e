"""The forms in which payloads are stored, by the number that stands beside each."""

from collections.abc import Sequence

import zstandard

from urgentry.errors import StorageError

CODEC_PLAIN = 0
CODEC_ZSTD = 1
"""One zstd frame."""

MAX_PAYLOAD_BYTES = 1 << 28
_ZSTD_LEVEL = 3
_COUNT_BYTES = 4


def unpacked(codec: int, body: bytes) -> bytes:
    """A payload as it was before it was stored."""
    if codec == CODEC_PLAIN:
        return body
    if codec == CODEC_ZSTD:
        decompressor = zstandard.ZstdDecompressor()
        return decompressor.decompress(body, max_output_size=MAX_PAYLOAD_BYTES)
    raise StorageError(f"a payload is stored in the unknown form {codec}")


def pack_block(payloads: Sequence[bytes]) -> bytes:
    """Several payloads as one zstd frame, in which like ones cost little: their number, the length
    of each (4 bytes, little endian), then one after the other."""
    numbers = [len(payloads), *map(len, payloads)]
    head = b"".join(number.to_bytes(_COUNT_BYTES, "little") for number in numbers)
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(b"".join([head, *payloads]))


def unpack_block(codec: int, body: bytes) -> list[bytes]:
    """The payloads of a block, in their places."""
    content = unpacked(codec, body)
    count = int.from_bytes(content[:_COUNT_BYTES], "little")
    start = _COUNT_BYTES * (count + 1)
    payloads = []
    for place in range(1, count + 1):
        size = int.from_bytes(content[_COUNT_BYTES * place : _COUNT_BYTES * (place + 1)], "little")
        payloads.append(content[start : start + size])
        start += size
    return payloads
