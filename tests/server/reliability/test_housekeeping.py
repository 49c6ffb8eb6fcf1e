"""What the server keeps in order on its own: partitions made ahead, passing things forgotten."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.queries import rows, value
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import errors, send_all
from urgentry import clock
from urgentry.domain.event import RETENTION_DAYS, day_of, expires_day
from urgentry.jobs.housekeeping import forget_passing, forget_telemetry, prepare_partitions
from urgentry.storage import migrate as schema
from urgentry.storage import partitions
from urgentry.storage.database import Database, Transaction
from urgentry.storage.open import open_database
from urgentry.storage.queries import parse

INSERT_EVENT, INSERT_ENTRY, INSERT_BATCH, INSERT_TRACE = parse(
    "written",
    """
-- name: insert_event
INSERT INTO event
    (expires_day, id, project_id, hash_id, event_id, timestamp, environment_id, tagset_id, level)
VALUES (:expires_day, :id, 1, 1, :event_id, 1, 1, 1, 40)
-- name: insert_entry
INSERT INTO feed_entry (seq, at, kind, organization_id, project_id, issue_id, detail)
VALUES (:seq, :at, 'events', 1, 1, 1, '{}')
-- name: insert_batch
INSERT INTO applied_batch (id, applied_at) VALUES (:id, :at)
-- name: insert_trace
INSERT INTO trace (expires_day, trace_id, project_id, min_at, max_at)
VALUES (:expires_day, :trace_id, 1, 1, 1)
""",
)


@pytest.fixture
async def database(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A migrated database without a server."""
    directory = tmp_path_factory.mktemp("database")
    opened = open_database(dsn or f"sqlite:///{directory / 'urgentry.sqlite'}")
    await schema.migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres(direct_dsn: str) -> AsyncIterator[Database]:
    """The same on PostgreSQL alone."""
    opened = open_database(direct_dsn)
    await schema.migrate(opened)
    yield opened
    await opened.close()


async def strays(database: Database) -> int:
    """Rows that found no partition of their own."""
    counts = [
        await value(database, f"SELECT count(*) FROM {table}_default")
        for table in (*partitions.TABLES, "event_id")
    ]
    return sum(counts)


async def test_events_land_in_the_partitions_of_their_weeks(run: Run, direct_dsn: str) -> None:
    async with run(direct_dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        await send_all(server, project, errors(100))
        (await read_books(direct_dsn)).check()
    database = open_database(direct_dsn)
    assert await strays(database) == 0
    assert await holding(database, "event") == {partition("event", clock.now(), 90)}
    assert await holding(database, "event_body") == {partition("event_body", clock.now(), 90)}
    await database.close()


@pytest.mark.parametrize("weekday", range(partitions.WEEK))
async def test_tomorrow_has_its_partition_today(postgres: Database, weekday: int) -> None:
    """Whatever the day of the week, for every retention."""
    today = (weekday + 20_000) * clock.DAY
    await prepare_partitions(postgres, today)
    tomorrow = today + clock.DAY
    for at in (today, tomorrow):
        for number, days in enumerate(RETENTION_DAYS):
            await insert_event(postgres, expires_day(at, days), day_of(at) * 1_000 + number)
    assert await strays(postgres) == 0


async def test_strays_move_when_their_partition_is_made(postgres: Database) -> None:
    week = 3_000
    days = range(week * partitions.WEEK - 1, (week + 1) * partitions.WEEK + 1)
    for number, day in enumerate(days):
        await insert_event(postgres, day, number)
    assert await strays(postgres) == len(days)
    await partitions.prepare(postgres, [week * partitions.WEEK], [])
    assert await strays(postgres) == 2
    assert await value(postgres, f"SELECT count(*) FROM event_w{week}") == partitions.WEEK
    assert await value(postgres, "SELECT count(*) FROM event") == len(days)


async def test_partitions_of_signals_are_dropped_when_all_their_days_have_come(
    postgres: Database,
) -> None:
    week = 3_000
    last_day = (week + 1) * partitions.WEEK - 1
    await partitions.prepare(postgres, [last_day, last_day + 1], [])
    for day in (week * partitions.WEEK, last_day, last_day + 1):
        await insert_trace(postgres, day)
    await forget_telemetry(postgres, (last_day - 1) * clock.DAY)
    assert await value(postgres, "SELECT count(*) FROM trace") == 3
    await forget_telemetry(postgres, last_day * clock.DAY)
    assert await value(postgres, "SELECT count(*) FROM trace") == 1
    names = {row["relname"] for row in await rows(postgres, "SELECT relname FROM pg_class")}
    for table in ("telemetry_block", "telemetry_body", "trace", "transaction_payload"):
        assert f"{table}_w{week}" not in names
        assert f"{table}_w{week + 1}" in names


async def test_partitions_are_made_by_several_at_once(direct_dsn: str, postgres: Database) -> None:
    others = [open_database(direct_dsn) for _ in range(3)]
    await asyncio.gather(*(prepare_partitions(each) for each in (postgres, *others)))
    for other in others:
        await other.close()
    now = clock.now()
    names = await rows(postgres, "SELECT relname FROM pg_class WHERE relispartition")
    assert partition("event", now, 90) in {row["relname"] for row in names}


async def test_passing_things_are_forgotten_and_newer_ones_kept(database: Database) -> None:
    old, new, count = clock.now() - 2 * clock.DAY, clock.now(), 700

    async def body(tx: Transaction) -> None:
        for first, at in ((0, old), (count, new)):
            numbers = range(first, first + count)
            await tx.many(INSERT_ENTRY, [{"seq": number, "at": at} for number in numbers])
            await tx.many(
                INSERT_BATCH, [{"id": number.to_bytes(16, "big"), "at": at} for number in numbers]
            )

    await database.write(body)
    await asyncio.gather(*(forget_passing(database, before=new - clock.DAY) for _ in range(2)))
    assert await value(database, "SELECT min(seq) FROM feed_entry") == count
    assert await value(database, "SELECT count(*) FROM feed_entry") == count
    assert await value(database, "SELECT count(*) FROM applied_batch") == count


async def insert_event(database: Database, expiry: int, number: int) -> None:
    async def body(tx: Transaction) -> None:
        await tx.run(
            INSERT_EVENT, expires_day=expiry, id=number, event_id=number.to_bytes(16, "big")
        )

    await database.write(body)


async def insert_trace(database: Database, expiry: int) -> None:
    async def body(tx: Transaction) -> None:
        await tx.run(INSERT_TRACE, expires_day=expiry, trace_id=bytes(16))

    await database.write(body)


async def holding(database: Database, table: str) -> set[str]:
    """The partitions in which rows of a table stand."""
    found = await rows(database, f"SELECT DISTINCT tableoid::regclass::text AS name FROM {table}")
    return {row["name"] for row in found}


def partition(table: str, received: int, days: int) -> str:
    return partitions.partition_name(table, expires_day(received, days) // partitions.WEEK)
