"""The one source of time: integer microseconds since the Unix epoch, UTC."""

import time

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_behind = 0


def now() -> int:
    """The current time in microseconds since the epoch."""
    return time.time_ns() // 1000 - _behind


def set_back(by: int) -> None:
    """Lets this process live so many microseconds ago: the demo plays weeks in a minute."""
    global _behind  # noqa: PLW0603 - there is one time for everything in a process
    _behind = by
