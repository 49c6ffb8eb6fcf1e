"""SIGTERM under load: everything that was begun is finished, nothing that was sent is cut off."""

import asyncio
import time

from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Client, Load, error

TIMEOUT_S = 10


async def test_nothing_is_lost_and_nobody_is_cut_off(run: Run, dsn: str) -> None:
    async with run(dsn, URGENTRY_SHUTDOWN_TIMEOUT_S=str(TIMEOUT_S)) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=24) as load:
            await load.reaches(300)
            began = time.monotonic()
            assert await asyncio.to_thread(server.stop) == 0
            assert time.monotonic() - began < TIMEOUT_S
        assert "Traceback" not in server.log()
    assert not load.log.broken, "requests that were sent whole were not answered"
    assert set(load.log.statuses) == {200}
    books = await read_books(server.database_dsn)
    books.keep(load.log)
    assert books.events.keys() == load.log.accepted


async def test_a_quiet_server_stops_at_once_in_spite_of_idle_connections(run: Run) -> None:
    async with run() as server:
        project = await asyncio.to_thread(server.bootstrap)
        clients = [Client(server, project) for _ in range(5)]
        for number, client in enumerate(clients):
            assert (await client.send(error(number, issue=0, user=0))).status == 200
        began = time.monotonic()
        assert await asyncio.to_thread(server.stop) == 0
        assert time.monotonic() - began < 5
        for client in clients:
            await client.close()


async def test_a_second_stop_while_stopping_changes_nothing(run: Run) -> None:
    async with run() as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=8) as load:
            await load.reaches(50)
            server.ask_to_stop()
            server.ask_to_stop()
            assert await asyncio.to_thread(server.stop) == 0
    (await read_books(server.database_dsn)).keep(load.log)
