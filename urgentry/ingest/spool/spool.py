"""The spool of this process: takes batches that the database did not, within a bound of bytes that
projects share: one that sends much leaves room for the others."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from msgspec.structs import replace

from urgentry import clock
from urgentry.ingest.share import FairShare
from urgentry.ingest.spool.files import SpoolFiles, abandoned_spools, new_spool
from urgentry.ingest.spool.frames import SpooledBatch, encode


class Spool:
    """Holds batches on disk while the database is away. A bound of 0 bytes keeps nothing."""

    def __init__(self, root: Path, *, max_bytes: int) -> None:
        self._root = root
        self._share = FairShare(max_bytes)
        self._own: SpoolFiles | None = None
        self._appending = asyncio.Lock()
        self.since: int | None = None
        """When the oldest batch that is not drained was accepted, in microseconds."""

    @property
    def is_on(self) -> bool:
        """Whether anything may be spooled."""
        return self._share.capacity > 0

    @property
    def size(self) -> int:
        """Bytes that this process's own files hold."""
        return self._share.used

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits in this process's own files."""
        return self.since is None

    @property
    def age(self) -> int:
        """Microseconds that the oldest batch has waited."""
        return 0 if self.since is None else max(0, clock.now() - self.since)

    async def append(self, batch: SpooledBatch) -> AbstractSet[int]:
        """Returns when the batch is on disk, but for the records of those projects that it returns:
        there is no room for them. SpoolUnavailable where the disk does not take it."""
        async with self._appending:
            frame = encode(batch)
            crowded = self._without_room(_parts(batch, len(frame)))
            if crowded:
                kept = [each for each in batch.records if each.project_id not in crowded]
                batch = replace(batch, records=kept)
                frame = encode(batch) if kept else b""
            if frame:
                await self._write(frame)
                for owner, size in _parts(batch, len(frame)).items():
                    self._share.take(owner, size)
                if self.since is None:
                    self.since = batch.at
            return crowded

    def _without_room(self, parts: Mapping[int, int]) -> AbstractSet[int]:
        """Projects whose part of a frame does not fit beside what is there and before it."""
        taken: dict[int, int] = {}
        for owner, size in parts.items():
            if self._share.has_room(owner, size):
                self._share.take(owner, size)
                taken[owner] = size
        for owner, size in taken.items():
            self._share.give_back(owner, size)
        return parts.keys() - taken.keys()

    async def _write(self, frame: bytes) -> None:
        if self._own is None:
            self._own = await asyncio.to_thread(new_spool, self._root)
        await asyncio.to_thread(self._own.append, frame)

    def own_files(self) -> SpoolFiles | None:
        """The files of this process, if it has written any."""
        return self._own

    async def seal(self) -> None:
        """What comes next goes to a new file, so that the present one can be drained to its end."""
        async with self._appending:
            if self._own is not None:
                self._own.close_file()

    async def abandoned(self) -> list[SpoolFiles]:
        """Spools that processes left which are gone. Whoever gets them releases them."""
        return await asyncio.to_thread(lambda: list(abandoned_spools(self._root)))

    async def empty(self) -> bool:
        """Gives up files in which nothing is left to drain; False when something came meanwhile.
        Call it when `drain` found the end of them."""
        async with self._appending:
            if self._own is None or self._own.numbers():
                return self._own is None
            self._share, self.since = FairShare(self._share.capacity), None
            return True

    async def close(self) -> None:
        """Leaves what is not drained to the next start."""
        async with self._appending:
            if self._own is not None:
                await asyncio.to_thread(self._own.release)
                self._own = None


def _parts(batch: SpooledBatch, size: int) -> Mapping[int, int]:
    """How much of a frame of that size each project has, by the sizes of its records."""
    sizes: Counter[int] = Counter()
    for record in batch.records:
        sizes[record.project_id] += record.size
    total = sizes.total()
    parts = {owner: size * part // total for owner, part in sizes.items()}
    parts[batch.records[0].project_id] += size - sum(parts.values())
    return parts
