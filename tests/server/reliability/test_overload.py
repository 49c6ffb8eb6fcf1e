"""More than the server takes: it says so at once, loses nothing that it took, and is well after."""

import asyncio
from typing import Any

import orjson

from tests.database_servers import PostgresServer
from tests.server.ingest.wire import Wire
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import (
    ACCEPTED,
    Answer,
    Client,
    Load,
    Log,
    error,
    read_answer,
    send_all,
    until,
)
from tests.server.reliability.probes import Probes
from tests.server.running_server import RunningServer

MIB = 1 << 20
LARGE = 100_000
LIMITED = 429


async def test_no_room_for_another_body(run: Run) -> None:
    async with run(URGENTRY_MAX_BYTES_IN_FLIGHT=str(MIB)) as server:
        project = await asyncio.to_thread(server.bootstrap)
        client = Client(server, project)
        slow = padded(error(0, issue=0, user=0), MIB - LARGE)
        request = client.request(slow)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request[:-100])
        await until(lambda: in_flight(server) >= MIB - LARGE, timeout_s=5)

        refused = await client.send(padded(error(1, issue=0, user=0), 2 * LARGE))
        assert_limited(refused)
        assert (await client.send(error(2, issue=0, user=0))).status == ACCEPTED

        writer.write(request[-100:])
        assert (await read_answer(reader)).status == ACCEPTED
        writer.close()
        await writer.wait_closed()
        again = await client.send(padded(error(3, issue=0, user=0), 2 * LARGE))
        assert again.status == ACCEPTED
        await client.close()
        (await read_books(server.database_dsn)).check()
        await asyncio.to_thread(assert_well, server, limited=1)


async def test_no_room_in_the_queue(run: Run, own_postgres: PostgresServer, own_dsn: str) -> None:
    """The writer stands still because its database does."""
    async with run(own_dsn, URGENTRY_MAX_QUEUE_BYTES=str(MIB)) as server:
        project = await asyncio.to_thread(server.bootstrap)
        assert (await send_all(server, project, [error(0, issue=0, user=0)])).accepted
        numbers = iter(range(1 << 62))
        log = Log()
        async with (
            Probes(server) as probes,
            Load(server, project, source=lambda: large(next(numbers)), log=log) as load,
        ):
            await load.reaches(5)
            own_postgres.freeze()
            try:
                await load.answers(LIMITED)
            finally:
                own_postgres.thaw()
            await load.reaches(log.statuses[ACCEPTED] + 50)
        assert {probe.status for probe in probes.health} == {200}
        assert set(log.statuses) == {ACCEPTED, LIMITED}
        for answer in log.with_status(LIMITED):
            assert_limited(answer)
        (await read_books(own_dsn)).keep(log)
        await asyncio.to_thread(assert_well, server, limited=log.statuses[LIMITED])


def padded(event: dict[str, Any], size: int) -> dict[str, Any]:
    """The event with an unknown attribute, which costs bytes on the wire alone."""
    return event | {"padding": "x" * (size - len(orjson.dumps(event)))}


def large(number: int) -> dict[str, Any]:
    """An event that is large when it is stored, too."""
    crumbs = [{"message": "x" * 1_000, "category": "test"} for _ in range(100)]
    return error(number, issue=number % 5, user=number % 40, breadcrumbs={"values": crumbs})


def assert_limited(answer: Answer) -> None:
    assert answer.status == LIMITED
    seconds = int(answer.headers["retry-after"])
    assert seconds > 0
    assert answer.headers["x-sentry-rate-limits"].startswith(f"{seconds}:")


def assert_well(server: RunningServer, *, limited: int) -> None:
    """Ready, nothing held, and everything received was settled."""
    assert server.is_ready()
    with Wire(server) as wire:
        ledger = wire.ledger()
        assert ledger.is_balanced
        refused = sum(
            count
            for (_, outcome, reason), count in ledger.settled.items()
            if (outcome, reason) == ("rate_limited", "overload")
        )
        assert refused == limited
    assert in_flight(server) == 0


def in_flight(server: RunningServer) -> float:
    return server.metric("ingest_in_flight_bytes")
