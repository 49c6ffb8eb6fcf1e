"""What became of received items, as people read it; `rollups` writes it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers, texts
from urgentry.storage.queries import library

MAX_SUMS = 50_000
"""So many are read at once; whoever asks for one more sees that there are too many."""


class Dimension(StrEnum):
    """What quantities can be told apart by."""

    PROJECT = "project"
    CATEGORY = "category"
    OUTCOME = "outcome"
    REASON = "reason"


class OutcomeSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Which quantities are meant. None stands for all."""

    project_ids: tuple[int, ...]
    from_hour: int
    until_hour: int
    outcomes: tuple[Outcome, ...] | None = None
    categories: tuple[DataCategory, ...] | None = None
    reasons: tuple[str, ...] | None = None


class OutcomeSum(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity. None stands for what it is not told apart by."""

    bucket: int
    """The span of hours: number n begins at hour n * width since the epoch."""
    project_id: int | None
    category: DataCategory | None
    outcome: Outcome | None
    reason: str | None
    quantity: int


class ProjectHour(NamedTuple):
    """An hour since the epoch of a project."""

    project_id: int
    hour: int


async def list_reasons(
    tx: Transaction, hours: Iterable[ProjectHour]
) -> dict[ProjectHour, set[str]]:
    """The reasons that what was received in hours has so far."""
    rows = await tx.many("outcomes.list_reasons", [hour._asdict() for hour in sorted(hours)])
    found: dict[ProjectHour, set[str]] = {}
    for row in rows:
        found.setdefault(ProjectHour(row["project_id"], row["hour"]), set()).add(row["reason"])
    return found


async def list_hours(
    tx: Transaction,
    project_id: int,
    *,
    from_hour: int,
    until_hour: int,
    outcomes: Iterable[Outcome],
    categories: Iterable[DataCategory],
) -> dict[int, int]:
    """Quantities by hour since the epoch; hours without any are left out."""
    rows = await tx.all(
        "outcomes.list_hours",
        project_id=project_id,
        from_hour=from_hour,
        until_hour=until_hour,
        outcomes=integers(outcomes),
        categories=integers(categories),
    )
    return {row["hour"]: int(row["quantity"]) for row in rows}


async def sum_reasons(
    tx: Transaction,
    project_id: int,
    *,
    from_hour: int,
    outcome: Outcome,
    categories: Iterable[DataCategory],
) -> dict[str, int]:
    """Quantities of one outcome by its reason, since an hour; reasons without any are left out."""
    rows = await tx.all(
        "outcomes.sum_reasons",
        project_id=project_id,
        from_hour=from_hour,
        outcome=outcome,
        categories=integers(categories),
    )
    return {row["reason"]: int(row["quantity"]) for row in rows}


async def list_sums(
    tx: Transaction,
    selection: OutcomeSelection,
    *,
    width: int,
    by: Iterable[Dimension],
    limit: int,
) -> list[OutcomeSum]:
    """Quantities in spans of `width` hours, told apart by some dimensions, by span."""
    reasons = selection.reasons
    named = "outcomes.reasons_all" if reasons is None else "outcomes.reasons_named"
    given = {} if reasons is None else {"reasons": texts(reasons)}
    rows = await tx.all(
        library().compose("outcomes.list_sums", reasons=library().fragment(named)),
        project_ids=integers(selection.project_ids),
        from_hour=selection.from_hour,
        until_hour=selection.until_hour,
        outcomes=integers(Outcome if selection.outcomes is None else selection.outcomes),
        categories=integers(DataCategory if selection.categories is None else selection.categories),
        width=width,
        limit=limit,
        **given,
        **{f"by_{each}": int(each in set(by)) for each in Dimension},
    )
    return [_sum(row) for row in rows]


def _sum(row: Row) -> OutcomeSum:
    category, outcome = row["category"], row["outcome"]
    return OutcomeSum(
        bucket=row["bucket"],
        project_id=row["project_id"],
        category=None if category is None else DataCategory(category),
        outcome=None if outcome is None else Outcome(outcome),
        reason=row["reason"],
        quantity=row["quantity"],
    )
