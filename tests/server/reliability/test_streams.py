"""Live streams of browsers show what arrived at the other server, and end when theirs stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson

from tests.server.reliability.conftest import Run
from tests.server.reliability.load import errors, send_all
from tests.server.reliability.test_replicas import two_servers
from tests.server.running_server import Bootstrapped, RunningServer

EVENTS = 60


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


@asynccontextmanager
async def stream(
    server: RunningServer, project: Bootstrapped, *, after: int | None = None
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """The messages that a browser gets which is signed in, after the greeting."""
    form = {"email": project.email, "password": project.password}
    headers = {"Origin": server.base_url}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=30) as browser:
        assert (await browser.post("/sign-in/", data=form)).status_code in {302, 303}
        async with browser.stream("GET", f"/live/{project.organization}/") as answer:
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
