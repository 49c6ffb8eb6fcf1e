"""Connections that keep us waiting are closed, and those that do not are kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.database_servers import free_port
from urgentry.server import HttpServer

WAITS_S = 0.3
WHOLE = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Answers at once, or after longer than a client may be silent."""
    if scope["path"] == "/slow":
        await asyncio.sleep(2 * WAITS_S)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that waits for `WAITS_S`."""
    server = HttpServer(app, host="127.0.0.1", port=free_port(), drain_timeout_s=1)
    server.config.timeout_keep_alive = WAITS_S  # type: ignore[assignment]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    yield reader, writer
    writer.close()
    server.stop()
    await serving


async def is_closed_in_time(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(10 * WAITS_S):
        return await reader.read() == b""


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10 * WAITS_S):
        return await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nX-Slow: a"])
async def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(begun)
        assert await is_closed_in_time(reader)


async def test_a_head_that_drips_is_not_waited_for() -> None:
    async with connected() as (reader, writer):
        writer.write(WHOLE % b"")
        assert b"204" in await answer(reader)
        closed = asyncio.create_task(is_closed_in_time(reader))
        writer.write(b"GET / HTTP/1.1\r\n")
        while not closed.done():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(WAITS_S / 10)
        assert closed.result()


async def test_a_connection_that_is_used_stays_and_goes_when_it_is_not() -> None:
    async with connected() as (reader, writer):
        for _ in range(6):
            writer.write(WHOLE % b"")
            assert b"204" in await answer(reader)
            await asyncio.sleep(WAITS_S / 3)
        assert await is_closed_in_time(reader)


async def test_an_answer_may_take_longer() -> None:
    async with connected() as (reader, writer):
        writer.write(WHOLE % b"slow" + b"GET / HT")
        assert b"204" in await answer(reader)
        writer.write(b"TP/1.1\r\nHost: x\r\n\r\n")
        assert b"204" in await answer(reader)
