"""By how much a client's clock is wrong: every time that its request brings is moved by that."""

from urgentry import clock
from urgentry.ingest.normalize.limits import DRIFT_SECONDS


def clock_drift(received: int, sent_at: int | None) -> int:
    """What is to be added to the client's times, in microseconds (spec §7): nothing to a clock that
    is less than 55 minutes off, or where the envelope does not say when it was sent."""
    if sent_at is None:
        return 0
    drift = received - sent_at
    return drift if abs(drift) >= DRIFT_SECONDS * clock.SECOND else 0
