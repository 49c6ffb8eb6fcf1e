"""Rows in files: packed some megabytes at a time, so that neither side holds a table in memory."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from urgentry.backup.manifest import Chunk, write_file
from urgentry.errors import BackupError

CHUNK_BYTES = 4 << 20
_ZSTD_LEVEL = 3
_LARGEST_BYTES = 1 << 30
_VALUE_BYTES = 9
"""What a number takes at most."""

Values = tuple[Any, ...]

_FILE = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)?/[0-9]{6}\.zst")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[tuple[Any, ...]])


class ChunkWriter:
    """Takes rows and writes them below `root` into the folder `name`, whose files it lists in
    `chunks`. `close` writes what is left."""

    def __init__(self, root: Path, name: str) -> None:
        self.chunks: list[Chunk] = []
        self.rows = 0
        self._root = root
        self._name = name
        self._waiting: list[Values] = []
        self._bytes = 0

    def add(self, rows: Sequence[Values]) -> None:
        self._waiting += rows
        self.rows += len(rows)
        self._bytes += sum(map(_size, rows))
        if self._bytes >= CHUNK_BYTES:
            self.close()

    def close(self) -> None:
        if not self._waiting:
            return
        (self._root / self._name).mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = _encoder.encode(self._waiting)
        packed = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(plain)
        file = f"{self._name}/{len(self.chunks) + 1:06}.zst"
        write_file(self._root / file, packed)
        self.chunks.append(
            Chunk(
                file=file,
                rows=len(self._waiting),
                bytes=len(packed),
                plain_bytes=len(plain),
                sha256=hashlib.sha256(packed).hexdigest(),
            )
        )
        self._waiting, self._bytes = [], 0


def read_chunk(root: Path, chunk: Chunk) -> list[Values]:
    """The rows of a file. BackupError when it is not what was written."""
    path = root / chunk.file
    if not _FILE.fullmatch(chunk.file):
        raise BackupError(f"{path} is no file of a backup")
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(packed).hexdigest() != chunk.sha256:
        raise BackupError(f"{path} is damaged: its checksum is another one")
    try:
        limit = min(chunk.plain_bytes, _LARGEST_BYTES)
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=limit)
        rows = _decoder.decode(plain)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise BackupError(f"{path} was not written whole") from error
    if len(rows) != chunk.rows:
        raise BackupError(f"{path} holds {len(rows)} rows and not {chunk.rows}")
    return rows


def read_chunks(root: Path, chunks: Sequence[Chunk]) -> Iterator[list[Values]]:
    """The rows of several files, a file at a time."""
    for chunk in chunks:
        yield read_chunk(root, chunk)


def _size(row: Values) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else _VALUE_BYTES for value in row)
