"""The health of releases beside them, where `health=1` asks for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.endpoint import Call
from urgentry.domain.event import hour_of
from urgentry.domain.release import Release, ReleaseProject
from urgentry.domain.session import UserKind
from urgentry.errors import ApiError
from urgentry.storage import health
from urgentry.storage.database import Transaction
from urgentry.storage.health import Dimension, Group, HealthSelection, Spot, TooMuch
from urgentry.triage.release_health import (
    DAY_HOURS,
    Fared,
    last_hours,
    read_by_project,
    read_releases,
)

PERIOD_HOURS = {
    "1h": 1,
    "24h": 24,
    "1d": 24,
    "48h": 48,
    "2d": 48,
    "7d": 7 * 24,
    "14d": 14 * 24,
    "30d": 30 * 24,
    "90d": 90 * 24,
}
_SERIES = ("sessions", "users")
_SHORT_HOURS = 48
"""Up to so long a series is by the hour, above by the day."""


class HealthAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Over which periods; of what the series is."""

    summary: str
    series: str
    stat: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is told beside releases, by (project id, version)."""

    asked: HealthAsked
    fared: Mapping[tuple[int, str], Fared]
    today: Mapping[tuple[int, str], Fared]
    series: Mapping[Spot, int]
    buckets: range
    width: int

    def of(self, release: Release, seen: ReleaseProject) -> dict[str, Any]:
        """`healthData` of a release in a project."""
        key = (seen.project_id, release.version)
        fared, today = self.fared.get(key), self.today.get(key)
        counts = fared.own.counts if fared else None
        return {
            "hasHealthData": seen.has_sessions,
            "adoption": _percent(fared.users_adoption if fared else None),
            "sessionsAdoption": _percent(fared.adoption if fared else None),
            "crashFreeUsers": _percent(fared.own.crash_free_users if fared else None),
            "crashFreeSessions": _percent(fared.own.crash_free_sessions if fared else None),
            "totalUsers": fared.own.everybody if fared else 0,
            "totalUsers24h": today.own.everybody if today else 0,
            "totalProjectUsers24h": self._whole(seen.project_id, users=True),
            "totalSessions": counts.started if counts else 0,
            "totalSessions24h": today.own.counts.started if today else 0,
            "totalProjectSessions24h": self._whole(seen.project_id, users=False),
            "sessionsCrashed": counts.crashed if counts else 0,
            "sessionsErrored": counts.errored if counts else 0,
            "durationP50": None,
            "durationP90": None,
            "stats": {self.asked.series: self._series(*key)},
        }

    def _whole(self, project_id: int, *, users: bool) -> int:
        whole = next((each.whole for key, each in self.today.items() if key[0] == project_id), None)
        if whole is None:
            return 0
        return whole.everybody if users else whole.counts.started

    def _series(self, project_id: int, version: str) -> list[list[int]]:
        group = Group(project_id, version)
        return [
            [bucket * self.width * 3600, self.series.get(Spot(group, bucket), 0)]
            for bucket in self.buckets
        ]


def wants_health(call: Call) -> bool:
    """Whether the request asks for it."""
    return call.query.get("health") in ("1", "true")


def read_asked(call: Call) -> HealthAsked:
    """ApiError 400 for periods and series that are not kept."""
    asked = HealthAsked(
        summary=call.query.get("summaryStatsPeriod") or "24h",
        series=call.query.get("healthStatsPeriod") or "24h",
        stat=call.query.get("healthStat") or "sessions",
    )
    for name, period in (
        ("summaryStatsPeriod", asked.summary),
        ("healthStatsPeriod", asked.series),
    ):
        if period not in PERIOD_HOURS:
            raise ApiError(400, f"Invalid {name}: use one of {', '.join(PERIOD_HOURS)}.")
    if asked.stat not in _SERIES:
        raise ApiError(400, f"Invalid healthStat: use one of {', '.join(_SERIES)}.")
    return asked


async def read_health(
    call: Call,
    tx: Transaction,
    entered: Access,
    project_ids: Sequence[int],
) -> Health:
    """The health of every release of the projects. ApiError 400 for periods that hold too much."""
    asked, now = read_asked(call), clock.now()
    buckets, width = _buckets(asked, now)

    def over(hours: int) -> HealthSelection:
        return last_hours(entered.organization.id, project_ids, now=now, hours=hours)

    hours = PERIOD_HOURS[asked.summary]
    try:
        fared = await read_by_project(tx, over(hours))
        today = fared if hours == DAY_HOURS else await read_by_project(tx, over(DAY_HOURS))
        series = await _read_series(tx, over(hours), asked, buckets, width)
    except TooMuch:
        raise _too_much() from None
    return Health(
        asked=asked,
        fared=fared,
        today=today,
        series=series,
        buckets=buckets,
        width=width,
    )


async def read_ranking(
    call: Call, tx: Transaction, entered: Access, project_ids: Sequence[int]
) -> Mapping[str, Fared]:
    """How versions fare over all the projects together, in the period of the summary."""
    hours = PERIOD_HOURS[read_asked(call).summary]
    selection = last_hours(entered.organization.id, project_ids, now=clock.now(), hours=hours)
    try:
        return (await read_releases(tx, selection)).releases
    except TooMuch:
        raise _too_much() from None


async def _read_series(
    tx: Transaction, selection: HealthSelection, asked: HealthAsked, buckets: range, width: int
) -> dict[Spot, int]:
    selection = msgspec.structs.replace(
        selection, from_hour=buckets.start * width, until_hour=buckets.stop * width
    )
    measured = await health.measure(
        tx,
        selection,
        width=width,
        kinds=(UserKind.ALL,) if asked.stat == "users" else (),
        by=(Dimension.PROJECT, Dimension.RELEASE),
    )
    return {
        spot: each.everybody if asked.stat == "users" else each.counts.started
        for spot, each in measured.items()
    }


def _too_much() -> ApiError:
    return ApiError(400, "These are too many results: use a shorter period.")


def _buckets(asked: HealthAsked, now: int) -> tuple[range, int]:
    """The numbers of the spans of a series, the current one the last, and their hours."""
    hours = PERIOD_HOURS[asked.series]
    width = 1 if hours <= _SHORT_HOURS else DAY_HOURS
    last = hour_of(now) // width
    return range(last - hours // width + 1, last + 1), width


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
