"""Small blocks are joined into full ones, without a moment at which a signal is missing or twice;
and blocks go when their day comes or their project goes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests import queries
from tests.contract.test_telemetry import count, ids, question
from tests.signals import NOW, TRACE, delivery, signal, span, store, trace_id
from urgentry import clock
from urgentry.domain.event import day_of
from urgentry.errors import StorageError
from urgentry.explore.listing import newest
from urgentry.explore.scanning import Desk
from urgentry.explore.traces import TraceScope, signals_of_trace
from urgentry.jobs.block_joining import SETTLED, join_blocks, join_if_due
from urgentry.jobs.housekeeping import forget_telemetry
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import projects, telemetry_upkeep
from urgentry.storage.database import Database, Transaction
from urgentry.storage.telemetry import attributes_of, note_attributes
from urgentry.storage.telemetry_reading import (
    list_attributes,
    list_newest_blocks,
    list_noted,
    read_bodies,
)
from urgentry.telemetry import names
from urgentry.telemetry.encoding import MOST_SIGNALS
from urgentry.telemetry.signal import Kind

OVER = 2 * clock.HOUR


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    opened = Desk(database, seconds=30, at_once=2)
    yield opened
    opened.close()


async def blocks(database: Database) -> list[tuple[int, bool]]:
    """How many signals each block has, and whether it may be joined with others."""
    found = await queries.rows(
        database, "SELECT signals, is_open FROM telemetry_block ORDER BY min_at"
    )
    return [(row["signals"], bool(row["is_open"])) for row in found]


async def trickle(database: Database, sizes: list[int], at: int = NOW) -> list[int]:
    """Batches of those sizes, a second apart; the ids of all signals, oldest first."""
    made: list[int] = []
    for number, size in enumerate(sizes):
        batch = [span(at + number * clock.SECOND + place) for place in range(size)]
        made += [each.id for each in batch]
        await store(database, delivery(batch))
    return made


async def listed(desk: Desk) -> list[int]:
    async with desk.work() as work:
        return ids(await newest(work, question(), limit=10_000))


async def test_many_small_blocks_become_few(database: Database, desk: Desk) -> None:
    made = await trickle(database, [20] * 30)
    assert await join_blocks(database, now=NOW) == 30
    assert await blocks(database) == [(MOST_SIGNALS, False), (600 - MOST_SIGNALS, True)]
    assert await listed(desk) == made[::-1]
    assert await join_blocks(database, now=NOW) == 0


async def test_few_small_blocks_wait_for_more(database: Database) -> None:
    await trickle(database, [1] * 31)
    assert await join_blocks(database, now=NOW) == 0
    await trickle(database, [1], at=NOW + clock.MINUTE)
    assert await join_blocks(database, now=NOW) == 32
    assert await blocks(database) == [(32, True)]


async def test_an_hour_that_is_over_is_closed(database: Database, desk: Desk) -> None:
    made = await trickle(database, [3, 4])
    assert await join_blocks(database, now=NOW + clock.HOUR + SETTLED) == 2
    assert await blocks(database) == [(7, False)]
    assert await listed(desk) == made[::-1]
    late = await trickle(database, [2])
    assert await join_blocks(database, now=NOW + OVER) == 0
    assert sorted(await blocks(database)) == [(2, False), (7, False)]
    assert await count(desk, question()) == 9
    assert len(late) == 2


async def test_signals_of_other_hours_kinds_and_projects_stay_apart(
    database: Database, desk: Desk
) -> None:
    for _ in range(2):
        await store(
            database,
            delivery([signal(NOW), signal(NOW - clock.HOUR)]),
            delivery([signal(NOW)], kind=Kind.LOG),
            delivery([signal(NOW)], project_id=2),
        )
    await join_blocks(database, now=NOW + OVER)
    assert [size for size, _ in await blocks(database)] == [2, 2, 2, 2]
    assert await count(desk, question()) == 4
    assert await count(desk, question(kind=Kind.LOG)) == 2
    assert await count(desk, question(project_ids=[1, 2])) == 6


async def test_a_trace_is_found_after_its_blocks_were_joined(
    database: Database, desk: Desk
) -> None:
    made = await trickle(database, [5] * 40)
    await join_blocks(database, now=NOW)
    scope = TraceScope(organization_id=1, project_ids=[1], trace_id=TRACE, now=NOW)
    async with desk.work() as work:
        assert ids(await signals_of_trace(work, scope, Kind.SPAN)) == made


async def test_a_snapshot_sees_blocks_and_bodies_of_one_moment(database: Database) -> None:
    await trickle(database, [1] * 40)
    async with database.snapshot() as tx:
        before = await list_newest_blocks(tx, question().scope, limit=10)
        await join_blocks(database, now=NOW)
        place = before[-1].newest
        before += await list_newest_blocks(tx, question().scope, before=place, limit=100)
        assert [each.signals for each in before] == [1] * 40
        bodies = await read_bodies(tx, before)
        assert bodies.keys() == {each.block.id for each in before}
    async with database.snapshot() as tx:
        after = await list_newest_blocks(tx, question().scope, limit=100)
        assert [each.signals for each in after] == [40]
    assert await queries.value(database, "SELECT count(*) FROM telemetry_body") == 1


async def test_reading_beside_joining_finds_everything_once(database: Database, desk: Desk) -> None:
    made = await trickle(database, [7] * 120)
    expected = made[::-1]

    async def read() -> None:
        for _ in range(10):
            assert await listed(desk) == expected
            await asyncio.sleep(0)

    async def join() -> None:
        for _ in range(6):
            await join_blocks(database, now=NOW)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        tasks.create_task(join())
    assert await listed(desk) == expected
    assert len(await blocks(database)) < 10


async def test_two_servers_join_each_block_once(database: Database, desk: Desk) -> None:
    made = await trickle(database, [7] * 100)
    await asyncio.gather(*(join_blocks(database, now=NOW) for _ in range(3)))
    assert await listed(desk) == made[::-1]


async def test_what_fails_half_way_leaves_what_was_there(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await trickle(database, [7] * 100)
    before = await blocks(database)

    def fail(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(telemetry_upkeep, "insert_blocks", fail)
        with pytest.raises(StorageError):
            await join_blocks(database, now=NOW)
    assert await blocks(database) == before
    assert await listed(desk) == made[::-1]
    await join_blocks(database, now=NOW)
    assert await listed(desk) == made[::-1]


async def test_one_server_at_a_time(database: Database) -> None:
    await trickle(database, [1] * 40, at=clock.now())
    results = await asyncio.gather(*(join_if_due(database, holder=str(n)) for n in range(3)))
    assert sorted(results) == [False, False, True]


async def test_signals_go_when_their_day_comes(database: Database, desk: Desk) -> None:
    later = NOW + 10 * clock.DAY
    await store(database, delivery([signal(trace=trace_id(1))]))
    await store(database, delivery([signal(trace=trace_id(2))], received=later))
    for days, kept in ((30, 2), (31, 1), (41, 0)):
        now = NOW + days * clock.DAY
        assert await count(desk, question(now=now)) == kept
        await forget_telemetry(database, now + 7 * clock.DAY if kept == 0 else now)
    for table in ("telemetry_block", "telemetry_body", "trace", "span_claim"):
        assert await queries.value(database, f"SELECT count(*) FROM {table}") == 0


async def test_nothing_is_left_of_a_deleted_project(database: Database) -> None:
    async def prepare(tx: Transaction) -> int:
        project = await projects.insert_project(
            tx,
            organization_id=1,
            slug="web",
            name="Web",
            platform="python",
            retention_days=90,
            at=NOW,
        )
        return project.id

    project_id = await database.write(prepare)
    neighbour = delivery([span(trace_op="x")], project_id=project_id + 1)
    gone = [
        delivery([signal(trace=trace_id(n), attributes={"a": n})], project_id=project_id)
        for n in range(30)
    ]
    for each in (*gone, neighbour):
        await store(database, each)

    async def note(tx: Transaction) -> None:
        note_attributes(tx, attributes_of([*gone, neighbour], day=day_of(NOW)))

    await database.write(note)
    await database.write(lambda tx: projects.delete_project(tx, project_id=project_id, at=NOW))
    await clear_deleted_projects(database)
    for table in ("telemetry_block", "trace", "telemetry_attribute"):
        found = await queries.rows(database, f"SELECT DISTINCT project_id FROM {table}")
        assert [row["project_id"] for row in found] == [project_id + 1], table
    assert await queries.value(database, "SELECT count(*) FROM telemetry_body") == 1


async def test_attributes_are_noted_by_their_last_day(database: Database) -> None:
    made = delivery([span(ms=1.5, flag=True, many=["a"])])

    async def note(tx: Transaction) -> None:
        for day in (5, 4):
            note_attributes(tx, attributes_of([made], day=day))

    await database.write(note)
    async with database.read() as tx:
        noted = await list_noted(tx, 1, Kind.SPAN)
        assert noted == {
            (names.OP, "s"): 5,
            (names.DURATION_MS, "n"): 5,
            ("flag", "b"): 5,
            ("many", "a"): 5,
        }
        found = await list_attributes(tx, [1, 2], Kind.SPAN, since_day=5)
        assert [(each.name, each.type) for each in found] == sorted(noted)
        assert await list_attributes(tx, [1], Kind.SPAN, since_day=6) == []
        assert await list_attributes(tx, [1], Kind.LOG, since_day=0) == []
