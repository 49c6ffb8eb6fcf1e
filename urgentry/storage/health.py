"""How healthy releases are, as people read it: numbers of sessions and of distinct users.

`session_recording` writes what is read here. Users are kept as sets by hour and by day; a period is
put together of whole days where it can be.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from urgentry.domain.condition import ALWAYS, Condition
from urgentry.domain.health import Measured
from urgentry.domain.session import SessionCounts, UserKind
from urgentry.domain.user_sets import UserUnion
from urgentry.storage.conditions import render
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import library

MAX_ROWS = 50_000
_DAY_HOURS = 24


class Dimension(StrEnum):
    """What sessions can be told apart by."""

    PROJECT = "project"
    RELEASE = "release"
    ENVIRONMENT = "environment"


class HealthSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions are meant, by the hours in which they began."""

    organization_id: int
    project_ids: tuple[int, ...]
    from_hour: int
    until_hour: int
    condition: Condition = ALWAYS

    @property
    def whole(self) -> int:
        """A width of days of which one span covers all of it."""
        return (self.until_hour // _DAY_HOURS + 1) * _DAY_HOURS


class Group(NamedTuple):
    """Sessions that are not told apart; None stands for what they are not told apart by."""

    project_id: int | None = None
    release: str | None = None
    environment: str | None = None


class Spot(NamedTuple):
    """A group in a span of hours; span n begins at hour n * width since the epoch."""

    group: Group
    bucket: int


class TooMuch(Exception):
    """The answer would be larger than the caller allows."""


async def list_counts(
    tx: Transaction,
    selection: HealthSelection,
    *,
    width: int,
    by: Iterable[Dimension] = (),
    limit: int,
) -> dict[Spot, SessionCounts]:
    """Numbers of sessions in spans of `width` hours. TooMuch above `limit` spots."""
    rows = await _all(
        tx,
        "health.list_counts",
        selection,
        by,
        limit,
        width=width,
        from_hour=selection.from_hour,
        until_hour=selection.until_hour,
    )
    return {_spot(row): _counts(row) for row in rows}


async def list_users(
    tx: Transaction,
    selection: HealthSelection,
    *,
    width: int,
    kinds: Sequence[UserKind],
    by: Iterable[Dimension] = (),
    limit: int,
) -> dict[tuple[Spot, UserKind], UserUnion]:
    """The distinct users in spans of `width` hours, by kind of session. TooMuch when more than
    `limit` sets would have to be put together."""
    unions: dict[tuple[Spot, UserKind], UserUnion] = {}
    for part in _parts(selection, width):
        rows = await _all(
            tx,
            "health.list_user_sets",
            selection,
            by,
            limit,
            bucket_width=width,
            width=part.width,
            from_span=part.first,
            until_span=part.end,
            kinds=integers(kinds),
        )
        for row in rows:
            key = (_spot(row), UserKind(row["kind"]))
            unions.setdefault(key, UserUnion()).add(bytes(row["users"]))
    return unions


async def measure(
    tx: Transaction,
    selection: HealthSelection,
    *,
    width: int,
    kinds: Sequence[UserKind],
    by: Iterable[Dimension] = (),
    limit: int = MAX_ROWS,
) -> dict[Spot, Measured]:
    """Both together. TooMuch when there is more than is read at once."""
    by = tuple(by)
    counts = await list_counts(tx, selection, width=width, by=by, limit=limit)
    if not kinds:
        return {spot: Measured(each) for spot, each in counts.items()}
    unions = await list_users(tx, selection, width=width, kinds=kinds, by=by, limit=limit)
    users: dict[Spot, dict[UserKind, UserUnion]] = {}
    for (spot, kind), union in unions.items():
        users.setdefault(spot, {})[kind] = union
    return {
        spot: _measured(counts.get(spot, SessionCounts()), users.get(spot, {}))
        for spot in counts.keys() | users.keys()
    }


def _measured(counts: SessionCounts, users: Mapping[UserKind, UserUnion]) -> Measured:
    return Measured(
        counts,
        {kind: union.count() for kind, union in users.items()},
        any(union.is_estimate for union in users.values()),
    )


class _Part(NamedTuple):
    """Spans of one width, from the first up to the end."""

    width: int
    first: int
    end: int


def _parts(selection: HealthSelection, width: int) -> list[_Part]:
    """Whole days by the day, what is left of the period by the hour. Buckets of less than a day are
    made of hours."""
    first, end = selection.from_hour, selection.until_hour
    days = _Part(_DAY_HOURS, -(-first // _DAY_HOURS), end // _DAY_HOURS)
    if width % _DAY_HOURS or days.end <= days.first:
        return [_Part(1, first, end)]
    edges = [_Part(1, first, days.first * _DAY_HOURS), _Part(1, days.end * _DAY_HOURS, end)]
    return [days, *(edge for edge in edges if edge.end > edge.first)]


async def _all(
    tx: Transaction,
    query: str,
    selection: HealthSelection,
    by: Iterable[Dimension],
    limit: int,
    **params: Any,
) -> list[Row]:
    condition = render(selection.condition)
    told_apart = set(by)
    rows = await tx.all(
        library().compose(query, condition=condition.query),
        organization_id=selection.organization_id,
        project_ids=integers(selection.project_ids),
        limit=limit + 1,
        **condition.params,
        **params,
        **{f"by_{each}": int(each in told_apart) for each in Dimension},
    )
    if len(rows) > limit:
        raise TooMuch
    return rows


def _spot(row: Row) -> Spot:
    return Spot(Group(row["project_id"], row["release"], row["environment"]), row["bucket"])


def _counts(row: Row) -> SessionCounts:
    return SessionCounts(
        started=row["started"],
        errored=row["errored"],
        crashed=row["crashed"],
        abnormal=row["abnormal"],
        unhandled=row["unhandled"],
    )
