"""What became of received items, as people read it; `rollups` writes it."""

from collections.abc import Iterable
from typing import NamedTuple

from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers


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
