"""The writer goes on whatever a batch meets, and tells of each record what became of it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.events import prepared_event
from tests.queries import rows, value
from tests.receipts import envelope, receipt
from urgentry.blobs.disk import DiskStore
from urgentry.domain.event import PreparedEvent
from urgentry.domain.record import Record
from urgentry.ingest.envelope import Item, make_item
from urgentry.ingest.intake import Intake
from urgentry.ingest.keeping import Keeper
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.pipeline import Pipeline, Verdict
from urgentry.ingest.quota import Quotas
from urgentry.ingest.reading import Reader, Reading
from urgentry.ingest.spikes import Spikes
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.writer import BatchWriter
from urgentry.metrics import Metrics
from urgentry.protocol.items import ItemType
from urgentry.storage.database import Database

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
pytestmark = on_sqlite

TOO_LARGE_FOR_THE_DATABASE = 1 << 63
TOO_LARGE_FOR_THE_SPOOL = 1 << 64


class Writing:
    """A pipeline with its spool, running."""

    def __init__(self, database: Database, root: Path, *, max_spool_bytes: int) -> None:
        self.database = database
        self.ledger = Ledger(database, Metrics())
        self.spool = Spool(root, max_bytes=max_spool_bytes)
        self.commits = 0
        self.away_after_commits = 0
        self.pipeline = Pipeline(
            database,
            self.ledger,
            Metrics(),
            BatchWriter(self.ledger, Metrics(), KnownNames(), after_commit=self._committed),
            self.spool,
            max_queue_bytes=1 << 20,
            commit_deadline_s=5.0,
        )

    def _committed(self) -> None:
        self.commits += 1
        if self.commits == self.away_after_commits:
            self.pipeline.set_aside()

    def intake(self, root: Path, readers: Mapping[ItemType, Reader]) -> Intake:
        return Intake(
            pipeline=self.pipeline,
            ledger=self.ledger,
            quotas=Quotas(self.database, Spikes(self.database)),
            keeper=Keeper(DiskStore(root / "blobs"), self.ledger),
            readers=readers,
        )

    async def submit(self, *records: Record) -> Verdict:
        return await asyncio.wait_for(self.pipeline.submit(records), 10)


@asynccontextmanager
async def writing(
    database: Database, root: Path, *, max_spool_bytes: int = 1 << 20
) -> AsyncIterator[Writing]:
    made = Writing(database, root, max_spool_bytes=max_spool_bytes)
    async with asyncio.TaskGroup() as group:
        group.create_task(made.pipeline.run())
        yield made
        made.pipeline.close()
    await made.spool.close()


def unfit(timestamp: int) -> PreparedEvent:
    return prepared_event("unfit", timestamp=timestamp)


async def test_a_disk_that_takes_nothing_costs_the_batch_alone(
    database: Database, tmp_path: Path
) -> None:
    root = tmp_path / "spool"
    root.write_text("in the way")
    async with writing(database, root) as made:
        made.pipeline.set_aside()
        refused = await made.submit(prepared_event())
        assert refused.refusal is not None
        assert refused.refusal.status == 503
        root.unlink()
        assert await made.submit(prepared_event()) == Verdict([""])


async def test_a_batch_that_cannot_be_spooled_does_not_end_the_writer(
    database: Database, tmp_path: Path
) -> None:
    async with writing(database, tmp_path / "spool") as made:
        made.pipeline.set_aside()
        refused = await made.submit(unfit(TOO_LARGE_FOR_THE_SPOOL))
        assert refused.refusal is not None
        assert refused.refusal.status == 503
        assert await made.submit(prepared_event()) == Verdict([""])


async def test_what_was_committed_of_a_split_request_is_not_refused(
    database: Database, tmp_path: Path
) -> None:
    """The first half is kept; then there is no database and no room in the spool."""
    async with writing(database, tmp_path / "spool", max_spool_bytes=1) as made:
        made.away_after_commits = 1
        intake = made.intake(
            tmp_path,
            {
                ItemType.EVENT: lambda *_: Reading(records=[prepared_event("kept")]),
                ItemType.SESSION: lambda *_: Reading(records=[unfit(TOO_LARGE_FOR_THE_DATABASE)]),
                ItemType.CHECK_IN: lambda *_: Reading(records=[prepared_event("late")]),
            },
        )
        items = [make_item(kind, b"{}") for kind in ("event", "session", "check_in")]
        [refusal] = await asyncio.wait_for(intake.take(envelope(*items), receipt()), 10)
        assert (refusal.status, refusal.reason) == (429, "spool_full")
        await made.ledger.flush()
    assert await value(database, "SELECT count(*) FROM event") == 1
    assert await counted(database) == {("", 1), ("spool_full", 2)}


async def test_requests_of_one_batch_are_halved_between_them(
    database: Database, tmp_path: Path
) -> None:
    """Only the request with the value that the database refuses is written in parts."""
    async with writing(database, tmp_path / "spool") as made:
        good = [prepared_event(f"good {number}") for number in range(3)]
        verdicts = await asyncio.gather(
            made.submit(unfit(TOO_LARGE_FOR_THE_DATABASE), prepared_event("beside")),
            made.submit(*good),
        )
        assert list(verdicts) == [Verdict(["internal", ""]), Verdict(["", "", ""])]
        assert made.commits == 2


async def counted(database: Database) -> set[tuple[str, int]]:
    found = await rows(database, "SELECT reason, quantity FROM outcome_hour")
    return {(row["reason"], row["quantity"]) for row in found}


async def test_a_large_profile_is_read_beside_the_loop(database: Database, tmp_path: Path) -> None:
    """So is the transaction that looks at it for its id."""
    read_by: dict[str, int] = {}

    def read(item: Item, *_: object) -> Reading:
        read_by[item.type] = threading.get_ident()
        return Reading(records=[])

    async with writing(database, tmp_path / "spool") as made:
        intake = made.intake(
            tmp_path, dict.fromkeys((ItemType.TRANSACTION, ItemType.PROFILE), read)
        )
        large = envelope(make_item("profile", bytes(300 << 10)), make_item("transaction", b"{}"))
        await intake.take(large, receipt())
        assert threading.get_ident() not in read_by.values()
        await intake.take(envelope(make_item("transaction", b"{}")), receipt())
        assert read_by["transaction"] == threading.get_ident()
