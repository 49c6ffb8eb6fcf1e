"""Reads whole blobs into memory, within a bound."""

from urgentry.blobs.base import BlobStore
from urgentry.errors import BlobError


async def read_blob(blobs: BlobStore, key: str, *, most: int) -> bytes:
    """A blob's content, nothing for an empty key. `BlobNotFound` where there is none, `BlobError`
    above the bound."""
    if not key:
        return b""
    content = bytearray()
    async for chunk in blobs.get(key):
        content += chunk
        if len(content) > most:
            raise BlobError(f"a blob has more than {most} bytes")
    return bytes(content)
