"""What nothing needs goes, after a delay, once, and nothing else goes."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from urgentry import clock
from urgentry.blobs.disk import DiskStore
from urgentry.blobs.keys import expiring_key, kept_key
from urgentry.domain.event import day_of
from urgentry.jobs.blob_sweeping import sweep_folder, sweep_if_due
from urgentry.storage import blob_names
from urgentry.storage.database import Database
from urgentry.storage.queries import library, parse

DELAY = 7 * clock.DAY
DIGEST = hashlib.sha256(b"content").hexdigest()

(TABLES,) = parse(
    "naming",
    """
-- name: tables (sqlite)
-- The catalogues differ.
SELECT m.name AS name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
WHERE m.type = 'table' AND c.name = 'blob_key'
-- name: tables (postgres)
SELECT CAST(table_name AS text) AS name FROM information_schema.columns
WHERE column_name = 'blob_key' AND table_schema = 'public'
""",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DiskStore]:
    opened = DiskStore(tmp_path / "blobs")
    yield opened
    await opened.close()


async def keys(store: DiskStore) -> list[str]:
    return [blob.key async for blob in store.walk()]


async def marks(database: Database, *names: str) -> dict[str, int]:
    async with database.read() as tx:
        return await blob_names.list_marked(tx, names)


async def test_a_day_that_is_over_goes_as_a_whole(database: Database, store: DiskStore) -> None:
    now = clock.now()
    today = day_of(now)
    days = [expiring_key("files", 1, DIGEST, expires_day=today + n) for n in (-40, -1, 0, 1)]
    for key in days:
        await store.put(key, b"content")
    await database.write(lambda tx: blob_names.mark(tx, days[:2], at=now))
    assert await sweep_if_due(database, store, holder="a", delay=DELAY)
    assert await keys(store) == sorted(days[2:])
    assert (await marks(database, *days)).keys() == set(days[2:])


async def test_what_no_row_names_goes_after_the_delay(database: Database, store: DiskStore) -> None:
    key, now = kept_key("files", 1, DIGEST), clock.now()
    await store.put(key, b"content")

    async def sweep(at: int) -> list[str]:
        await sweep_folder(database, store, "kept", now=at, delay=DELAY)
        return await keys(store)

    assert await sweep(now) == [key]
    assert await marks(database, key) == {key: now}
    assert await sweep(now + DELAY - 1) == [key]
    assert await marks(database, key) == {key: now}, "the delay counts from the first look"
    assert await sweep(now + DELAY + clock.MINUTE) == []
    assert await marks(database, key) == {}


async def test_what_was_put_again_waits_again(database: Database, store: DiskStore) -> None:
    """A row may be about to name it."""
    key, now = kept_key("files", 1, DIGEST), clock.now()
    await store.put(key, b"content")
    await database.write(lambda tx: blob_names.mark(tx, [key], at=now - 2 * DELAY))
    await sweep_folder(database, store, "kept", now=now, delay=DELAY)
    assert await keys(store) == [key]


async def test_many_blobs_are_swept_in_pages(database: Database, store: DiskStore) -> None:
    names = [kept_key("files", number, DIGEST) for number in range(1200)]
    for name in names:
        await store.put(name, b"x")
    now = clock.now()
    await sweep_folder(database, store, "kept", now=now, delay=DELAY)
    assert await marks(database, *names) == dict.fromkeys(names, now)
    await sweep_folder(database, store, "kept", now=now + 2 * DELAY, delay=DELAY)
    assert await keys(store) == []


async def test_one_server_a_day_sweeps(database: Database, store: DiskStore) -> None:
    assert await sweep_if_due(database, store, holder="a", delay=DELAY)
    assert not await sweep_if_due(database, store, holder="b", delay=DELAY)
    assert not await sweep_if_due(database, store, holder="a", delay=DELAY)


async def test_every_table_that_names_blobs_is_asked(database: Database) -> None:
    async with database.read() as tx:
        tables = {row["name"] for row in await tx.all(TABLES)}
        await blob_names.list_named(tx, ["kept/files/1/x"])
    asked = " ".join(library().get(name).postgres for name in blob_names.NAMING)
    assert not [name for name in tables if f"FROM {name}" not in asked and "_w" not in name]
