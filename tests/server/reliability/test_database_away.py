"""PostgreSQL goes away under load: stopped, frozen, or cut off in the middle of a commit."""

import asyncio
import time

import pytest

from tests.contract.interrupting_proxy import Break, interrupting_proxy
from tests.database_servers import PostgresServer
from tests.queries import value
from tests.server.ingest.wire import Wire, envelope_of
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Client, Load, error, send_all, until
from tests.server.reliability.probes import Probes
from tests.server.running_server import RunningServer
from urgentry.storage.open import open_database

PROBE_S = 1.0
"""Far above what is measured (milliseconds), as the machine is shared with PostgreSQL and load."""
NOTICED_WITHIN_S = 10.0
BACK_WITHIN_S = 30.0
STOPPED_WITHIN_S = 12.0
REFUSED = "SELECT max(quantity) FROM outcome_hour WHERE reason = 'invalid_transaction'"
SLOW_COMMITS = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER dawdling AFTER INSERT ON feed_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


async def test_stopped_and_started_again_without_a_spool(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    async with run(own_dsn, URGENTRY_MAX_SPOOL_BYTES="0") as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load, Probes(server) as probes:
            await load.reaches(100)
            await asyncio.to_thread(own_postgres.stop)
            await load.answers(503)
            await probes.become(503, within_s=NOTICED_WITHIN_S)
            await asyncio.to_thread(own_postgres.start)
            await probes.become(200, within_s=BACK_WITHIN_S)
            await load.reaches(load.log.statuses[200] + 100)
        assert {probe.status for probe in probes.health} == {200}
        assert probes.slowest_s < PROBE_S
        assert not load.log.broken
        assert set(load.log.statuses) == {200, 503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in load.log.with_status(503))
        (await read_books(own_dsn)).keep(load.log)
        again = await send_all(server, project, list(load.log.events.values()))
        assert set(again.statuses) == {200}
        books = await read_books(own_dsn)
        books.check()
        assert books.events.keys() == load.log.events.keys()
        await asyncio.to_thread(the_ledger_is_balanced, server)


async def test_frozen_and_thawed(run: Run, own_postgres: PostgresServer, own_dsn: str) -> None:
    async with run(own_dsn, URGENTRY_MAX_SPOOL_BYTES="0") as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load, Probes(server) as probes:
            await load.reaches(100)
            own_postgres.freeze()
            try:
                await probes.become(503, within_s=NOTICED_WITHIN_S)
            finally:
                own_postgres.thaw()
            await probes.become(200, within_s=BACK_WITHIN_S)
            await load.reaches(load.log.statuses[200] + 100)
        assert {probe.status for probe in probes.health} == {200}
        assert probes.slowest_s < PROBE_S
        assert not load.log.broken
        assert set(load.log.statuses) <= {200, 503}
        (await read_books(own_dsn)).keep(load.log)


async def test_stopping_does_not_wait_for_a_frozen_database(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    """Nobody is answered 200 for what was not written, and the process ends in time."""
    settings = {"URGENTRY_SHUTDOWN_TIMEOUT_S": "1", "URGENTRY_MAX_SPOOL_BYTES": "0"}
    async with run(own_dsn, **settings) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load:
            await load.reaches(50)
            own_postgres.freeze()
            try:
                began = time.monotonic()
                assert await asyncio.to_thread(server.stop) == 0
                assert time.monotonic() - began < STOPPED_WITHIN_S
            finally:
                own_postgres.thaw()
        assert "Traceback" not in server.log()
        assert set(load.log.statuses) == {200, 503}
        (await read_books(own_dsn)).keep(load.log)


async def test_a_server_that_starts_without_its_database_waits_for_it(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    await asyncio.to_thread(own_postgres.stop)
    async with run.launched(own_dsn) as server, Probes(server) as probes:
        await probes.become(503, within_s=NOTICED_WITHIN_S)
        await asyncio.to_thread(own_postgres.start)
        await probes.become(200, within_s=BACK_WITHIN_S)
        assert {probe.status for probe in probes.health} == {200}


@pytest.mark.parametrize("when", [Break.BEFORE_COMMIT_ARRIVES, Break.BEFORE_COMMIT_IS_ANSWERED])
async def test_a_commit_that_is_cut_off_counts_once(
    run: Run, postgres_server: PostgresServer, postgres_database: str, when: Break
) -> None:
    direct = postgres_server.dsn(postgres_database)
    async with interrupting_proxy(postgres_server.port) as proxy:
        dsn = direct.replace(f":{postgres_server.port}/", f":{proxy.port}/")
        async with run(dsn) as server:
            project = await asyncio.to_thread(server.bootstrap)
            client = Client(server, project)
            assert (await client.send(error(0, issue=0, user=0))).status == 200
            proxy.when = when
            cut_off = error(1, issue=0, user=0)
            assert (await client.send(cut_off)).status == 200
            assert proxy.when is Break.NEVER, "the proxy saw no COMMIT"
            assert (await client.send(cut_off)).status == 200
            await client.close()
            books = await read_books(direct)
            books.check()
            assert books.events.total() == 2
            assert books.duplicates == 1


async def test_a_commit_that_is_cut_off_and_slow_counts_once(
    run: Run, postgres_server: PostgresServer, postgres_database: str
) -> None:
    """The server is still at the commit when its outcome is asked for."""
    direct = postgres_server.dsn(postgres_database)
    async with interrupting_proxy(postgres_server.port) as proxy:
        dsn = direct.replace(f":{postgres_server.port}/", f":{proxy.port}/")
        async with run(dsn) as server:
            project = await asyncio.to_thread(server.bootstrap)
            client = Client(server, project)
            assert (await client.send(error(0, issue=0, user=0))).status == 200
            await asyncio.to_thread(postgres_server.sql, SLOW_COMMITS, postgres_database)
            proxy.when = Break.AFTER_COMMIT_IS_SENT
            assert (await client.send(error(1, issue=0, user=0))).status == 200
            assert proxy.when is Break.NEVER, "the proxy saw no COMMIT"
            await client.close()
            books = await read_books(direct)
            books.check()
            assert (books.events.total(), books.duplicates) == (2, 0)


async def test_commits_that_are_cut_off_under_load_count_once(
    run: Run, postgres_server: PostgresServer, postgres_database: str
) -> None:
    direct = postgres_server.dsn(postgres_database)
    async with interrupting_proxy(postgres_server.port) as proxy:
        dsn = direct.replace(f":{postgres_server.port}/", f":{proxy.port}/")
        async with run(dsn) as server:
            project = await asyncio.to_thread(server.bootstrap)
            async with Load(server, project, clients=8) as load:
                for number in range(12):
                    await load.reaches(load.log.statuses[200] + 25)
                    kinds = (Break.BEFORE_COMMIT_ARRIVES, Break.BEFORE_COMMIT_IS_ANSWERED)
                    proxy.when = kinds[number % 2]
                    await until(lambda: proxy.when is Break.NEVER, timeout_s=10)
            assert set(load.log.statuses) == {200}
            books = await read_books(direct)
            books.keep(load.log)
            assert books.duplicates == 0


async def test_refusals_whose_commit_is_cut_off_count_once(
    run: Run, postgres_server: PostgresServer, postgres_database: str
) -> None:
    direct = postgres_server.dsn(postgres_database)
    async with interrupting_proxy(postgres_server.port) as proxy:
        dsn = direct.replace(f":{postgres_server.port}/", f":{proxy.port}/")
        async with run(dsn) as server:
            wire = await asyncio.to_thread(Wire, server)
            proxy.when = Break.BEFORE_COMMIT_IS_ANSWERED
            for _ in range(2):
                await asyncio.to_thread(wire.envelope, envelope_of(b"{}", kind="transaction"))
                await until(lambda: proxy.when is Break.NEVER, timeout_s=5)
            wire.client.close()
            database = open_database(direct)
            try:
                async with asyncio.timeout(10):
                    while (refused := await value(database, REFUSED)) != 2:
                        assert refused is None or refused < 2
            finally:
                await database.close()


def the_ledger_is_balanced(server: RunningServer) -> None:
    with Wire(server) as wire:
        assert wire.ledger().is_balanced
