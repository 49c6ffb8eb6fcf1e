"""What holds on PostgreSQL beyond the contract: broken connections, poolers, look-alikes."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contract import scratch
from tests.contract.conftest import Backend
from tests.contract.interrupting_proxy import Break, InterruptingProxy, interrupting_proxy
from tests.database_servers import PgBouncer, PostgresServer, running_postgres
from urgentry.errors import CommitAmbiguous, DatabaseUnavailable, DataRejected, StorageError
from urgentry.storage.database import Database, Transaction
from urgentry.storage.dsn import PoolSettings, postgres_target
from urgentry.storage.open import open_database
from urgentry.storage.postgres import PostgresDatabase
from urgentry.storage.postgres_pool import refuse_unsupported

behind_a_pooler_too = pytest.mark.parametrize(
    "scratch_backend", ["postgres", "pgbouncer"], indirect=True
)


@pytest.fixture
async def proxy(postgres_server: PostgresServer) -> AsyncIterator[InterruptingProxy]:
    async with interrupting_proxy(postgres_server.port) as running:
        yield running


@pytest.fixture
async def through_proxy(proxy: InterruptingProxy, scratch_name: str) -> AsyncIterator[Database]:
    """An empty scratch table, reached through the proxy."""
    dsn = f"postgresql://postgres@127.0.0.1:{proxy.port}/{scratch_name}?sslmode=disable"
    opened = open_database(dsn, queries=scratch.QUERIES)
    await opened.write(scratch.create)
    yield opened
    await opened.close()


async def add(tx: Transaction, row: int) -> int:
    return await tx.run("scratch.add", id=row, label=f"label {row}", n=row, body=None)


async def ids(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row["id"] for row in await tx.all("scratch.list")]


async def test_a_commit_that_never_arrived_is_ambiguous(
    through_proxy: Database, proxy: InterruptingProxy
) -> None:
    proxy.when = Break.BEFORE_COMMIT_ARRIVES
    with pytest.raises(CommitAmbiguous):
        await through_proxy.write(lambda tx: add(tx, 1))
    assert await ids(through_proxy) == []


async def test_a_commit_whose_answer_was_lost_is_ambiguous(
    through_proxy: Database, proxy: InterruptingProxy
) -> None:
    proxy.when = Break.BEFORE_COMMIT_IS_ANSWERED
    with pytest.raises(CommitAmbiguous):
        await through_proxy.write(lambda tx: add(tx, 1))
    for _ in range(500):  # the server finishes COMMIT after we lost sight of it
        if await ids(through_proxy):
            break
        await asyncio.sleep(0.01)
    assert await ids(through_proxy) == [1]


async def test_a_connection_lost_before_commit_runs_the_body_again(
    through_proxy: Database, proxy: InterruptingProxy
) -> None:
    runs = 0

    async def body(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await add(tx, 1)
        if runs == 1:
            proxy.when = Break.AT_THE_NEXT_STATEMENT
        await add(tx, 2)

    await through_proxy.write(body)
    assert runs == 2
    assert await ids(through_proxy) == [1, 2]


@behind_a_pooler_too
async def test_a_deadlock_runs_the_body_again(scratch_database: Database) -> None:
    await scratch_database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(2)))
    both_hold_one = asyncio.Barrier(2)
    runs = 0

    async def crossing(tx: Transaction, first: int, second: int) -> None:
        nonlocal runs
        runs += 1
        await tx.run("scratch.add_to", id=first, k=10)
        if runs <= 2:
            await both_hold_one.wait()
        await tx.run("scratch.add_to", id=second, k=10)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(scratch_database.write(lambda tx: crossing(tx, 1, 2)))
        group.create_task(scratch_database.write(lambda tx: crossing(tx, 2, 1)))
    async with scratch_database.read() as tx:
        rows = await tx.all("scratch.list")
    assert [row["n"] for row in rows] == [21, 22]
    assert runs == 3


@behind_a_pooler_too
async def test_nul_in_text_is_data(scratch_database: Database) -> None:
    row = {"id": 1, "label": "nul \x00 inside", "n": 1}
    with pytest.raises(DataRejected):
        await scratch_database.write(lambda tx: tx.many("scratch.add_many", [row]))
    assert await ids(scratch_database) == []


@behind_a_pooler_too
async def test_a_write_that_takes_too_long_is_stopped_by_the_server(
    scratch_backend: Backend, scratch_database: Database
) -> None:
    hasty = open_database(scratch_backend.dsn, queries=scratch.QUERIES, statement_seconds=0.2)
    async with asyncio.timeout(5):
        with pytest.raises(DatabaseUnavailable, match="statement timeout"):
            await hasty.write(lambda tx: tx.value("scratch.slow"))
        assert await ids(hasty) == await ids(scratch_database)
    await hasty.close()


async def test_a_pooler_is_found_out(
    postgres_server: PostgresServer, pgbouncer: PgBouncer, scratch_name: str
) -> None:
    for server, expected in ((postgres_server, False), (pgbouncer, True)):
        database = PostgresDatabase(postgres_target(server.dsn(scratch_name)))
        assert database.behind_pooler is None
        await database.ping()
        assert database.behind_pooler is expected
        await database.close()


@pytest.mark.parametrize("scratch_backend", ["pgbouncer"], indirect=True)
async def test_statements_prepared_by_mistake_are_found_out(
    scratch_backend: Backend, scratch_database: Database
) -> None:
    await scratch_database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(30)))
    database = PostgresDatabase(
        postgres_target(scratch_backend.dsn),
        queries=scratch.QUERIES,
        pool=PoolSettings(size=8, statement_cache=None),
    )
    database._pool.behind_pooler = False  # noqa: SLF001 - as after a switch to a pooler's address

    async def step(row: int) -> None:
        await database.write(lambda tx: tx.run("scratch.add_to", id=row, k=1))

    await asyncio.gather(*(step(1 + i % 30) for i in range(240)))
    assert database.behind_pooler is True
    async with scratch_database.read() as tx:
        rows = await tx.all("scratch.list")
    assert [row["n"] for row in rows] == [row + 8 for row in range(1, 31)]
    await database.close()


async def test_waiting_for_the_pool_is_bounded_and_observed(
    postgres_server: PostgresServer, scratch_name: str
) -> None:
    waits: list[float] = []
    database = PostgresDatabase(
        postgres_target(postgres_server.dsn(scratch_name)),
        pool=PoolSettings(size=1, wait_seconds=0.1),
        observe_wait=waits.append,
    )
    async with database.read():
        with pytest.raises(DatabaseUnavailable, match="became free") as raised:
            await database.ping()
    assert "POOL_SIZE" in raised.value.hint
    await database.ping()
    assert len(waits) == 3
    assert waits[1] >= 0.1
    await database.close()


async def test_sessions_carry_no_setting_but_the_name(
    postgres_server: PostgresServer, scratch_name: str
) -> None:
    dsn = postgres_server.dsn(scratch_name) + "?application_name=replica-7&channel_binding=require"
    database = open_database(dsn, queries=scratch.QUERIES)
    await database.ping()
    named = postgres_server.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'replica-7'"
    )
    assert named == "1"
    await database.close()


class TestOutage:
    """A server of its own that goes away."""

    @pytest.fixture
    def server(self) -> Iterator[PostgresServer]:
        with running_postgres() as server:
            yield server

    async def test_it_comes_back_by_itself(self, server: PostgresServer) -> None:
        database = open_database(server.dsn(), queries=scratch.QUERIES)
        await database.write(scratch.create)
        server.stop()
        with pytest.raises(DatabaseUnavailable) as raised:
            await database.ping()
        assert raised.value.hint
        with pytest.raises(DatabaseUnavailable):
            await database.write(lambda tx: add(tx, 1))
        server.start()
        await database.write(lambda tx: add(tx, 2))
        assert await ids(database) == [2]
        await database.close()

    async def test_a_restart_between_two_writes_is_not_noticed(
        self, server: PostgresServer
    ) -> None:
        database = open_database(server.dsn(), queries=scratch.QUERIES)
        await database.write(scratch.create)
        server.stop()
        server.start()
        await database.write(lambda tx: add(tx, 1))
        assert await ids(database) == [1]
        await database.close()

    async def test_a_frozen_server_does_not_hold_a_cancelled_caller(
        self, server: PostgresServer
    ) -> None:
        database = open_database(server.dsn(), queries=scratch.QUERIES)
        await database.write(scratch.create)
        server.freeze()
        async with asyncio.timeout(5):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(database.write(lambda tx: add(tx, 1)), 0.2)
        server.thaw()
        await database.write(lambda tx: add(tx, 2))
        assert await ids(database) == [2]
        await database.close()


async def test_wrong_names_say_where_to_look() -> None:
    database = open_database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/none") as raised:
        await database.ping()
    assert "secret" not in str(raised.value)
    await database.close()


@pytest.mark.parametrize(
    "version",
    [
        "CockroachDB CCL v23.1.1 (x86_64-pc-linux-gnu)",
        "PostgreSQL 11.2-YB-2.19.0.0-b0 on x86_64-pc-linux-gnu",
        "PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.12103",
        "PostgreSQL 9.5 on Materialize v0.60.0",
    ],
)
def test_look_alikes_are_refused(version: str) -> None:
    with pytest.raises(StorageError, match="not PostgreSQL") as raised:
        refuse_unsupported(version, 150_000)
    assert raised.value.hint


def test_old_servers_are_refused() -> None:
    with pytest.raises(StorageError, match="too old"):
        refuse_unsupported("PostgreSQL 12.17 on x86_64", 120_017)
    refuse_unsupported("PostgreSQL 13.1 (Debian 13.1-1) on x86_64", 130_001)
