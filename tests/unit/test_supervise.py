"""Background jobs that fail or are stuck are started again, and counted."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import pytest
import structlog

from urgentry.beats import PATIENCE_S, beat, rest
from urgentry.jobs.supervise import supervise
from urgentry.metrics import Metrics

SHORT_S = 0.05


@pytest.fixture
def logged() -> Iterator[list[structlog.types.EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture(autouse=True)
def _restarts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urgentry.jobs.supervise._RESTART_SECONDS", 0)


async def watch(
    job: Callable[[], Awaitable[None]], done: asyncio.Event, patience_s: float = SHORT_S
) -> Metrics:
    """Supervises a job until something happened."""
    metrics = Metrics()
    task = asyncio.create_task(supervise("sweeping", job, metrics, patience_s=patience_s))
    async with asyncio.timeout(10):
        await done.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return metrics


def restarts(metrics: Metrics, reason: str) -> float | None:
    labels = {"name": "sweeping", "reason": reason}
    return metrics.registry.get_sample_value("background_job_restarts_total", labels)


async def test_a_stuck_job_is_noticed_cancelled_and_started_again(
    logged: list[structlog.types.EventDict],
) -> None:
    runs, again, was_cancelled = 0, asyncio.Event(), False

    async def job() -> None:
        nonlocal runs, was_cancelled
        runs += 1
        if runs == 2:
            again.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cancelled = True
            raise

    metrics = await watch(job, again)
    assert was_cancelled
    assert restarts(metrics, "stuck") == 1
    assert logged[0]["event"] == "job_stuck"
    assert f"{__name__}:" in logged[0]["at"]


async def test_a_job_that_does_not_heed_its_end_is_replaced() -> None:
    runs, again = 0, asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            again.set()
        while not again.is_set():
            with suppress(asyncio.CancelledError):
                await again.wait()

    assert restarts(await watch(job, again), "stuck") == 1


async def test_a_job_that_rests_or_says_how_long_it_takes_is_not_stuck() -> None:
    done = asyncio.Event()

    async def job() -> None:
        await rest(4 * SHORT_S)
        beat(10)
        await asyncio.sleep(4 * SHORT_S)
        for _ in range(8):
            await asyncio.sleep(SHORT_S / 2)
            beat()
        done.set()
        await rest(10)

    metrics = await watch(job, done)
    assert restarts(metrics, "stuck") is None
    heard = metrics.registry.get_sample_value(
        "background_job_heard_timestamp_seconds", {"name": "sweeping"}
    )
    assert heard


async def test_a_job_that_fails_is_started_again(
    logged: list[structlog.types.EventDict],
) -> None:
    runs, again = 0, asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("boom")
        again.set()
        await rest(10)

    assert restarts(await watch(job, again), "failed") == 1
    assert isinstance(logged[0]["exc_info"], ValueError)


def test_the_patience_is_half_a_minute() -> None:
    assert PATIENCE_S <= 30
