"""Blobs from one store to another, each held against the digest in its key on the way."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from urgentry.blobs.base import BlobStore
from urgentry.errors import BlobDamaged

AT_ONCE = 8
"""Blobs under way at once: what waits for a network does so together."""


async def copy_blob(key: str, source: BlobStore, target: BlobStore) -> int:
    """Copies a blob and answers its size. BlobNotFound when it is not in the source; BlobDamaged,
    with nothing left in the target, when its content is not what its key says."""
    return await target.put(key, _held_against(key, source.get(key)))


async def check_blob(key: str, store: BlobStore) -> int:
    """Reads a blob and answers its size. BlobNotFound, BlobDamaged."""
    return sum([len(chunk) async for chunk in _held_against(key, store.get(key))])


async def each(keys: Sequence[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Does the work for every key, `AT_ONCE` at a time. After a failure it ends, when what was
    under way at the same time is done."""
    for start in range(0, len(keys), AT_ONCE):
        under_way = map(work, keys[start : start + AT_ONCE])
        for outcome in await asyncio.gather(*under_way, return_exceptions=True):
            if outcome is not None:
                raise outcome


async def _held_against(key: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    digest = hashlib.sha256()
    async for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != key.rpartition("/")[2]:
        raise BlobDamaged(f"the blob {key} is damaged: its content is not what was stored")
