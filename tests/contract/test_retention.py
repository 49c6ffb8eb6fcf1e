"""What has outlived its retention goes, from every table, and the space is given back."""

import os

import pytest

from tests.queries import rows, value
from tests.stored_issues import NOW, Tenant, event, make_tenant, person, store
from urgentry import clock
from urgentry.domain.event import day_of, expires_day
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.housekeeping import prepare_partitions
from urgentry.jobs.packing import pack_window
from urgentry.jobs.retention import REAPERS, remove_expired
from urgentry.storage.database import Database
from urgentry.storage.queries import script

KEPT_DAYS = 7
EVENT_TABLES = ("event", "event_body", "event_block", "packed_event", "event_id", "hash_hour")


async def tables(database: Database) -> set[str]:
    text = {
        "sqlite": "SELECT name FROM sqlite_master "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgres": "SELECT CAST(relname AS text) AS name FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = CAST('public' AS regnamespace)",
    }[database.dialect]
    return {row["name"] for row in await rows(database, text)}


async def test_every_table_has_a_reaper(database: Database) -> None:
    assert await tables(database) - {"schema_migration", "schema_lock"} == REAPERS.keys()


async def counts(database: Database, names: tuple[str, ...]) -> dict[str, int]:
    return {name: await value(database, f"SELECT count(*) FROM {name}") for name in names}


async def a_day(
    database: Database, tenant: Tenant, day: int, events: int, *, noise: int = 600
) -> None:
    """A day's events of one issue that goes on and one that has this day alone."""
    at = NOW + day * clock.DAY
    await prepare_partitions(database, at)
    await store(
        database,
        *(
            event(
                tenant,
                key="goes on" if number % 2 else f"of day {day}",
                at=at + number,
                user=person(f"{day}-{number % 5}"),
                tags={"day": str(day)},
                retention_days=KEPT_DAYS,
                payload={"noise": os.urandom(noise).hex()},
            )
            for number in range(events)
        ),
        at=at,
    )


async def keep_for_a_week(database: Database, tenant: Tenant) -> None:
    text = f"UPDATE project SET retention_days = {KEPT_DAYS} WHERE id = {tenant.project_id}"
    await database.write(lambda tx: tx.run(script("retention", text)))


async def live(
    database: Database, tenant: Tenant, days: range, events: int = 20, *, noise: int = 600
) -> None:
    """Days go by, each with its events and its housekeeping."""
    for day in days:
        await a_day(database, tenant, day, events, noise=noise)
        later = NOW + (day + 1) * clock.DAY
        while await pack_window(database, now=later):
            pass
        await remove_expired(database, now=later, pause=0)
        await remove_leftovers(database, pause=0)


async def test_only_what_is_kept_is_there(database: Database) -> None:
    tenant = await make_tenant(database)
    await keep_for_a_week(database, tenant)
    await live(database, tenant, range(30))
    today = day_of(NOW) + 30
    oldest = await value(database, "SELECT min(expires_day) FROM event")
    if database.dialect == "sqlite":
        assert oldest == today + 1
        assert await value(database, "SELECT count(*) FROM event") == 20 * KEPT_DAYS
        assert (await counts(database, ("event_id",)))["event_id"] == 20 * KEPT_DAYS
    else:  # whole partitions of a week of expiry
        assert today - 6 <= oldest <= today + 1
    found = await counts(database, ("issue", "tagset", "event_user"))
    assert found["issue"] <= KEPT_DAYS + 3
    assert found["tagset"] <= KEPT_DAYS + 3
    assert found["event_user"] <= 5 * 30
    [goes_on] = await rows(database, "SELECT times_seen FROM issue ORDER BY id LIMIT 1")
    assert goes_on["times_seen"] == 300
    orphans = "SELECT count(*) FROM packed_event WHERE block_id NOT IN (SELECT id FROM event_block)"
    assert await value(database, orphans) == 0


async def test_nothing_is_left_when_all_is_silent(database: Database) -> None:
    tenant = await make_tenant(database)
    await keep_for_a_week(database, tenant)
    await a_day(database, tenant, 0, 250)
    much_later = NOW + 500 * clock.DAY
    await remove_expired(database, now=much_later, pause=0)
    await remove_leftovers(database, pause=0)
    await remove_expired(database, now=much_later, pause=0)
    names = (*EVENT_TABLES, "issue", "hash", "hash_user", "hash_tag", "tagset", "event_user")
    assert await counts(database, names) == dict.fromkeys(names, 0)


async def test_events_that_come_after_their_week_was_dropped_go_too(database: Database) -> None:
    tenant = await make_tenant(database)
    await keep_for_a_week(database, tenant)
    await a_day(database, tenant, 0, 3)
    later = NOW + 30 * clock.DAY
    await prepare_partitions(database, later)
    await remove_expired(database, now=later, pause=0)
    assert await value(database, "SELECT count(*) FROM event") == 0
    for at in (NOW, later):
        await store(database, event(tenant, key=str(at), at=at, retention_days=KEPT_DAYS), at=at)
    days = "SELECT expires_day FROM event ORDER BY expires_day"
    late, current = (expires_day(at, KEPT_DAYS) for at in (NOW, later))
    assert [row["expires_day"] for row in await rows(database, days)] == [late, current]
    await remove_expired(database, now=later, pause=0)
    assert [row["expires_day"] for row in await rows(database, days)] == [current]
    assert await value(database, "SELECT count(*) FROM event_body") == 1


@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
async def test_bytes_on_disk_level_off(database: Database) -> None:
    """Three times what is kept goes through; the database stays as large as it was. On PostgreSQL
    weeks to come have empty partitions already, which takes a little."""
    tenant = await make_tenant(database)
    empty = await bytes_on_disk(database)
    await keep_for_a_week(database, tenant)
    await live(database, tenant, range(2 * KEPT_DAYS), events=100, noise=12_000)
    once = await bytes_on_disk(database)
    assert once > empty + KEPT_DAYS * 100 * 12_000
    days = range(2 * KEPT_DAYS, 5 * KEPT_DAYS)
    await live(database, tenant, days, events=100, noise=12_000)
    assert await bytes_on_disk(database) < empty + 1.15 * (once - empty)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_file_becomes_smaller(database: Database) -> None:
    tenant = await make_tenant(database)
    for number in range(12):
        await a_day(database, tenant, number, 300, noise=6_000)
    full = await file_bytes(database)
    later = NOW + 900 * clock.DAY
    await remove_expired(database, now=later, pause=0)
    await remove_leftovers(database, pause=0)
    await remove_expired(database, now=later, pause=0)
    assert await file_bytes(database) < full / 2


async def bytes_on_disk(database: Database) -> int:
    """On PostgreSQL once it has tidied up, as its autovacuum does by itself in time."""
    if database.dialect == "sqlite":
        return await file_bytes(database)
    async with database.read() as tx:
        await tx.run(script("tidy", "VACUUM"))
    taken: int = await value(database, "SELECT pg_database_size(current_database())")
    return taken


async def file_bytes(database: Database) -> int:
    pages: int = await value(database, "SELECT page_count FROM pragma_page_count")
    size: int = await value(database, "SELECT page_size FROM pragma_page_size")
    return pages * size
