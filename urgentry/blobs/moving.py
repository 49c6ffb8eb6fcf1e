"""Two stores as one, while blobs are moved from the former to the present.

What comes in goes to the present store; what is read is looked for there first. `move` carries the
rest over, beside the servers, and may be broken off and run again.
"""

from collections.abc import AsyncIterator, Iterable
from itertools import chain

import msgspec
import structlog

from urgentry.blobs.base import Blob, BlobStore, Content
from urgentry.blobs.copying import check_blob, copy_blob, each
from urgentry.errors import BlobDamaged, BlobNotFound

_PAGE = 500

log = structlog.get_logger(__name__)


class MovingStore:
    """The present store with the former behind it. Closes both."""

    def __init__(self, present: BlobStore, former: BlobStore) -> None:
        self.present = present
        self.former = former

    async def put(self, key: str, content: Content) -> int:
        return await self.present.put(key, content)

    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """A blob that is moved meanwhile is gone from the former store only when the present has
        it: so that is asked once more, for what is still missing."""
        sent = 0
        for store in (self.present, self.former, self.present):
            left = None if length is None else length - sent
            try:
                async for chunk in store.get(key, start=start + sent, length=left):
                    sent += len(chunk)
                    yield chunk
            except BlobNotFound:
                continue
            return
        raise BlobNotFound("there is no such blob")

    async def size(self, key: str) -> int | None:
        for store in (self.present, self.former, self.present):
            size = await store.size(key)
            if size is not None:
                return size
        return None

    async def delete(self, keys: Iterable[str]) -> None:
        gone = list(keys)
        await self.former.delete(gone)
        await self.present.delete(gone)

    async def delete_all(self, prefix: str) -> None:
        await self.former.delete_all(prefix)
        await self.present.delete_all(prefix)

    async def walk(self, prefix: str = "") -> AsyncIterator[Blob]:
        """A blob that both have is told once, as the present store has it."""
        present, former = self.present.walk(prefix), self.former.walk(prefix)
        first, second = await anext(present, None), await anext(former, None)
        while first is not None or second is not None:
            if second is None or (first is not None and first.key <= second.key):
                assert first is not None  # noqa: S101 - one of both is there
                yield first
                if second is not None and second.key == first.key:
                    second = await anext(former, None)
                first = await anext(present, None)
            else:
                yield second
                second = await anext(former, None)

    async def folders(self) -> list[str]:
        return sorted({*chain(await self.present.folders(), await self.former.folders())})

    async def check(self) -> None:
        await self.present.check()
        await self.former.check()

    def free_bytes(self) -> int | None:
        return self.present.free_bytes()

    async def close(self) -> None:
        await self.present.close()
        await self.former.close()


class Moved(msgspec.Struct, kw_only=True):
    """What `move` did: `damaged` blobs stay where they are."""

    blobs: int = 0
    bytes: int = 0
    damaged: int = 0


async def move(present: BlobStore, former: BlobStore, *, keep: bool) -> Moved:
    """Copies each blob of the former store that the present lacks, reads it back, and then, unless
    told to keep it, removes it. What is deleted meanwhile is passed over."""
    moved = Moved()

    async def carry(key: str) -> None:
        try:
            size = await _whole_size(key, present)
            if size is None:
                await copy_blob(key, former, present)
                size = await check_blob(key, present)
        except BlobNotFound:
            return
        except BlobDamaged as error:
            log.warning("blob_not_moved", key=key, problem=str(error))
            moved.damaged += 1
            return
        if not keep:
            await former.delete([key])
        moved.blobs += 1
        moved.bytes += size

    page: list[str] = []
    async for blob in former.walk():
        page.append(blob.key)
        if len(page) == _PAGE:
            await each(page, carry)
            page.clear()
    await each(page, carry)
    return moved


async def _whole_size(key: str, store: BlobStore) -> int | None:
    """The size of a blob that was carried over before; None where it has to be."""
    try:
        return await check_blob(key, store)
    except (BlobNotFound, BlobDamaged):
        return None
