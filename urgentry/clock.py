"""The one source of time: integer microseconds since the Unix epoch, UTC."""

import time

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """The current time in microseconds since the epoch."""
    return time.time_ns() // 1000
