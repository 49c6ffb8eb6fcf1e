"""One thread that runs jobs in order for an event loop. The SQLite driver keeps one a connection.

The hand-off is a SimpleQueue one way and `call_soon_threadsafe` back: some 100 µs a job, nearly
all of it the waking of two threads.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

STACK_BYTES = 512 * 1024

_Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Worker:
    """Runs callables one after the other. A job whose future was cancelled before its turn is
    skipped; one that has begun runs to its end."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        previous = threading.stack_size(STACK_BYTES)
        try:
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()
        finally:
            threading.stack_size(previous)

    def submit(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        """Puts a job into the queue of the thread; the future belongs to the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((loop, future, job))
        return future

    def stop(self) -> None:
        """Ends the thread after the jobs that are in the queue, without waiting for it."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (entry := self._jobs.get()) is not None:
            loop, future, job = entry
            if future.cancelled():
                continue
            result, error = None, None
            try:
                result = job()
            except BaseException as raised:  # noqa: BLE001 - it is raised again by whoever awaits
                error = raised
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, result, error)
            del entry, future, job, result, error


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


async def finished(future: "asyncio.Future[T]") -> T:
    """Waits for a job to its end even when the waiting task is cancelled, which it then is."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as raised:
            cancelled = raised
    if cancelled is not None:
        future.exception()
        raise cancelled
    return future.result()
