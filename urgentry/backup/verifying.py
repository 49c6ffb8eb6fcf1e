"""Finds out whether a backup is what was written: every byte of every file is read."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from urgentry.backup.chunks import read_chunk
from urgentry.backup.manifest import Chunk, KeptFile, Manifest
from urgentry.blobs.base import BlobStore
from urgentry.blobs.copying import check_blob, each
from urgentry.errors import BackupError, BlobError


async def damages(folder: Path, manifest: Manifest, kept: BlobStore) -> AsyncIterator[str]:
    """What is wrong with a backup whose manifest could be read, as it is found. `kept` is the store
    of the blobs below the folder."""
    for content in manifest.tables:
        for problem in _chunk_damages(folder, content.chunks, content.rows):
            yield problem
    for file in manifest.files:
        for problem in _file_damages(folder, file):
            yield problem
    async for problem in _blob_damages(folder, manifest, kept):
        yield problem


def _chunk_damages(folder: Path, chunks: list[Chunk], rows: int) -> list[str]:
    found = []
    for chunk in chunks:
        try:
            read_chunk(folder, chunk)
        except BackupError as error:
            found.append(str(error))
    if sum(chunk.rows for chunk in chunks) != rows:
        found.append(f"the manifest counts {rows} rows and lists others")
    return found


def _file_damages(folder: Path, file: KeptFile) -> list[str]:
    path = folder / Path(file.file).name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}"]
    return [] if digest == file.sha256 else [f"{path} is damaged: its checksum is another one"]


async def _blob_damages(folder: Path, manifest: Manifest, kept: BlobStore) -> AsyncIterator[str]:
    found: list[str] = []

    async def look(key: str) -> None:
        try:
            await check_blob(key, kept)
        except (BlobError, ValueError) as error:
            found.append(f"{key}: {error}")

    for chunk in manifest.blobs.chunks:
        try:
            keys = [key for key, _ in read_chunk(folder, chunk)]
        except BackupError as error:
            yield str(error)
            continue
        await each(keys, look)
        for problem in found:
            yield problem
        found.clear()
