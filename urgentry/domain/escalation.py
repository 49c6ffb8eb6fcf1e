"""When an issue that was archived until it escalates has escalated: it happens far more often in an
hour than its last week lets one expect. Pure; the job of that name asks."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

from urgentry import clock

WEEK_HOURS: Final = 7 * 24
LEAST: Final = 10
"""So many events an hour escalate nothing, however rare an issue was."""

_YOUNG: Final = 10
_STEADY: Final = 5.0
_BURSTY: Final = 2.0
_DECAY: Final = 0.65
_DEVIATIONS: Final = 5


def hourly_limit(hours: Sequence[int], *, is_young: bool) -> int:
    """What an hour may have before the issue escalates. `hours` are the events of each hour of the
    week before it.

    An issue that is not a week old may have ten times its busiest hour. Else the busiest hour
    counts two to five times, less where hours differ much anyway, and the mean with five standard
    deviations may be more. Hours without events do not count.
    """
    busy = [events for events in hours if events]
    if not busy:
        return LEAST
    most = max(busy)
    if is_young:
        return max(LEAST, _YOUNG * most)
    mean, deviation = statistics.fmean(busy), statistics.pstdev(busy)
    steadiness = _STEADY * math.exp(-_DECAY * deviation / mean)
    limit = max(most * max(_BURSTY, steadiness), mean + _DEVIATIONS * deviation)
    return max(LEAST, math.ceil(limit))


def is_young(first_seen: int, *, now: int) -> bool:
    """Whether an issue is not a week old; times in microseconds."""
    return first_seen > now - WEEK_HOURS * clock.HOUR
