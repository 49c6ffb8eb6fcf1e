"""Payloads move into blocks, and nobody who reads an event sees a difference, on every database."""

import asyncio
from typing import Any

import pytest

from tests.queries import value
from tests.stored_issues import NOW, Tenant, event, make_tenant, store
from urgentry import clock
from urgentry.errors import StorageError
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.packing import WINDOW_EVENTS, pack_window
from urgentry.storage import blocks, events, issues
from urgentry.storage.blocks import NewBlock, PayloadTaken
from urgentry.storage.bodies import pack_block, unpack_block
from urgentry.storage.database import Database, Transaction
from urgentry.storage.events import EventSelection
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor

LATER = NOW + clock.HOUR


async def payloads(database: Database, tenant: Tenant) -> list[dict[str, Any]]:
    selection = EventSelection(organization_id=tenant.organization_id, project_id=tenant.project_id)
    async with database.read() as tx:
        found = await events.list_oldest(tx, selection, limit=1000)
    return [stored.payload() for stored in found]


async def pack_all(database: Database, *, now: int = LATER) -> int:
    packed = 0
    while found := await pack_window(database, now=now):
        packed += found
    return packed


async def fill(database: Database, tenant: Tenant) -> None:
    """Forty events of one hash, two of another, one of each of three more."""
    keys = ["many"] * 40 + ["two"] * 2 + ["x", "y", "z"]
    await store(
        database,
        *(
            event(tenant, key=key, at=NOW + number, payload={"number": number})
            for number, key in enumerate(keys)
        ),
    )


async def count(database: Database, table: str) -> int:
    rows: int = await value(database, f"SELECT count(*) FROM {table}")
    return rows


async def test_events_read_the_same_from_a_block(database: Database) -> None:
    tenant = await make_tenant(database)
    await fill(database, tenant)
    before = await payloads(database, tenant)
    assert [each["number"] for each in before] == list(range(45))
    assert await pack_all(database) == 45
    assert await count(database, "event_body") == 0
    assert await count(database, "packed_event") == 45
    assert await count(database, "event_block") == 3  # 24 + 16 of one hash, and the rest
    assert await payloads(database, tenant) == before
    async with database.read() as tx:
        one = await events.get_event(tx, [tenant.project_id], before[43]["event_id"], now=NOW)
        latest = await events.list_latest_of_hashes(tx, range(1, 6))
    assert one is not None
    assert one.payload() == before[43]
    newest = {stored.payload()["number"] for stored in latest.values()}
    assert newest == {39, 41, 42, 43, 44}


async def test_few_events_wait_for_others(database: Database) -> None:
    tenant = await make_tenant(database)
    await fill(database, tenant)
    assert await pack_all(database, now=NOW + clock.MINUTE) == 0
    assert await pack_all(database, now=NOW + clock.SECOND) == 0
    assert await count(database, "event_body") == 45


async def test_many_events_do_not(database: Database) -> None:
    tenant = await make_tenant(database)
    for start in range(0, 600, 200):
        numbers = range(start, start + 200)
        await store(database, *(event(tenant, at=NOW + number) for number in numbers))
    assert await pack_all(database, now=NOW + clock.MINUTE) == WINDOW_EVENTS
    assert await count(database, "event_body") == 600 - WINDOW_EVENTS


async def test_a_deleted_event_leaves_its_block(database: Database) -> None:
    """Its payload goes, not only the way to it; a block of which nothing is left goes too."""
    tenant = await make_tenant(database)
    await fill(database, tenant)
    before = await payloads(database, tenant)
    await pack_all(database)
    async with database.read() as tx:
        gone = await issues.list_issues(tx, [1, 3])  # "many" and "x"
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    await database.write(lambda tx: delete(tx, gone, by=by, at=LATER))
    await remove_leftovers(database, pause=0)
    left = [each for each in before if each["number"] in {40, 41, 43, 44}]
    assert await payloads(database, tenant) == left
    assert await count(database, "event_block") == 1
    body = await value(database, "SELECT body FROM event_block")
    kept = [each for each in unpack_block(1, bytes(body)) if each]
    assert len(kept) == 4
    assert await value(database, "SELECT events FROM event_block") == 4


async def test_a_payload_moves_once(database: Database) -> None:
    """Two who pack at once: one is undone, and every payload stays readable."""
    tenant = await make_tenant(database)
    await fill(database, tenant)
    before = await payloads(database, tenant)
    both = await asyncio.gather(
        pack_window(database, now=LATER), pack_window(database, now=LATER), return_exceptions=True
    )
    assert [each for each in both if isinstance(each, BaseException)] == [
        each for each in both if isinstance(each, StorageError)
    ]
    await pack_all(database)
    assert await payloads(database, tenant) == before
    assert await count(database, "packed_event") == 45


async def test_what_is_taken_is_not_packed(database: Database) -> None:
    tenant = await make_tenant(database)
    await store(database, event(tenant))
    async with database.read() as tx:
        [loose] = await blocks.list_loose(tx, before=LATER, limit=WINDOW_EVENTS)
    block = NewBlock(
        expires_day=loose.expires_day,
        project_id=tenant.project_id,
        event_ids=[loose.id, loose.id + 1],
        body=pack_block([loose.payload(), b""]),
    )

    async def insert(tx: Transaction) -> None:
        await blocks.insert_block(tx, block, at=LATER)

    with pytest.raises(PayloadTaken):
        await database.write(insert)
    assert len(await payloads(database, tenant)) == 1
