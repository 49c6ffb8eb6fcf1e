"""What became of received items, as people read it; `rollups` writes it."""

from collections.abc import Iterable

from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers


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
