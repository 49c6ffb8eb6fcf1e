"""A server that starts: proxies may send to it before it is ready, and are not turned away."""

import asyncio
import time
from contextlib import suppress

from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Client, error, until

ROUNDS = 2


async def opened(client: Client, *, timeout_s: float = 20) -> None:
    """Connects at the first moment at which somebody listens."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with suppress(OSError):
            await client.open()
            return
        await asyncio.sleep(0.001)
    raise TimeoutError("nobody listens")


async def test_what_comes_while_the_doors_open_is_taken(run: Run, dsn: str) -> None:
    async with run(dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        for number in range(ROUNDS):
            await asyncio.to_thread(server.stop)
            server.launch()
            client = Client(server, project)
            await opened(client)
            answer = await client.send(error(number, issue=0, user=0))
            assert answer.status == 200
            await client.close()
            await until(server.is_ready, timeout_s=20)
        assert len((await read_books(server.database_dsn)).events) == ROUNDS
