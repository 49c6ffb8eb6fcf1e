"""The schema goes forward and back on every backend, whoever runs it and however often."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import BACKENDS, Backend, cloned
from urgentry.errors import SchemaMismatch, StorageError
from urgentry.storage.database import Database, Transaction
from urgentry.storage.migrate import Ahead, Behind, Current, check, migrate, plan, schema_state
from urgentry.storage.migration import Migration, bundled
from urgentry.storage.open import open_database
from urgentry.storage.queries import Query, script


def migration(version: int, **changed: str) -> Migration:
    texts = {
        "name": f"step_{version}",
        "phase": "expand",
        "oldest_program": "1.0.0",
        "loses": "",
        "wal_heavy": "",
        "forward": f"CREATE TABLE made_{version} (id BIGINT); -- isn't it\n"
        f"INSERT INTO made_{version} (id) VALUES ({version});",
        "reverse": f"DROP TABLE made_{version};",
    }
    return Migration(version=version, **{**texts, **changed})


THREE = (migration(1), migration(2), migration(3, oldest_program="1.2.0", loses="what made_3 held"))


@pytest.fixture(params=BACKENDS)
def empty_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A database without any table."""
    if request.param == "sqlite":
        yield Backend("sqlite", f"sqlite:///{tmp_path / 'empty.sqlite'}")
        return
    with cloned(request, "template0") as dsn:
        yield Backend(request.param, dsn)


@pytest.fixture
async def database(empty_backend: Backend) -> AsyncIterator[Database]:
    opened = open_database(empty_backend.dsn, statement_seconds=None)
    yield opened
    await opened.close()


async def rows_of(database: Database, version: int) -> int:
    query = script("rows", f"SELECT count(*) FROM made_{version}")
    async with database.read() as tx:
        answer: int = await tx.value(query)
        return answer


async def test_forward_step_by_step(database: Database) -> None:
    assert await schema_state(database, migrations=THREE) == Behind(0, 3)
    assert [step.version for step in await migrate(database, to=1, migrations=THREE)] == [1]
    assert await schema_state(database, migrations=THREE) == Behind(1, 2)
    assert [step.name for step in await plan(database, migrations=THREE)] == ["step_2", "step_3"]
    assert [step.version for step in await migrate(database, migrations=THREE)] == [2, 3]
    assert await schema_state(database, migrations=THREE) == Current(3)
    assert await migrate(database, migrations=THREE) == []
    assert [await rows_of(database, version) for version in (1, 2, 3)] == [1, 1, 1]


async def test_looking_changes_nothing(database: Database) -> None:
    await schema_state(database, migrations=THREE)
    await plan(database, migrations=THREE)
    async with database.read() as tx:
        assert not await tx.value("schema.has_history")


async def test_going_back_asks_before_it_loses_data(database: Database) -> None:
    await migrate(database, migrations=THREE)
    with pytest.raises(SchemaMismatch, match="what made_3 held") as raised:
        await migrate(database, to=1, migrations=THREE)
    assert "--force" in raised.value.hint
    assert await schema_state(database, migrations=THREE) == Current(3)
    steps = await migrate(database, to=1, force=True, migrations=THREE)
    assert [(step.version, step.direction) for step in steps] == [(3, "reverse"), (2, "reverse")]
    assert await schema_state(database, migrations=THREE) == Behind(1, 2)
    with pytest.raises(StorageError):
        await rows_of(database, 2)


async def test_an_older_program_goes_back_from_what_it_has_never_seen(database: Database) -> None:
    await migrate(database, migrations=THREE)
    known = THREE[:1]
    steps = await migrate(database, to=1, force=True, migrations=known)
    assert [step.version for step in steps] == [3, 2]
    assert await schema_state(database, migrations=known) == Current(1)


@pytest.mark.parametrize(
    ("program", "compatible"),
    [("1.1.9", False), ("1.2", True), ("1.2.0rc1", True), ("1.10.0", True), ("2.0.0", True)],
)
async def test_a_newer_schema_serves_programs_from_a_version_on(
    database: Database, program: str, compatible: bool
) -> None:
    await migrate(database, migrations=THREE)
    state = await schema_state(database, migrations=THREE[:2], program=program)
    assert state == Ahead(3, compatible)
    assert await migrate(database, migrations=THREE[:2]) == []


async def test_check_says_what_to_do(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match="3 behind") as raised:
        await check(database, migrations=THREE)
    assert "urgentry migrate" in raised.value.hint
    await migrate(database, migrations=THREE)
    await check(database, migrations=THREE)
    await check(database, migrations=THREE[:2], program="1.2.0")
    with pytest.raises(SchemaMismatch, match="no longer serves"):
        await check(database, migrations=THREE[:2], program="1.1.0")


async def test_a_step_that_fails_leaves_nothing_and_is_continued(database: Database) -> None:
    broken = migration(
        2, forward="CREATE TABLE half_way (id BIGINT); INSERT INTO nowhere VALUES (1)"
    )
    with pytest.raises(StorageError):
        await migrate(database, migrations=(THREE[0], broken, THREE[2]))
    assert await schema_state(database, migrations=THREE) == Behind(1, 2)
    async with database.read() as tx:
        with pytest.raises(StorageError):
            await tx.value(script("half", "SELECT count(*) FROM half_way"))
    assert [step.version for step in await migrate(database, migrations=THREE)] == [2, 3]


async def test_runs_at_the_same_moment_share_the_work(
    database: Database, empty_backend: Backend
) -> None:
    others = [open_database(empty_backend.dsn, statement_seconds=None) for _ in range(4)]
    runs = await asyncio.gather(*(migrate(other, migrations=THREE) for other in others))
    assert sorted(step.version for steps in runs for step in steps) == [1, 2, 3]
    assert await schema_state(database, migrations=THREE) == Current(3)
    for other in others:
        await other.close()


async def test_another_programs_database_is_refused(database: Database) -> None:
    await migrate(database, migrations=THREE)
    with pytest.raises(SchemaMismatch, match="step_1"):
        await migrate(database, migrations=(migration(1, name="other"),))
    with pytest.raises(SchemaMismatch, match="no schema version 9"):
        await migrate(database, to=9, migrations=THREE)


async def test_the_programs_own_schema_goes_all_the_way_and_back(database: Database) -> None:
    await migrate(database)
    assert await schema_state(database) == Current(len(bundled(database.dialect)))
    await check(database)
    await migrate(database, to=0, force=True)
    assert await _tables(database) == {"schema_migration"}
    await migrate(database)
    await check(database)


async def _tables(database: Database) -> set[str]:
    query = Query(
        name="tables",
        sqlite="SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        postgres="SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
        params=frozenset(),
    )

    async def body(tx: Transaction) -> set[str]:
        return {row["name"] for row in await tx.all(query)}

    return await database.write(body)
