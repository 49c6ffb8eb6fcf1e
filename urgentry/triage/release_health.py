"""How releases fare: their sessions and users in a period, and which share of all they have."""

from collections.abc import Iterable, Mapping

import msgspec

from urgentry.domain.event import hour_of
from urgentry.domain.health import Measured
from urgentry.domain.session import SessionCounts, UserKind
from urgentry.storage import health
from urgentry.storage.database import Transaction
from urgentry.storage.health import Dimension, HealthSelection

DAY_HOURS = 24
_KINDS = (UserKind.ALL, UserKind.ERRORED, UserKind.CRASHED)


class Fared(msgspec.Struct, frozen=True, kw_only=True):
    """A release in a period, beside everything that its project (or all of them) ran then."""

    own: Measured
    whole: Measured

    @property
    def adoption(self) -> float | None:
        """Its share of the sessions, between 0 and 1."""
        started = self.whole.counts.started
        return self.own.counts.started / started if started else None

    @property
    def users_adoption(self) -> float | None:
        """The share of users that ran it."""
        everybody = self.whole.everybody
        return min(self.own.everybody / everybody, 1.0) if everybody else None


class Faring(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ran in a period, and each version of it."""

    whole: Measured
    releases: Mapping[str, Fared]


def last_hours(
    organization_id: int,
    project_ids: Iterable[int],
    *,
    now: int,
    hours: int,
) -> HealthSelection:
    """The sessions of so many hours, the current one among them."""
    until = hour_of(now) + 1
    return HealthSelection(
        organization_id=organization_id,
        project_ids=tuple(project_ids),
        from_hour=until - hours,
        until_hour=until,
    )


async def read_releases(tx: Transaction, selection: HealthSelection) -> Faring:
    """Every version that had sessions, over all the projects together; a version's share is of the
    projects that ran it. TooMuch as `health`."""
    own = await _measure(tx, selection, Dimension.RELEASE)
    whole = await _measure(tx, selection)
    shared = await _shared(tx, selection)
    return Faring(
        whole=next(iter(whole.values()), Measured()),
        releases={
            version: Fared(own=measured, whole=Measured(shared.get(version, SessionCounts())))
            for spot, measured in own.items()
            if (version := spot.group.release) is not None
        },
    )


async def _shared(tx: Transaction, selection: HealthSelection) -> dict[str, SessionCounts]:
    """By version, all sessions of the projects that ran it."""
    by = (Dimension.PROJECT, Dimension.RELEASE)
    counts = await health.list_counts(
        tx, selection, width=selection.whole, by=by, limit=health.MAX_ROWS
    )
    projects: dict[int | None, SessionCounts] = {}
    for spot, each in counts.items():
        known = projects.get(spot.group.project_id, SessionCounts())
        projects[spot.group.project_id] = known.plus(each)
    shared: dict[str, SessionCounts] = {}
    for spot in counts:
        version = spot.group.release or ""
        whole = projects[spot.group.project_id]
        shared[version] = shared.get(version, SessionCounts()).plus(whole)
    return shared


async def read_by_project(
    tx: Transaction, selection: HealthSelection
) -> Mapping[tuple[int, str], Fared]:
    """The same project by project: by (project id, version)."""
    own = await _measure(tx, selection, Dimension.PROJECT, Dimension.RELEASE)
    whole = {
        spot.group.project_id: measured
        for spot, measured in (await _measure(tx, selection, Dimension.PROJECT)).items()
    }
    return {
        (spot.group.project_id or 0, spot.group.release or ""): Fared(
            own=measured, whole=whole.get(spot.group.project_id, Measured())
        )
        for spot, measured in own.items()
    }


async def _measure(
    tx: Transaction, selection: HealthSelection, *by: Dimension
) -> dict[health.Spot, Measured]:
    return await health.measure(tx, selection, width=selection.whole, kinds=_KINDS, by=by)
