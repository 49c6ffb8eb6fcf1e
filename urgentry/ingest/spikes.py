"""Spike protection: what a project may send in an hour, learned from what it sent of late.

The cap is a multiple of a busy hour of the last week, and never small. It is made anew once an
hour, from the same counts on every replica. Hours in which a spike was capped count with what was
refused, so that a project that has really grown is let through after some of them.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.quotas import Quota, make_spike_quota
from urgentry.protocol.items import DataCategory
from urgentry.protocol.stats import ERRORS
from urgentry.storage import quotas
from urgentry.storage.database import Database

LEARNED_HOURS: Final = 7 * 24
LEAST_HOURS: Final = 24
"""With less to learn from there is no cap."""
FACTOR: Final = 5
BUSY: Final = 0.9
"""An hour is busy that is above so large a part of the hours."""

LEAST: Final[Mapping[frozenset[int], int]] = {
    frozenset(ERRORS): 1_000,
    frozenset({DataCategory.TRANSACTION}): 5_000,
    frozenset({DataCategory.SPAN}): 50_000,
    frozenset({DataCategory.LOG_ITEM}): 50_000,
    frozenset({DataCategory.ATTACHMENT}): 200 << 20,
    frozenset({DataCategory.REPLAY}): 1_000,
}
"""What is protected, and the smallest cap of each."""

_KEPT = 4 * clock.HOUR


class _Learned(msgspec.Struct):
    """The caps of a project, the hour for which they were made, and when they were asked for."""

    hour: int = 0
    caps: tuple[Quota, ...] = ()
    asked_at: int = 0


class Spikes:
    """Knows the caps of the projects that are asked for; `refresh` learns them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._projects: dict[int, _Learned] = {}

    def quotas_of(self, project_id: int) -> tuple[Quota, ...]:
        """The caps of a project; none until they are learned."""
        learned = self._projects.get(project_id)
        if learned is None:
            learned = self._projects[project_id] = _Learned()
        learned.asked_at = clock.now()
        return learned.caps

    async def refresh(self, at: int) -> None:
        """Learns what is not known for this hour, and forgets projects that nothing came for."""
        hour = hour_of(at)
        self._projects = {
            project_id: learned
            for project_id, learned in self._projects.items()
            if learned.asked_at > at - _KEPT
        }
        for project_id, learned in list(self._projects.items()):
            if learned.hour != hour:
                learned.caps = await self._learn(project_id, hour)
                learned.hour = hour

    async def _learn(self, project_id: int, hour: int) -> tuple[Quota, ...]:
        async with self._database.read() as tx:
            hours = await quotas.list_hourly(
                tx, project_id, from_hour=hour - LEARNED_HOURS, until_hour=hour
            )
        return caps_of(project_id, hours, hour)


def caps_of(
    project_id: int, hours: Mapping[int, Mapping[int, int]], hour: int
) -> tuple[Quota, ...]:
    """The caps for an hour, from quantities by earlier hours and category."""
    learned = hour - min(hours, default=hour)
    if learned < LEAST_HOURS:
        return ()
    return tuple(
        make_spike_quota(
            project_id,
            categories,
            quantity=max(least, FACTOR * _busy_hour(hours.values(), categories, learned)),
        )
        for categories, least in LEAST.items()
    )


def _busy_hour(hours: Iterable[Mapping[int, int]], categories: frozenset[int], count: int) -> int:
    """The quantity of a busy hour among so many, of which those without any are not listed."""
    told = sorted(
        sum(quantity for category, quantity in each.items() if category in categories)
        for each in hours
    )
    quantities = [0] * (count - len(told)) + told
    return quantities[min(int(BUSY * count), count - 1)]
