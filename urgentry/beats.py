"""The heartbeat of a background job: whoever supervises it sees that it goes on.

A job rests through `rest`, and calls `beat` where it works on without resting. Outside a supervised
job both tell nobody.
"""

import asyncio
from contextvars import ContextVar

from urgentry import clock

PATIENCE_S = 30.0
"""After so many silent seconds a job is taken to be stuck."""


class Heart:
    """When a job was last heard of, and when it must be heard of again."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self.beat()

    def beat(self, within_s: float = 0.0) -> None:
        """The job goes on, and may be silent so much longer than the patience."""
        self.heard_at = clock.now()
        self._deadline = asyncio.get_running_loop().time() + within_s + self._patience_s

    @property
    def seconds_left(self) -> float:
        """Until it is taken to be stuck."""
        return self._deadline - asyncio.get_running_loop().time()


_HEART: ContextVar[Heart | None] = ContextVar("heart", default=None)


def listen_to(heart: Heart) -> None:
    """Has the beats of the current task, and of those that it makes, heard by `heart`."""
    _HEART.set(heart)


def beat(within_s: float = 0.0) -> None:
    """Tells that the current job goes on, and that its next step may take so many seconds."""
    heart = _HEART.get()
    if heart is not None:
        heart.beat(within_s)


async def rest(seconds: float) -> None:
    """Sleeps, which is no sign of being stuck."""
    beat(seconds)
    await asyncio.sleep(seconds)
    beat()
