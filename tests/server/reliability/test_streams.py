"""Live streams of browsers show what arrived at the other server, and end when theirs stops."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import orjson

from tests.server.reliability.conftest import Run
from tests.server.reliability.load import errors, send_all
from tests.server.reliability.probes import Probes
from tests.server.reliability.test_replicas import two_servers
from tests.server.running_server import Bootstrapped, RunningServer

EVENTS = 60
STREAMS = int(os.environ.get("DRILL_STREAMS", "1000"))
BYTES_EACH = 40_000


async def test_a_stream_on_one_shows_what_arrives_at_the_other(run: Run, direct_dsn: str) -> None:
    async with two_servers(run, direct_dsn) as (first, second):
        project = await asyncio.to_thread(first.bootstrap)
        async with stream(first, project) as live:
            await send_all(second, project, errors(EVENTS, issues=1))
            seen = await numbers(live, EVENTS)
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        async with stream(second, project, after=seen[0]) as returning:
            await send_all(first, project, errors(1, issues=1))
            following = [await anext(returning) for _ in seen]
        assert [int(message["id"]) for message in following] == [*seen[1:], seen[-1] + 1]


async def test_streams_end_when_the_server_stops(run: Run) -> None:
    async with run() as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with stream(server, project) as live:
            stopped = asyncio.create_task(asyncio.to_thread(server.stop))
            async with asyncio.timeout(10):
                assert [message async for message in live] == []
            assert await stopped == 0


async def test_a_thousand_idle_streams_cost_little_and_all_see_what_comes(run: Run) -> None:
    async with run() as server, AsyncExitStack() as stack:
        project = await asyncio.to_thread(server.bootstrap)
        async with signed_in(server, project) as browser:
            cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        before = resident_bytes(server)
        readers = [
            await stack.enter_async_context(bare_stream(server, project, cookies))
            for _ in range(STREAMS)
        ]
        assert resident_bytes(server) - before <= STREAMS * BYTES_EACH
        async with Probes(server) as probes:
            await send_all(server, project, errors(1, issues=1))
            async with asyncio.timeout(10):
                await asyncio.gather(*(reader.readuntil(b"event: events\n") for reader in readers))
        assert probes.slowest_s < 2


@asynccontextmanager
async def bare_stream(
    server: RunningServer, project: Bootstrapped, cookies: str
) -> AsyncIterator[asyncio.StreamReader]:
    """A stream without the weight of a client, past its greeting."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"GET /live/{project.organization}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}"
    writer.write(f"{head}\r\n\r\n".encode())
    try:
        await reader.readuntil(b"event: hello\n")
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


def resident_bytes(server: RunningServer) -> int:
    """What the process takes of memory."""
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def signed_in(
    server: RunningServer, project: Bootstrapped, **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in."""
    form = {"email": project.email, "password": project.password}
    headers["Origin"] = server.base_url
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=30) as browser:
        assert (await browser.post("/sign-in/", data=form)).status_code in {302, 303}
        yield browser


@asynccontextmanager
async def stream(
    server: RunningServer, project: Bootstrapped, *, after: int | None = None
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """The messages that a browser gets which is signed in, after the greeting."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with (
        signed_in(server, project, **headers) as browser,
        browser.stream("GET", f"/live/{project.organization}/") as answer,
    ):
        assert answer.status_code == 200
        messages = read_messages(answer)
        assert (await anext(messages))["event"] == "hello"
        yield messages


async def read_messages(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """Server-sent events by field."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif "event" in fields:
            yield fields
            fields = {}


async def numbers(messages: AsyncIterator[dict[str, str]], events: int) -> list[int]:
    """The ids of messages until they told of so many events."""
    seen, told = [], 0
    async with asyncio.timeout(30):
        while told < events:
            message = await anext(messages)
            seen.append(int(message["id"]))
            told += orjson.loads(message["data"]).get("count", 0)
    return seen
