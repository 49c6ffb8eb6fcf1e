"""When a signal happened: its client's time, corrected, and held to what can be."""

from typing import Any

from urgentry import clock
from urgentry.ingest.normalize.drift import clock_drift
from urgentry.ingest.normalize.limits import SECONDS_IN_FUTURE
from urgentry.protocol.outcome import Reason, invalid
from urgentry.protocol.timestamps import parse_timestamp


class Times:
    """Reads the times of one request; microseconds."""

    def __init__(self, received: int, sent_at: int | None, retention_days: int) -> None:
        self.received = received
        self._drift = clock_drift(received, sent_at)
        self._oldest = received - retention_days * clock.DAY
        self._newest = received + SECONDS_IN_FUTURE * clock.SECOND

    def read(self, value: Any) -> int | None:
        """A time with the clock's drift added; None when it is none."""
        at = parse_timestamp(value)
        return None if at is None else at + self._drift

    def hold(self, at: int) -> int:
        """The time, or that of receipt for one in the future. `Rejected` for one so long ago that
        it would have expired."""
        if at < self._oldest:
            raise invalid(Reason.TIMESTAMP, "the time lies before the retention")
        return self.received if at > self._newest else at
