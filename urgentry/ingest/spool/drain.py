"""Writes spooled batches to the database, in order and exactly once, when it answers again."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

import structlog

from urgentry import clock
from urgentry.beats import beat, rest
from urgentry.errors import DataRejected, StorageError, UniqueViolation
from urgentry.ingest.spool.files import SpoolFiles
from urgentry.ingest.spool.frames import Damage, SpooledBatch, decode
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.store.batch import Written
from urgentry.ingest.writer import BatchWriter
from urgentry.metrics import Metrics
from urgentry.storage import recording, spooled
from urgentry.storage.database import Database, Transaction
from urgentry.storage.spooled import Position

_ROUND_SECONDS = 0.5
_ADOPTION_ROUNDS = 20
_RECORDS_AT_ONCE = 500

log = structlog.get_logger(__name__)

_Step = tuple[Position, SpooledBatch]
"""A batch, and the position behind it."""


class Drain:
    """Drains this process's spool and those of processes that are gone."""

    def __init__(
        self,
        database: Database,
        spool: Spool,
        writer: BatchWriter,
        metrics: Metrics,
        *,
        on_empty: Callable[[], None],
    ) -> None:
        self._database = database
        self._spool = spool
        self._writer = writer
        self._metrics = metrics
        self._on_empty = on_empty

    async def run(self) -> None:
        """Looks for something to drain until it is cancelled; waits out an absent database."""
        rounds = 0
        while True:
            try:
                if rounds % _ADOPTION_ROUNDS == 0:
                    await self._drain_abandoned()
                await self._drain_own()
            except (StorageError, OSError) as error:
                log.warning("spool_not_drained", error=str(error), bytes=self._spool.size)
            rounds += 1
            await rest(_ROUND_SECONDS)

    async def _drain_own(self) -> None:
        files = self._spool.own_files()
        while files is not None and not self._spool.is_empty:
            await self._drain(files)
            if await self._spool.empty():
                break
        self._on_empty()

    async def _drain_abandoned(self) -> None:
        for files in await self._spool.abandoned():
            try:
                log.info("spool_adopted", spool=files.name, bytes=files.size())
                await self._drain(files)
                await self._database.write(lambda tx, name=files.name: spooled.forget(tx, name))  # type: ignore[misc]
            finally:
                await asyncio.to_thread(files.release)

    async def _drain(self, files: SpoolFiles) -> None:
        """Writes all that the files hold at this moment, and deletes them."""
        async with self._database.read() as tx:
            position = await spooled.get_position(tx, files.name)
        for number in files.numbers():
            if number >= position.number:
                start = position.offset if number == position.number else 0
                position = await self._drain_file(files, number, start, position)
            files.delete(number)

    async def _drain_file(
        self, files: SpoolFiles, number: int, start: int, position: Position
    ) -> Position:
        """A file that still grows is closed first."""
        if number == files.number:
            await self._spool.seal()
        data = await asyncio.to_thread(files.read, number)
        for group in _groups(self._steps(files, number, decode(data, start))):
            await self._write(files.name, group, since=position)
            beat()
            position = group[-1][0]
        return position

    def _steps(
        self, files: SpoolFiles, number: int, found: Iterable[tuple[int, SpooledBatch | Damage]]
    ) -> Iterator[_Step]:
        """The batches of a file. One that cannot be read costs no other, and its file is kept."""
        for end, batch in found:
            if isinstance(batch, SpooledBatch):
                yield Position(number, end), batch
            elif kept := files.keep_aside(number):
                log.error("spool_damaged", kept=str(kept), why=batch.why)
                self._metrics.spool_damaged.inc()

    async def _write(self, name: str, group: Sequence[_Step], *, since: Position) -> None:
        """Writes batches in one transaction; one by one where that meets a batch that was applied,
        or values that the database refuses."""
        try:
            await self._apply(name, group, since=since)
        except (UniqueViolation, DataRejected):
            if len(group) > 1:
                for step in group:
                    await self._write(name, [step], since=since)
                    since = step[0]
            else:
                await self._write_alone(name, group[0], since=since)

    async def _write_alone(self, name: str, step: _Step, *, since: Position) -> None:
        """A batch that did not go through whole: passed over when its commit had gone through
        before it was spooled, else written record by record."""
        position, batch = step
        async with self._database.read() as tx:
            was_applied = await recording.was_applied(tx, batch.id)
        records = [] if was_applied else batch.records
        for number, record in enumerate(records):
            part = SpooledBatch(id=_part_id(batch.id, number), at=batch.at, records=[record])
            try:
                await self._apply(name, [(since, part)], since=since)
            except UniqueViolation:
                continue
            except DataRejected as error:
                self._writer.give_up(record, error)
        passed = SpooledBatch(id=_part_id(batch.id, len(records)), at=batch.at, records=[])
        await self._apply(name, [(position, passed)], since=since)

    async def _apply(self, name: str, group: Sequence[_Step], *, since: Position) -> None:
        records = [record for _, batch in group for record in batch.records]
        ids = [batch.id for _, batch in group]
        batch = await self._writer.prepare(ids, group[0][1].at, records)
        to = group[-1][0]

        async def body(tx: Transaction) -> Written:
            if to != since and not await spooled.advance(
                tx, name, since=since, to=to, at=clock.now()
            ):
                raise StorageError(f"the spool {name} is drained by somebody else")
            return await self._writer.apply(tx, batch)

        written: Written = await self._database.write(body)
        self._writer.conclude(written)


def _groups(steps: Iterable[_Step]) -> Iterator[list[_Step]]:
    """Batches that are written together; no more of them are in memory at a time."""
    group: list[_Step] = []
    room = _RECORDS_AT_ONCE
    for step in steps:
        if group and room < len(step[1].records):
            yield group
            group, room = [], _RECORDS_AT_ONCE
        group.append(step)
        room -= len(step[1].records)
    if group:
        yield group


def _part_id(batch_id: bytes, number: int) -> bytes:
    """The id of a part of a batch: the same each time that it is tried."""
    return ((int.from_bytes(batch_id, "big") + number + 1) % (1 << 128)).to_bytes(16, "big")
