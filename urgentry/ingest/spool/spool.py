"""The spool of this process: takes batches that the database did not, within a bound."""

import asyncio
from pathlib import Path

from urgentry import clock
from urgentry.ingest.spool.files import SpoolFiles, abandoned_spools, new_spool
from urgentry.ingest.spool.frames import SpooledBatch, encode
from urgentry.protocol.outcome import Reason, overloaded

_RETRY_AFTER_S = 30


class Spool:
    """Holds batches on disk while the database is away. A bound of 0 bytes keeps nothing."""

    def __init__(self, root: Path, *, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._own: SpoolFiles | None = None
        self._appending = asyncio.Lock()
        self.bytes = 0
        """What this process's own files hold."""
        self.since: int | None = None
        """When the oldest batch that is not drained was accepted, in microseconds."""

    @property
    def is_on(self) -> bool:
        """Whether anything may be spooled."""
        return self._max_bytes > 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits in this process's own files."""
        return self.since is None

    @property
    def age(self) -> int:
        """Microseconds that the oldest batch has waited."""
        return 0 if self.since is None else max(0, clock.now() - self.since)

    async def append(self, batch: SpooledBatch) -> None:
        """Returns when the batch is on disk. Rejected (`spool_full`) beyond the bound,
        SpoolUnavailable where the disk does not take it."""
        frame = encode(batch)
        if self.bytes + len(frame) > self._max_bytes:
            raise overloaded(Reason.SPOOL_FULL, retry_after_s=_RETRY_AFTER_S)
        async with self._appending:
            if self._own is None:
                self._own = await asyncio.to_thread(new_spool, self._root)
            await asyncio.to_thread(self._own.append, frame)
        self.bytes += len(frame)
        if self.since is None:
            self.since = batch.at

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
            self.bytes, self.since = 0, None
            return True

    async def close(self) -> None:
        """Leaves what is not drained to the next start."""
        async with self._appending:
            if self._own is not None:
                await asyncio.to_thread(self._own.release)
                self._own = None
