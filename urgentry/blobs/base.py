"""The contract that every blob store keeps; one suite of tests runs over all of them."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Protocol

import msgspec

Content = bytes | AsyncIterable[bytes]
"""A whole content, or its chunks in order. A chunk may be empty; there may be none."""


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """One blob as a listing tells it; the time in microseconds is that of its last `put`."""

    key: str
    size: int
    written_at: int


class BlobStore(Protocol):
    """Bytes by key. Keys come from `blobs.keys`; another text is a ValueError.

    Any call may raise `BlobStoreUnavailable`: the store is away, or refuses us. Nothing is kept in
    memory beyond a few chunks, whatever a blob's size.
    """

    async def put(self, key: str, content: Content) -> int:
        """Keeps content under a key and answers its size. When it returns, the blob survives a loss
        of power; until then no reader sees any of it. Idempotent: the same key is the same content,
        so putting it again changes nothing but its time. A failure, of the chunks' source too,
        leaves nothing that a listing shows. `StorageFull` where there is no room; a retry may
        find some."""

    def get(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from `start` on, at most `length`, in chunks and in order. `BlobNotFound` at
        the first chunk where there is no such blob. Beyond its end there are no bytes."""

    async def size(self, key: str) -> int | None:
        """Its size in bytes; None where there is no such blob."""

    async def delete(self, keys: Iterable[str]) -> None:
        """Removes blobs. Idempotent: those that are gone are passed over. Not atomic: after a
        failure some may be gone."""

    async def delete_all(self, prefix: str) -> None:
        """Removes every blob whose key begins with a prefix, which must not be empty. Idempotent;
        after a failure some may be gone, and a further call removes the rest."""

    def walk(self, prefix: str = "") -> AsyncIterator[Blob]:
        """Blobs whose keys begin with whole parts (`20270214/`, `kept/profiles/`), in the order of
        their keys. What is put or deleted meanwhile may or may not be in it."""

    async def folders(self) -> list[str]:
        """The first parts of all keys, in order: days of expiry, and `kept`."""

    async def check(self) -> None:
        """Returns when a blob could be kept now; else `BlobStoreUnavailable` or `StorageFull`, with
        a hint for the operator."""

    def free_bytes(self) -> int | None:
        """How many bytes could still be kept; None where nobody can tell."""

    async def close(self) -> None:
        """Lets go of connections and threads. Nothing may be called after it."""
