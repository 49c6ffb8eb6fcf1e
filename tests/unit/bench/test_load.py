"""The generator tells the truth about servers that are slow, refuse, or are not there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bench.limits import Bound, highest_rate
from bench.load import LoadResult, offer
from bench.payload import Body
from bench.target import target_of

BODIES = [Body(event_id="0" * 32, gzipped=b"x")] * 20


@asynccontextmanager
async def answering(status: str, *, pause_s: float = 0.0) -> AsyncIterator[str]:
    """A server that gives each request the same answer, one at a time; its DSN."""
    turn = asyncio.Lock()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(1)
                async with turn:
                    await asyncio.sleep(pause_s)
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://key@127.0.0.1:{server.sockets[0].getsockname()[1]}/1"
    for writer in writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_all_arrive_at_the_rate_that_was_offered() -> None:
    async with answering("200 OK") as dsn:
        result = await offer(target_of(dsn), BODIES, rate=200.0)
    assert (result.sent, result.ok, result.errors) == (20, 20, {})
    assert 150 < result.achieved_rate <= 230


async def test_latency_counts_from_when_a_request_was_due() -> None:
    async with answering("200 OK", pause_s=0.02) as dsn:
        result = await offer(target_of(dsn), BODIES, rate=1000.0)
    assert result.max_ms > 300  # the last waited for nineteen others


async def test_refusals_are_errors_by_status() -> None:
    async with answering("429 Too Many Requests") as dsn:
        result = await offer(target_of(dsn), BODIES, rate=1000.0)
    assert (result.ok, result.errors) == (0, {"429": 20})


async def test_nobody_there_is_an_error() -> None:
    async with answering("200 OK") as dsn:
        pass
    result = await offer(target_of(dsn), BODIES, rate=1000.0)
    assert (result.ok, sum(result.errors.values())) == (0, 20)


@pytest.mark.parametrize("limit", [150.0, 400.0, 1777.0])
async def test_the_highest_rate_is_found_from_either_side(limit: float) -> None:
    async def step(rate: float) -> LoadResult:
        return LoadResult(
            offered_rate=rate,
            seconds=1.0,
            sent=1,
            ok=1,
            achieved_rate=rate,
            p50_ms=1.0,
            p95_ms=1.0 if rate <= limit else 100.0,
            p99_ms=1.0,
            max_ms=1.0,
            generator_lag_p95_ms=0.0,
            generator_cpu_share=0.0,
        )

    held, steps = await highest_rate(step, first=400.0, bound=Bound(p95_ms=15.0))
    assert limit / 1.05 < held <= limit
    assert len(steps) < 20
