"""What keys took of their limits, summed over all replicas. Called by ingest and housekeeping."""

from collections.abc import Mapping

from urgentry import clock
from urgentry.storage.database import Transaction

UsageKey = tuple[int, int]
"""Key id, and the second since the epoch in which the window began."""


def add_usage(tx: Transaction, events: Mapping[UsageKey, int]) -> None:
    """Counts events of a batch."""
    tx.defer(
        "usage.add_usage",
        [
            {"key_id": key_id, "window_start": window_start, "events": count}
            for (key_id, window_start), count in sorted(events.items())
        ],
    )


async def list_usage(tx: Transaction, *, since: int) -> dict[UsageKey, int]:
    """What was taken in windows that began at or after a second."""
    rows = await tx.all("usage.list_usage", since=since)
    return {(row["key_id"], row["window_start"]): row["events"] for row in rows}


async def delete_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets windows that began before a time in microseconds; how many rows it deleted."""
    return await tx.run("usage.delete_before", at=at // clock.SECOND, limit=limit)
