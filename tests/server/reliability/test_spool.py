"""While the database is away what is sent waits on disk, and is written exactly once afterwards."""

import asyncio

import httpx

from tests.database_servers import PostgresServer
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Client, Load, Log, endless, error, send_all, until
from tests.server.reliability.probes import Probes
from tests.server.running_server import Bootstrapped, RunningServer

NOTICED_WITHIN_S = 10.0
BACK_WITHIN_S = 30.0
DRAINED_WITHIN_S = 30.0


def spooled_bytes(server: RunningServer) -> int:
    return sum(path.stat().st_size for path in server.data_dir.glob("spool/*/*.spool"))


async def drained(server: RunningServer) -> None:
    await until(lambda: not spooled_bytes(server), timeout_s=DRAINED_WITHIN_S)


async def all_is_there_once(
    server: RunningServer, project: Bootstrapped, dsn: str, log: Log
) -> None:
    """What was accepted is written, and nothing of it counts when it comes again."""
    (await read_books(dsn)).keep(log)
    again = await send_all(server, project, list(log.events.values()))
    assert set(again.statuses) == {200}
    books = await read_books(dsn)
    books.check()
    assert books.events.keys() == log.events.keys()


async def test_nothing_is_refused_while_the_database_is_away(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    async with run(own_dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load, Probes(server) as probes:
            await load.reaches(100)
            await asyncio.to_thread(own_postgres.stop)
            await probes.become(503, within_s=NOTICED_WITHIN_S)
            await load.reaches(load.log.statuses[200] + 300)
            assert spooled_bytes(server)
            await asyncio.to_thread(own_postgres.start)
            await probes.become(200, within_s=BACK_WITHIN_S)
            await load.reaches(load.log.statuses[200] + 100)
        assert {probe.status for probe in probes.health} == {200}
        assert not load.log.broken
        assert set(load.log.statuses) == {200}
        await drained(server)
        await all_is_there_once(server, project, own_dsn, load.log)


async def test_a_frozen_database_is_left_after_the_deadline(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    """A commit without an answer goes to the spool under its own id: it counts once, whether it
    went through or not."""
    async with run(own_dsn, URGENTRY_COMMIT_DEADLINE_MS="500") as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load:
            await load.reaches(100)
            own_postgres.freeze()
            try:
                await load.reaches(load.log.statuses[200] + 100)
            finally:
                own_postgres.thaw()
            await load.reaches(load.log.statuses[200] + 100)
        assert set(load.log.statuses) == {200}
        await drained(server)
        await all_is_there_once(server, project, own_dsn, load.log)


async def test_killed_while_the_database_is_away(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    """The next start takes the same events without the database, and then drains all of them."""
    async with run(own_dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        log, source = Log(), endless()
        async with Load(server, project, source=source, log=log) as load:
            await load.reaches(100)
            await until((server.data_dir / "keys.json").exists, timeout_s=15)
            await asyncio.to_thread(own_postgres.stop)
            await load.reaches(log.statuses[200] + 100)
            await asyncio.to_thread(server.kill)
        server.launch()
        await until(server.is_listening, timeout_s=20)
        async with Load(server, project, source=source, log=log) as load:
            await load.reaches(log.statuses[200] + 100)
        assert not server.is_ready()
        assert len(list(server.data_dir.glob("spool/*"))) == 2
        await asyncio.to_thread(own_postgres.start)
        await asyncio.to_thread(server.wait_ready, timeout_s=BACK_WITHIN_S)
        await drained(server)
        await all_is_there_once(server, project, own_dsn, log)


async def test_a_spool_that_is_full_asks_to_come_back(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    settings = {"URGENTRY_MAX_SPOOL_BYTES": "20000", "URGENTRY_COMMIT_DEADLINE_MS": "300"}
    async with run(own_dsn, **settings) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load:
            await load.reaches(20)
            await asyncio.to_thread(own_postgres.stop)
            await load.answers(429)
            await asyncio.to_thread(own_postgres.start)
            await load.reaches(load.log.statuses[200] + 100, timeout_s=60)
        [answer, *_] = load.log.with_status(429)
        assert int(answer.headers["retry-after"]) > 0
        assert "spool_full" in answer.headers["x-sentry-rate-limits"]
        await drained(server)
        await all_is_there_once(server, project, own_dsn, load.log)


async def test_what_a_dead_server_left_is_taken_over(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    """Two servers with one data directory, as replicas with a shared volume."""
    async with run(own_dsn) as first:
        shared = {"URGENTRY_DATA_DIR": str(first.data_dir)}
        async with run(own_dsn, **shared) as second:
            project = await asyncio.to_thread(first.bootstrap)
            log = Log()
            async with Load(first, project, log=log) as load:
                await load.reaches(50)
                await asyncio.to_thread(own_postgres.stop)
                await load.reaches(log.statuses[200] + 50)
                await asyncio.to_thread(first.kill)
            await asyncio.to_thread(own_postgres.start)
            await until(lambda: not spooled_bytes(first), timeout_s=DRAINED_WITHIN_S)
            assert (await read_books(own_dsn)).events.keys() >= log.accepted
            await all_is_there_once(second, project, own_dsn, log)


async def test_a_torn_frame_costs_only_itself(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    async with run(own_dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        client = Client(server, project)
        assert (await client.send(error(0, issue=0, user=0))).status == 200
        await asyncio.to_thread(own_postgres.stop)
        assert (await client.send(error(1, issue=0, user=0))).status == 200
        await client.close()
        await asyncio.to_thread(server.kill)
        [file] = server.data_dir.glob("spool/*/*.spool")
        file.write_bytes(file.read_bytes() + file.read_bytes()[:100])
        await asyncio.to_thread(own_postgres.start)
        await asyncio.to_thread(server.start)
        await drained(server)
        books = await read_books(own_dsn)
        books.check()
        assert books.events.total() == 2


async def test_metrics_tell_depth_and_age(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    async with run(own_dsn, URGENTRY_COMMIT_DEADLINE_MS="300") as server:
        project = await asyncio.to_thread(server.bootstrap)
        client = Client(server, project)
        assert (await client.send(error(0, issue=0, user=0))).status == 200
        await asyncio.to_thread(own_postgres.stop)
        assert (await client.send(error(1, issue=0, user=0))).status == 200
        await client.close()
        told = (await asyncio.to_thread(httpx.get, f"{server.base_url}/metrics")).text
        numbers = dict(
            line.split(" ") for line in told.splitlines() if line.startswith("ingest_spool")
        )
        assert float(numbers["ingest_spool_bytes"]) == spooled_bytes(server)
        assert float(numbers["ingest_spooled_records_total"]) == 1
        assert 0 < float(numbers["ingest_spool_oldest_seconds"]) < 60
        await asyncio.to_thread(own_postgres.start)
        await drained(server)
