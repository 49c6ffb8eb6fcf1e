"""The bounded queue between requests and the database, and the writer that commits in groups.

While a commit is under way new records gather; they are the next batch, projects in turn. So a
quiet server commits each at once, and a busy one commits hundreds together, with no timer in
between. `submit` returns after the commit, or while the database is away when the records are in
the spool: what was answered is kept.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence

import msgspec
import structlog

from urgentry import clock
from urgentry.domain.record import Record
from urgentry.errors import CommitAmbiguous, DataRejected, StorageError, UniqueViolation
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.queue import FairQueue
from urgentry.ingest.spool.frames import SpooledBatch
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.store.batch import Batch, Written
from urgentry.ingest.writer import BatchWriter, category_of
from urgentry.metrics import Metrics
from urgentry.protocol.outcome import Outcome, Reason, Rejected, overloaded
from urgentry.storage import recording
from urgentry.storage.database import Database, Transaction

_BATCH_RECORDS = 500
_ATTEMPTS = 4
_RETRY_SECONDS = 0.05
_RETRY_AFTER_S = 5
_SPOOL_RETRY_AFTER_S = 30
_BEHIND = clock.SECOND // 10

log = structlog.get_logger(__name__)


class Verdict(msgspec.Struct, frozen=True):
    """What became of the records of one request."""

    fates: Sequence[str]
    """For each the reason why it was not kept (a duplicate), empty for one that was."""
    refusal: Rejected | None = None
    """Why some were not written: the client is to come again. Their fate is its reason."""


class _Waiting:
    """Records of one request in the queue, and who waits for their commit."""

    __slots__ = ("done", "fates", "owner", "records", "refusal", "since", "size", "unsettled")

    def __init__(self, records: Sequence[Record], done: asyncio.Future[Verdict]) -> None:
        self.records = records
        self.done = done
        self.fates: list[str | None] = [None] * len(records)
        self.refusal: Rejected | None = None
        self.unsettled = len(records)
        self.owner = records[0].project_id
        self.size = sum(record.size for record in records)
        self.since = clock.now()

    def settle(self, place: int, fate: str) -> bool:
        """Says what became of a record; whether nobody had said it before."""
        if self.fates[place] is not None:
            return False
        self.fates[place] = fate
        self.unsettled -= 1
        if not self.unsettled and not self.done.done():
            self.done.set_result(Verdict([each or "" for each in self.fates], self.refusal))
        return True

    def refuse(self, place: int, refusal: Rejected) -> bool:
        """Says that a record was not written; whether nobody had said what became of it."""
        self.refusal = self.refusal or refusal
        return self.settle(place, self.refusal.reason)


_Slot = tuple[_Waiting, int]
"""One record of a batch: whose, and the how manieth of theirs."""


class Pipeline:
    """Takes records, writes them in batches, and tells each submitter what became of its own."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        metrics: Metrics,
        writer: BatchWriter,
        spool: Spool,
        *,
        max_queue_bytes: int,
        commit_deadline_s: float,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._metrics = metrics
        self._writer = writer
        self._spool = spool
        self._commit_deadline_s = commit_deadline_s if spool.is_on else None
        self._is_away = False
        self._waiting: FairQueue[_Waiting] = FairQueue(max_queue_bytes)
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._writing: Sequence[_Waiting] = ()

    async def submit(self, records: Sequence[Record]) -> Verdict:
        """Queues the records of one request and returns after their commit. They are committed
        together unless the database refuses one of them. The verdict is a refusal when the queue
        has no room for this project, the server stops, or what is written to fails.

        All records of a request are of one project.
        """
        done: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(records, done)
        if self._is_closing or not self._waiting.offer(waiting):
            refusal = overloaded(retry_after_s=_RETRY_AFTER_S)
            return Verdict([refusal.reason] * len(records), refusal)
        self._arrived.set()
        return await done

    @property
    def queue_bytes(self) -> int:
        """Bytes of the records that are not written yet."""
        return self._waiting.bytes

    @property
    def oldest_age(self) -> int:
        """Microseconds that the oldest unwritten record has waited."""
        since = [waiting.since for waiting in self._writing]
        if self._waiting.oldest is not None:
            since.append(self._waiting.oldest)
        return clock.now() - min(since) if since else 0

    def is_behind(self) -> bool:
        """Whether records wait longer than a quiet server lets them: what can be put off should
        be."""
        return self.oldest_age > _BEHIND

    def set_aside(self) -> None:
        """The database is away: records go to the spool, where there is one."""
        self._is_away = self._spool.is_on

    def resume(self) -> None:
        """Nothing waits in the spool: records go to the database again, behind what waited."""
        self._is_away = False

    def close(self) -> None:
        """Refuses further events; `run` returns when the queue is empty."""
        self._is_closing = True
        self._arrived.set()

    def give_up(self) -> None:
        """Time is up: closes, and tells everyone who still waits to come again. What is being
        written at this moment may yet be kept; then it is a duplicate when it comes again."""
        self.close()
        unwritten = [*self._writing, *self._waiting.clear()]
        if unwritten:
            self._fail(_slots(unwritten), TimeoutError("the server stops"), "database")

    async def run(self) -> None:
        """Writes until `close` was called and everything is written."""
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._write_all(self._take())

    def _take(self) -> list[_Waiting]:
        """Requests for the next batch; each is written whole."""
        taken: list[_Waiting] = []
        records = 0
        while self._waiting and records < _BATCH_RECORDS:
            taken.append(self._waiting.take())
            records += sum(record.weight for record in taken[-1].records)
        return taken

    async def _write_all(self, taken: Sequence[_Waiting]) -> None:
        self._writing = taken
        batch = _slots(taken)
        try:
            await self._write_or_split(batch)
        except Exception as error:  # whatever a batch meets must not stop the writer
            log.exception("batch_failed")
            self._fail(batch, error, Reason.INTERNAL)
        finally:
            self._writing = ()
            for waiting in taken:
                self._waiting.release(waiting)

    async def _write_or_split(self, batch: Sequence[_Slot]) -> None:
        """Writes a batch. When the database refuses some row's values, halves are tried, so that
        one record cannot cost its neighbours."""
        accepted = SpooledBatch(
            id=secrets.token_bytes(16),
            at=clock.now(),
            records=[waiting.records[place] for waiting, place in batch],
        )
        if self._is_away:
            await self._keep(batch, accepted)
            return
        try:
            async with asyncio.timeout(self._commit_deadline_s):
                written = await self._write(accepted)
        except DataRejected as error:
            if len(batch) == 1:
                self._discard(batch[0], error)
                return
            middle = _middle(batch)
            await self._write_or_split(batch[:middle])
            await self._write_or_split(batch[middle:])
        except (StorageError, TimeoutError) as error:
            await self._put_off(batch, accepted, error)
        else:
            self._writer.conclude(written)
            for (waiting, place), fate in zip(batch, written.fates, strict=True):
                waiting.settle(place, fate)

    async def _write(self, accepted: SpooledBatch) -> Written:
        prepared = await self._writer.prepare([accepted.id], accepted.at, accepted.records)
        written = await self._commit(prepared)
        self._metrics.commit_seconds.observe((clock.now() - accepted.at) / clock.SECOND)
        self._metrics.batch_records.observe(len(accepted.records))
        return written

    async def _put_off(
        self, batch: Sequence[_Slot], accepted: SpooledBatch, error: Exception
    ) -> None:
        """The database did not take a batch, or has not said so: the spool does, under the same id,
        so that what was committed after all is not written again."""
        if not self._spool.is_on:
            self._fail(batch, error, "database")
            return
        if not self._is_away:
            log.error("database_away", error=str(error) or "no answer in time")
        self._is_away = True
        await self._keep(batch, accepted)

    async def _keep(self, batch: Sequence[_Slot], accepted: SpooledBatch) -> None:
        """Puts a batch into the spool; then it is accepted, but for projects whose share of it is
        used up."""
        try:
            crowded = await self._spool.append(accepted)
        except StorageError as error:
            self._fail(batch, error, "spool")
            return
        kept = [slot for slot in batch if slot[0].owner not in crowded]
        self._metrics.spooled.inc(len(kept))
        for waiting, place in kept:
            waiting.settle(place, "")
        if crowded:
            full = overloaded(Reason.SPOOL_FULL, retry_after_s=_SPOOL_RETRY_AFTER_S)
            refused = [slot for slot in batch if slot[0].owner in crowded]
            self._fail(refused, full, full.reason, answer=full)

    async def _commit(self, batch: Batch) -> Written:
        """Commits a batch once, also when the answer of a commit is lost or a row id is taken. A
        commit whose answer was lost may still be under way; then the next attempt waits for it and
        meets the batch's own id."""
        last: Written | None = None

        async def body(tx: Transaction) -> Written:
            nonlocal last
            last = await self._writer.apply(tx, batch)
            return last

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._database.write(body)
            except (CommitAmbiguous, UniqueViolation):
                if await self._was_applied(batch.ids[0]) and last is not None:
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

    def _discard(self, slot: _Slot, error: DataRejected) -> None:
        """Gives up one record that the database will never take."""
        waiting, place = slot
        self._writer.give_up(waiting.records[place], error)
        waiting.settle(place, Reason.INTERNAL)

    def _fail(
        self,
        batch: Sequence[_Slot],
        error: Exception,
        reason: str,
        *,
        answer: Rejected | None = None,
    ) -> None:
        """Tells those who wait for what was not written to come again. Other records of theirs may
        be kept: a client cannot send half of a request again."""
        refusal = answer or _unavailable()
        unwritten = [
            waiting.records[place] for waiting, place in batch if waiting.refuse(place, refusal)
        ]
        log.error("records_not_written", count=len(unwritten), reason=reason, error=str(error))
        for record in unwritten:
            self._ledger.fault(category_of(record), reason)


def _slots(waiting: Iterable[_Waiting]) -> list[_Slot]:
    return [(each, place) for each in waiting for place in range(len(each.records))]


def _middle(batch: Sequence[_Slot]) -> int:
    """Where to halve a batch: between two requests, as long as it holds several."""
    middle = len(batch) // 2
    owners = [waiting for waiting, _ in batch]
    start = owners.index(owners[middle])
    return start or next(
        (at for at in range(middle, len(batch)) if owners[at] is not owners[0]), middle
    )


def _unavailable() -> Rejected:
    return Rejected(
        Outcome.INVALID,
        Reason.PROJECT_UNAVAILABLE,
        status=503,
        detail="the data could not be stored; try again later",
        headers=((b"retry-after", str(_RETRY_AFTER_S).encode()),),
    )
