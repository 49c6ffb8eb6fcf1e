"""What every way of writing a batch shares: its bodies are compressed, and after the commit names
are learned, what was not stored is counted and those who wait for news are woken. `pipeline` and
`spool.drain` write through the same one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
import zstandard

from urgentry.domain.record import Record
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.store.batch import Batch, Written, write_batch
from urgentry.ingest.store.context import ZSTD_LEVEL, BatchContext
from urgentry.ingest.store.made import write_made
from urgentry.metrics import Metrics
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome, Reason
from urgentry.storage.database import Database, Transaction

_COMPRESSED_HERE_BYTES = 64 << 10
"""Compressing so much takes about as long as a hand-over to another thread and back."""

T = TypeVar("T")
Work = Callable[[Transaction, BatchContext], Awaitable[T]]
_Buffer = bytes | bytearray | memoryview

log = structlog.get_logger(__name__)


class BatchWriter:
    """Prepares batches, applies them in the transactions of others, and settles what follows."""

    def __init__(
        self,
        ledger: Ledger,
        metrics: Metrics,
        names: KnownNames,
        *,
        after_commit: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._names = names
        self._after_commit = after_commit
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="compress")

    async def prepare(self, ids: Sequence[bytes], at: int, records: Sequence[Record]) -> Batch:
        """A batch of records that is ready to be applied; `at` in microseconds."""
        bodies = await self._compressed([record.payload for record in records])
        return Batch(ids=ids, at=at, records=records, bodies=bodies)

    async def apply(self, tx: Transaction, batch: Batch) -> Written:
        """Writes a batch in a transaction. The body may run more than once."""
        return await write_batch(tx, batch, self._names)

    async def write_found(self, database: Database, at: int, work: Work[T]) -> T:
        """Runs `work` in a transaction of its own, with the events that the server makes of what is
        found there; `at` in microseconds."""
        context = BatchContext(at=at, known=self._names)

        async def body(tx: Transaction) -> T:
            nonlocal context
            context = BatchContext(at=at, known=self._names)
            answer = await work(tx, context)
            await write_made(tx, context)
            return answer

        answer = await database.write(body)
        self.conclude(Written(fates=(), context=context))
        return answer

    def conclude(self, written: Written) -> None:
        """Follows a commit, once."""
        for learn in written.context.on_commit:
            learn()
        self._metrics.unstored.inc(len(written.context.unstored))
        self._after_commit()

    def give_up(self, record: Record, error: Exception) -> None:
        """Counts a record that the database will never take."""
        log.error("record_refused_by_database", kind=type(record).__name__, error=str(error))
        self._ledger.fault(category_of(record), Reason.INTERNAL)
        self._ledger.count(record, Outcome.INVALID, Reason.INTERNAL, record.counted)

    async def _compressed(self, payloads: list[bytes]) -> list[bytes]:
        """The payloads' frames, nothing for nothing. Above a few it pays to let another thread do
        it."""
        if sum(map(len, payloads)) <= _COMPRESSED_HERE_BYTES:
            return [self._compressor.compress(each) if each else b"" for each in payloads]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._beside, compress, payloads)


def compress(payloads: Sequence[bytes]) -> list[bytes]:
    """A frame for each payload, nothing for nothing. One call for all of them, which releases the
    interpreter lock once; it sets up a compressor of its own, which does not pay for a few small
    ones."""
    filled: list[_Buffer] = [each for each in payloads if each]
    if not filled:
        return [b""] * len(payloads)
    packed = zstandard.ZstdCompressor(level=ZSTD_LEVEL).multi_compress_to_buffer(filled)
    frames = (packed[index].tobytes() for index in range(len(packed)))
    return [next(frames) if each else b"" for each in payloads]


def category_of(record: Record) -> DataCategory:
    """What a fault that costs a record is counted under."""
    return DataCategory(record.counted[0][0]) if record.counted else DataCategory.DEFAULT
