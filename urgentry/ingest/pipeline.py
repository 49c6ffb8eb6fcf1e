"""The bounded queue between requests and the database, and the writer that commits in groups.

While a commit is under way new events gather; they are the next batch. So a quiet server commits
each event at once, and a busy one commits hundreds together, with no timer in between. `submit`
returns after the commit: what was answered is kept.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
import zstandard

from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.errors import CommitAmbiguous, DataRejected, StorageError, UniqueViolation
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.store import Batch, Written, write_batch
from urgentry.metrics import Metrics
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome, Reason, Rejected, overloaded
from urgentry.storage import recording
from urgentry.storage.database import Database, Transaction

_BATCH_EVENTS = 500
_ZSTD_LEVEL = 3
_COMPRESSED_HERE_BYTES = 64 << 10
"""Compressing so much takes about as long as a hand-over to another thread and back."""
_ATTEMPTS = 4
_RETRY_SECONDS = 0.05
_RETRY_AFTER_S = 5

_Buffer = bytes | bytearray | memoryview

log = structlog.get_logger(__name__)


class _Waiting:
    """An event in the queue, and who waits for its commit."""

    __slots__ = ("done", "event", "since")

    def __init__(self, event: PreparedEvent, done: asyncio.Future[bool]) -> None:
        self.event = event
        self.done = done
        self.since = clock.now()

    @property
    def size(self) -> int:
        return len(self.event.payload)


class Pipeline:
    """Takes events, writes them in batches, and tells each submitter what became of its own."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        metrics: Metrics,
        names: KnownNames,
        *,
        max_queue_bytes: int,
        after_commit: Callable[[], None],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._metrics = metrics
        self._names = names
        self._max_queue_bytes = max_queue_bytes
        self._after_commit = after_commit
        self._compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="compress")
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._writing: Sequence[_Waiting] = ()

    async def submit(self, event: PreparedEvent) -> bool:
        """Queues an event and returns after its commit: whether it was new (not a duplicate).

        Raises `Rejected` when the queue is full, the server stops, or the database fails.
        """
        if self._is_closing or self._bytes + len(event.payload) > self._max_queue_bytes:
            raise overloaded(retry_after_s=_RETRY_AFTER_S)
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(event, done)
        self._waiting.append(waiting)
        self._account(waiting.size)
        self._arrived.set()
        return await done

    @property
    def queue_bytes(self) -> int:
        """Bytes of the events that are not written yet."""
        return self._bytes

    @property
    def oldest_age(self) -> int:
        """Microseconds that the oldest unwritten event has waited."""
        oldest = [batch[0].since for batch in (self._writing, self._waiting) if batch]
        return clock.now() - min(oldest) if oldest else 0

    def close(self) -> None:
        """Refuses further events; `run` returns when the queue is empty."""
        self._is_closing = True
        self._arrived.set()

    def give_up(self) -> None:
        """Time is up: closes, and tells everyone who still waits to come again. What is being
        written at this moment may yet be kept; then it is a duplicate when it comes again."""
        self.close()
        unwritten = list(self._waiting)
        self._waiting.clear()
        self._account(-sum(waiting.size for waiting in unwritten))
        if self._writing or unwritten:
            self._fail([*self._writing, *unwritten], TimeoutError("the server stops"), "database")

    async def run(self) -> None:
        """Writes until `close` was called and everything is written."""
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._write_all(self._take())

    def _take(self) -> list[_Waiting]:
        count = min(len(self._waiting), _BATCH_EVENTS)
        return [self._waiting.popleft() for _ in range(count)]

    def _account(self, size: int) -> None:
        self._bytes += size

    async def _write_all(self, batch: Sequence[_Waiting]) -> None:
        self._writing = batch
        try:
            await self._write_or_split(batch)
        finally:
            self._writing = ()
            self._account(-sum(waiting.size for waiting in batch))

    async def _write_or_split(self, batch: Sequence[_Waiting]) -> None:
        """Writes a batch. When the database refuses some row's values, halves are tried, so that
        one event cannot cost its neighbours."""
        try:
            written = await self._write(batch)
        except DataRejected as error:
            if len(batch) == 1:
                self._fail(batch, error, Reason.INTERNAL)
                return
            middle = len(batch) // 2
            await self._write_or_split(batch[:middle])
            await self._write_or_split(batch[middle:])
        except StorageError as error:
            self._fail(batch, error, "database")
        except Exception as error:  # a bug in one batch must not stop the writer
            log.exception("batch_failed")
            self._fail(batch, error, Reason.INTERNAL)
        else:
            self._succeed(batch, written)

    async def _write(self, batch: Sequence[_Waiting]) -> Written:
        started = clock.now()
        events = [waiting.event for waiting in batch]
        prepared = Batch(
            id=secrets.token_bytes(16),
            at=started,
            events=events,
            bodies=await self._compressed([event.payload for event in events]),
        )
        written = await self._commit(prepared)
        self._metrics.commit_seconds.observe((clock.now() - started) / clock.SECOND)
        self._metrics.batch_events.observe(len(batch))
        return written

    async def _compressed(self, payloads: list[_Buffer]) -> list[bytes]:
        """The payloads' frames. Above a few events it pays to let another thread do it."""
        if sum(map(len, payloads)) <= _COMPRESSED_HERE_BYTES:
            return [self._compressor.compress(payload) for payload in payloads]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._beside, self._compress, payloads)

    def _compress(self, payloads: list[_Buffer]) -> list[bytes]:
        """One call for the batch, which releases the interpreter lock once, not once an event. It
        sets up a compressor of its own, which does not pay for a few."""
        frames = self._compressor.multi_compress_to_buffer(payloads)
        return [frames[index].tobytes() for index in range(len(frames))]

    async def _commit(self, batch: Batch) -> Written:
        """Commits a batch once, also when the answer of a commit is lost or a row id is taken. A
        commit whose answer was lost may still be under way; then the next attempt waits for it and
        meets the batch's own id."""
        last: Written | None = None

        async def body(tx: Transaction) -> Written:
            nonlocal last
            last = await write_batch(tx, batch, self._names)
            return last

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._database.write(body)
            except (CommitAmbiguous, UniqueViolation):
                if await self._was_applied(batch.id) and last is not None:
                    return last
                if attempt == _ATTEMPTS:
                    raise
            await asyncio.sleep(_RETRY_SECONDS * attempt)
        raise AssertionError

    async def _was_applied(self, batch_id: bytes) -> bool:
        """Asks for the batch until the database answers."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._database.read() as tx:
                    return await recording.was_applied(tx, batch_id)
            except StorageError:
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(_RETRY_SECONDS * 2**attempt)
        raise AssertionError

    def _succeed(self, batch: Sequence[_Waiting], written: Written) -> None:
        self._names.learn(written.names, written.tag_values)
        counts = [0, 0]
        for waiting, is_new in zip(batch, written.accepted, strict=True):
            if waiting.done.done():  # given up, and settled so
                continue
            counts[is_new] += 1
            waiting.done.set_result(is_new)
        self._ledger.settle(DataCategory.ERROR, Outcome.ACCEPTED, count=counts[True])
        if counts[False]:
            self._ledger.settle(
                DataCategory.ERROR, Outcome.INVALID, Reason.DUPLICATE, count=counts[False]
            )
        self._metrics.unstored.inc(written.unstored)
        self._after_commit()

    def _fail(self, batch: Sequence[_Waiting], error: Exception, reason: str) -> None:
        log.error("events_not_written", count=len(batch), reason=reason, error=str(error))
        for waiting in batch:
            if not waiting.done.done():
                self._ledger.fault(DataCategory.ERROR, reason)
                waiting.done.set_exception(_unavailable())


def _unavailable() -> Rejected:
    return Rejected(
        Outcome.INVALID,
        Reason.PROJECT_UNAVAILABLE,
        status=503,
        detail="the event could not be stored; try again later",
        headers=((b"retry-after", str(_RETRY_AFTER_S).encode()),),
    )
