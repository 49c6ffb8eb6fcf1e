"""Bytes by project and kind, measured once an hour by one server, on every database."""

import asyncio
import math
import secrets

from tests.queries import rows
from tests.stored_issues import Tenant, event, make_project, make_tenant, store
from urgentry import clock
from urgentry.domain.event import day_of
from urgentry.domain.sizes import SizeKind, SizeSample
from urgentry.jobs.measuring import MOST_PROJECTS, measure_if_due, tell
from urgentry.jobs.packing import pack_window
from urgentry.metrics import Metrics
from urgentry.storage import sizes
from urgentry.storage.database import Database, Transaction

NOW = clock.now()


async def measured(database: Database) -> dict[tuple[int, SizeKind], int]:
    async with database.read() as tx:
        return {(each.project_id, each.kind): each.bytes for each in await sizes.list_latest(tx)}


async def with_events(database: Database) -> tuple[Tenant, int]:
    """Thirty events of a project, one of another."""
    tenant = await make_tenant(database)
    other = await database.write(lambda tx: make_project(tx, tenant.organization_id, "other"))
    many = [event(tenant, key=f"k{n}", at=NOW, payload={"extra": "x" * 500}) for n in range(30)]
    await store(database, *many, event(tenant, project_id=other, at=NOW), at=NOW)
    return tenant, other


async def test_what_takes_room_is_told_by_project(database: Database) -> None:
    tenant, other = await with_events(database)
    assert await measure_if_due(database, "one", now=NOW)
    found = await measured(database)
    assert found[tenant.project_id, SizeKind.EVENTS] > 20 * found[other, SizeKind.EVENTS] > 0
    assert found[0, SizeKind.DATABASE] > sum(
        count for (project_id, _), count in found.items() if project_id
    )
    assert set(found) == {
        (0, SizeKind.DATABASE),
        (tenant.project_id, SizeKind.EVENTS),
        (other, SizeKind.EVENTS),
    }


async def test_events_in_blocks_count_too(database: Database) -> None:
    tenant, _ = await with_events(database)
    await measure_if_due(database, "one", now=NOW)
    loose = (await measured(database))[tenant.project_id, SizeKind.EVENTS]
    while await pack_window(database, now=NOW + clock.HOUR):
        pass
    assert await measure_if_due(database, "one", now=NOW + 2 * clock.HOUR)
    packed = (await measured(database))[tenant.project_id, SizeKind.EVENTS]
    assert 0 < packed < loose


def told(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Bytes by project and kind, as `/metrics` says."""
    return {
        (sample.labels["project"], sample.labels["kind"]): sample.value
        for family in metrics.stored_bytes.collect()
        for sample in family.samples
    }


async def test_metrics_tell_it(database: Database) -> None:
    tenant, other = await with_events(database)
    metrics = Metrics()
    await measure_if_due(database, "one", now=NOW)
    await tell(database, metrics, most=0, now=NOW)
    found = await measured(database)
    assert told(metrics) == {
        ("web", "events"): found[tenant.project_id, SizeKind.EVENTS],
        ("other", "events"): found[other, SizeKind.EVENTS],
    }
    assert math.isnan(metrics.sample("database_days_until_full")), "one day tells no growth"


async def test_metrics_tell_how_long_there_is_room(database: Database) -> None:
    await make_tenant(database)
    metrics = Metrics()
    for day, size in ((day_of(NOW) - 1, 1_000), (day_of(NOW), 3_000)):
        sample = SizeSample(day=day, project_id=0, kind=SizeKind.DATABASE, bytes=size)
        await put(database, day, [sample])
    await tell(database, metrics, most=103_000, now=NOW)
    assert math.isnan(metrics.sample("database_days_until_full")), "nobody measured its size yet"
    metrics.database_bytes.set(3_000)
    await tell(database, metrics, most=103_000, now=NOW)
    assert metrics.sample("database_days_until_full") == 50


async def put(database: Database, day: int, samples: list[SizeSample]) -> None:
    async def body(tx: Transaction) -> None:
        await sizes.put_samples(tx, day, samples)

    await database.write(body)


async def test_projects_beyond_the_largest_are_told_together(database: Database) -> None:
    tenant = await make_tenant(database)
    organization_id = tenant.organization_id
    count = MOST_PROJECTS + 2

    async def make(tx: Transaction) -> list[int]:
        return [await make_project(tx, organization_id, f"p{number}") for number in range(count)]

    samples = [
        SizeSample(day=day_of(NOW), project_id=id_, kind=SizeKind.LOGS, bytes=1_000 + number)
        for number, id_ in enumerate(await database.write(make))
    ]
    await put(database, day_of(NOW), samples)
    metrics = Metrics()
    await tell(database, metrics, most=0, now=NOW)
    found = told(metrics)
    assert len(found) == MOST_PROJECTS + 1
    assert (found["p2", "logs"], found["", "logs"]) == (1_002, 1_000 + 1_001)


async def test_one_server_measures_once_an_hour(database: Database) -> None:
    await make_tenant(database)
    servers = [secrets.token_hex(4) for _ in range(3)]
    did = await asyncio.gather(*(measure_if_due(database, each, now=NOW) for each in servers))
    assert sorted(did) == [False, False, True]
    assert not await measure_if_due(database, servers[0], now=NOW + clock.HOUR // 2)
    assert await measure_if_due(database, servers[0], now=NOW + clock.HOUR + 1)
    days = await rows(database, "SELECT DISTINCT day FROM size_sample")
    assert len(days) in (1, 2), "two where midnight lies between"


async def test_days_make_a_history_that_ends(database: Database) -> None:
    await make_tenant(database)
    for day in range(3):
        assert await measure_if_due(database, "one", now=NOW + day * clock.DAY)
    first = day_of(NOW)
    async with database.read() as tx:
        listed = await sizes.list_of_database(tx, since=first + 1)
    assert [each.day for each in listed] == [first + 1, first + 2]
    removed = await database.write(lambda tx: sizes.delete_samples(tx, first + 2, limit=10))
    assert removed == 2
