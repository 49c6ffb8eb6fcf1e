"""Makes and opens zstd frames, many in one call: the interpreter lock is given up once for all of
them, which is what lets a busy event loop go on beside it.
"""

from collections.abc import Sequence

import zstandard

_LEVEL = 3
_FEW_BYTES = 32 << 10
"""Up to so much it costs less to keep the lock than to set up a compressor."""


class Packer:
    """Packs for one thread."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    def __call__(self, parts: list[bytes]) -> list[bytes]:
        """A frame for each part."""
        if sum(map(len, parts)) <= _FEW_BYTES:
            return [self._compressor.compress(part) for part in parts]
        frames = zstandard.ZstdCompressor(level=_LEVEL).multi_compress_to_buffer([*parts])
        return [frames[number].tobytes() for number in range(len(frames))]


def unpack_frames(frames: Sequence[bytes | memoryview]) -> list[bytes]:
    """What the frames hold, in order."""
    if not frames:
        return []
    opened = zstandard.ZstdDecompressor().multi_decompress_to_buffer(list(frames))
    return [opened[number].tobytes() for number in range(len(opened))]
