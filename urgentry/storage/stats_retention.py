"""Statistics that are old enough to be forgotten, a chunk at a time. Housekeeping calls it."""

from urgentry.domain.event import day_of, hour_of
from urgentry.storage.database import Transaction


async def delete_open_sessions(tx: Transaction, at: int, /, *, limit: int) -> int:
    """Sessions of which no update is taken any more; how many rows it deleted."""
    return await tx.run("stats_retention.delete_open_sessions", day=day_of(at), limit=limit)


async def delete_session_hours(tx: Transaction, at: int, /, *, limit: int) -> int:
    """Counts of sessions that are older than their project keeps things."""
    return await tx.run("stats_retention.delete_session_hours", hour=hour_of(at), limit=limit)


async def delete_user_sets(tx: Transaction, at: int, /, *, limit: int) -> int:
    """The users of such sessions."""
    deleted = 0
    for width in (1, 24):
        deleted += await tx.run(
            "stats_retention.delete_user_sets", hour=hour_of(at), width=width, limit=limit - deleted
        )
    return deleted


async def delete_outcomes(tx: Transaction, before: int, /, *, limit: int) -> int:
    """What became of items before a time."""
    return await tx.run("stats_retention.delete_outcomes", hour=hour_of(before), limit=limit)
