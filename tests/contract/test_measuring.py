"""Bytes by project and kind, measured once an hour by one server, on every database."""

import asyncio
import secrets

from tests.queries import rows
from tests.stored_issues import Tenant, event, make_project, make_tenant, store
from urgentry import clock
from urgentry.domain.event import day_of
from urgentry.domain.sizes import SizeKind
from urgentry.jobs.measuring import measure_if_due
from urgentry.jobs.packing import pack_window
from urgentry.storage import sizes
from urgentry.storage.database import Database

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
