"""What holds on SQLite beyond the contract: other processes, a full disk, the file itself."""

import asyncio
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.contract import scratch
from urgentry.errors import ConfigError, DatabaseUnavailable
from urgentry.storage.data_directory import lock_data_directory
from urgentry.storage.database import Database, Transaction
from urgentry.storage.open import open_database
from urgentry.storage.queries import script
from urgentry.storage.sqlite import OLDEST_LIBRARY, library_version

OTHER_PROCESS = """
import asyncio, sys
from tests.contract import scratch
from urgentry.storage.open import open_database

async def main() -> None:
    database = open_database(sys.argv[1], queries=scratch.QUERIES)
    for _ in range(int(sys.argv[2])):
        await database.write(lambda tx: tx.run("scratch.add_to", id=1, k=1))
    await database.close()

asyncio.run(main())
"""

on_sqlite = pytest.mark.parametrize("scratch_backend", ["sqlite"], indirect=True)


def dsn(folder: Path) -> str:
    return f"sqlite:///{folder / 'scratch.sqlite'}"


async def add(tx: Transaction, row: int) -> int:
    return await tx.run("scratch.add", id=row, label=f"label {row}", n=0, body=None)


async def add_large(tx: Transaction, row: int) -> int:
    return await tx.run("scratch.add", id=row, label=f"label {row}", n=0, body=bytes(1 << 20))


@on_sqlite
async def test_two_processes_write_to_one_file(scratch_database: Database, tmp_path: Path) -> None:
    await scratch_database.write(lambda tx: add(tx, 1))
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER_PROCESS, dsn(tmp_path), "150"
    )
    for _ in range(150):
        await scratch_database.write(lambda tx: tx.run("scratch.add_to", id=1, k=1))
    assert await other.wait() == 0
    async with scratch_database.read() as tx:
        row = await tx.one("scratch.get", id=1)
    assert row is not None
    assert row["n"] == 300


@on_sqlite
async def test_a_read_is_one_snapshot(scratch_database: Database) -> None:
    async with scratch_database.read() as tx:
        before = await tx.value("scratch.count")
        await scratch_database.write(lambda tx: add(tx, 1))
        assert await tx.value("scratch.count") == before
    async with scratch_database.read() as tx:
        assert await tx.value("scratch.count") == 1


@on_sqlite
async def test_readers_cannot_write(scratch_database: Database) -> None:
    async with scratch_database.read() as tx:
        with pytest.raises(DatabaseUnavailable):
            await add(tx, 1)


@on_sqlite
async def test_the_log_stays_short_while_writing(
    scratch_database: Database, tmp_path: Path
) -> None:
    """It begins anew again and again, without a pause in which nobody writes."""
    await scratch_database.write(lambda tx: add(tx, 1))
    for row in range(2, 162):
        await scratch_database.write(partial(add_large, row=row))
    log = tmp_path / "scratch.sqlite-wal"
    assert log.stat().st_size < 80 << 20
    async with scratch_database.read() as tx:
        assert await tx.value("scratch.count") == 161


@on_sqlite
async def test_a_full_disk_is_told_and_passes(scratch_database: Database) -> None:
    limit = script("limit", "PRAGMA max_page_count = 8")
    await scratch_database.write(lambda tx: tx.run(limit))
    big = {"id": 1, "label": "big", "n": 0, "body": b"x" * 200_000}
    with pytest.raises(DatabaseUnavailable, match="full") as raised:
        await scratch_database.write(lambda tx: tx.run("scratch.add", **big))
    assert "free space" in raised.value.hint
    await scratch_database.write(lambda tx: add(tx, 1))
    unlimited = script("limit", "PRAGMA max_page_count = 100000")
    await scratch_database.write(lambda tx: tx.run(unlimited))
    await scratch_database.write(lambda tx: tx.run("scratch.add", **{**big, "id": 2}))


async def test_a_mere_look_makes_a_file_with_all_its_settings(tmp_path: Path) -> None:
    new = open_database(f"sqlite:///{tmp_path / 'deep' / 'new.sqlite'}", queries=scratch.QUERIES)
    await new.ping()
    pragmas = {
        name: script(name, f"PRAGMA {name}")
        for name in ("page_size", "auto_vacuum", "journal_mode", "synchronous", "foreign_keys")
    }

    async def body(tx: Transaction) -> dict[str, object]:
        return {name: await tx.value(query) for name, query in pragmas.items()}

    assert await new.write(body) == {
        "page_size": 8192,
        "auto_vacuum": 2,
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 0,
    }
    await new.close()


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "scratch.sqlite").write_bytes(b"certainly no database" * 1000)
    database = open_database(dsn(tmp_path), queries=scratch.QUERIES)
    with pytest.raises(DatabaseUnavailable) as raised:
        await database.ping()
    assert "URGENTRY_DATABASE_DSN" in raised.value.hint
    await database.close()


def test_the_library_is_one_that_keeps_its_log() -> None:
    assert library_version() >= OLDEST_LIBRARY


def test_a_second_server_on_the_directory_is_refused(tmp_path: Path) -> None:
    with (
        lock_data_directory(tmp_path),
        pytest.raises(ConfigError, match="another server") as raised,
    ):
        lock_data_directory(tmp_path)
    assert raised.value.hint
    lock_data_directory(tmp_path).release()


def test_a_killed_server_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path;"
        "from urgentry.storage.data_directory import lock_data_directory as lock;"
        "held = lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match=str(other.pid)):
            lock_data_directory(tmp_path)
        other.kill()
    lock_data_directory(tmp_path).release()
