"""One project sends more than the server takes: the others do not notice."""

import asyncio

from tests.database_servers import PostgresServer
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import ACCEPTED, Client, Load, error, send_all, until
from tests.server.reliability.test_overload import in_flight, large, padded
from tests.server.running_server import Bootstrapped, RunningServer

MIB = 1 << 20
PART = 120_000


async def two_projects(server: RunningServer) -> tuple[Bootstrapped, Bootstrapped]:
    noisy = await asyncio.to_thread(server.bootstrap, project="noisy")
    quiet = await asyncio.to_thread(server.bootstrap, project="quiet")
    return noisy, quiet


async def test_bodies_that_do_not_end_leave_room_for_another_project(run: Run) -> None:
    async with run(URGENTRY_MAX_BYTES_IN_FLIGHT=str(MIB)) as server:
        noisy, quiet = await two_projects(server)
        body = Client(server, noisy).request(padded(error(0, issue=0, user=0), PART))
        writers = []
        for _ in range(12):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(body[:-100])
            writers.append(writer)
        await until(lambda: in_flight(server) > MIB * 3 // 4, timeout_s=5)
        assert in_flight(server) <= MIB - MIB // 16

        client = Client(server, quiet)
        log = [await client.send(error(n, issue=0, user=0)) for n in range(20)]
        assert {answer.status for answer in log} == {ACCEPTED}
        await client.close()
        for writer in writers:
            writer.close()
        await until(lambda: in_flight(server) == 0, timeout_s=5)


async def test_a_full_queue_leaves_room_for_another_project(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    """The writer stands still because its database does; without a spool the queue fills up."""
    settings = {"URGENTRY_MAX_QUEUE_BYTES": str(MIB), "URGENTRY_MAX_SPOOL_BYTES": "0"}
    async with run(own_dsn, **settings) as server:
        noisy, quiet = await two_projects(server)
        for project in (noisy, quiet):
            assert (await send_all(server, project, [error(0, issue=0, user=0)])).accepted
        numbers = iter(range(1, 1 << 62))
        async with Load(server, noisy, source=lambda: large(next(numbers))) as load:
            own_postgres.freeze()
            try:
                await load.answers(429)
                waiting = asyncio.create_task(_send(server, quiet))
                await asyncio.sleep(1)
                assert not waiting.done(), "it waits for its commit"
            finally:
                own_postgres.thaw()
            assert await waiting == ACCEPTED


async def _send(server: RunningServer, project: Bootstrapped) -> int:
    client = Client(server, project)
    try:
        return (await client.send(error(1, issue=1, user=1))).status
    finally:
        await client.close()
