"""Keeps background jobs running: one that fails is logged and started again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_RESTART_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def supervise(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Runs a job that never ends by itself; after a failure it runs again. Ends when cancelled."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job_failed", job=name)
        await asyncio.sleep(_RESTART_SECONDS)
