"""Keeps background jobs running: one that fails or is stuck is told, counted and started again."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from urgentry import clock
from urgentry.beats import PATIENCE_S, Heart, listen_to
from urgentry.metrics import Metrics

_RESTART_SECONDS = 1.0
_LEAVE_SECONDS = 1.0

Job = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


async def supervise(
    name: str, job: Job, metrics: Metrics, *, patience_s: float = PATIENCE_S
) -> None:
    """Runs a job that never ends by itself. After a failure it runs again, and so it does when
    nothing is heard of it for `patience_s` longer than it said. Ends when cancelled."""
    while True:
        heart = Heart(patience_s)
        metrics.job_heard.labels(name).set_function(
            lambda heart=heart: heart.heard_at / clock.SECOND  # type: ignore[misc]
        )
        work = asyncio.create_task(_work(job, heart), name=name)
        try:
            reason = await _reason_to_restart(name, work, heart)
        finally:
            await _end(work)
        if reason:
            metrics.job_failures.labels(name, reason).inc()
        await asyncio.sleep(_RESTART_SECONDS)


async def _work(job: Job, heart: Heart) -> None:
    listen_to(heart)
    await job()


async def _reason_to_restart(name: str, work: asyncio.Task[None], heart: Heart) -> str:
    """Waits until the job ended or is stuck; empty when it ended well."""
    while not work.done():
        if heart.seconds_left <= 0:
            log.error("job_stuck", job=name, at=_whereabouts(work))
            return "stuck"
        await asyncio.wait([work], timeout=heart.seconds_left)
    if error := work.exception():
        log.error("job_failed", job=name, exc_info=error)
        return "failed"
    return ""


async def _end(work: asyncio.Task[None]) -> None:
    """Cancels what still runs. What does not heed that is left: another takes its place."""
    work.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait([work], timeout=_LEAVE_SECONDS)


def _whereabouts(work: asyncio.Task[None]) -> str:
    """The lines that it waits at, the outermost first."""
    waiting: Any = work.get_coro()
    lines = []
    while inspect.iscoroutine(waiting) and waiting.cr_frame:
        frame = waiting.cr_frame
        lines.append(f"{frame.f_globals['__name__']}:{frame.f_lineno}")
        waiting = waiting.cr_await
    return " > ".join(lines)
