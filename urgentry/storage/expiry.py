"""What has outlived its retention, removed in chunks. Called by `jobs.retention` alone.

On PostgreSQL events go by the partition (`partitions.drop_expired`), and row by row only those that
came after their partition was dropped. A retention that was shortened holds for what comes after.
"""

from collections.abc import Sequence

from urgentry.domain.event import day_of, received_of
from urgentry.domain.issue import Issue
from urgentry.storage import issues
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import script

_FREE_PAGES = script("free pages", "PRAGMA freelist_count")


async def delete_events(tx: Transaction, today: int, *, limit: int) -> int:
    """Deletes events whose day of expiry has come and that stand in no partition of their own, with
    their payloads and ids; how many."""
    rows = await tx.all("expiry.list_events", today=today, limit=limit)
    for expires_day in sorted({row["expires_day"] for row in rows}):
        of_day = [row for row in rows if row["expires_day"] == expires_day]
        await _delete_day(tx, expires_day, of_day)
    return len(rows)


async def _delete_day(tx: Transaction, expires_day: int, rows: Sequence[Row]) -> None:
    """A block holds events of one day, so it may go with the first of them."""
    ids = integers(row["id"] for row in rows)
    await tx.run("leftovers.delete_bodies", expires_day=expires_day, ids=ids)
    packed = await tx.all("blocks.delete_packed", expires_day=expires_day, ids=ids)
    blocks = integers(sorted({row["block_id"] for row in packed}))
    await tx.run("expiry.delete_blocks", expires_day=expires_day, ids=blocks)
    tx.defer(
        "expiry.delete_event_ids",
        [
            {"slice": day, "project_id": row["project_id"], "event_id": row["event_id"]}
            for row in rows
            for day in _slices(row["id"])
        ],
    )
    await tx.run("leftovers.delete_events", expires_day=expires_day, ids=ids)


def _slices(row_id: int) -> tuple[int, int]:
    """The slices in which an event's id was taken: that of its receipt, or the next."""
    received_day = day_of(received_of(row_id))
    return received_day, received_day + 1


async def longest_retention(tx: Transaction) -> int:
    """Days: the longest that any project asks for; 0 when there is no project."""
    days: int | None = await tx.value("expiry.longest_retention")
    return days or 0


async def list_silent_issues(tx: Transaction, now: int, *, limit: int) -> list[tuple[int, Issue]]:
    """Issues that have had no event for as long as their project keeps events, each behind its
    organization."""
    rows = await tx.all("expiry.list_silent_issues", now=now, limit=limit)
    found = {issue.id: issue for issue in await issues.list_issues(tx, [row["id"] for row in rows])}
    return [(row["organization_id"], found[row["id"]]) for row in rows if row["id"] in found]


async def delete_hours(tx: Transaction, before_hour: int, *, limit: int) -> int:
    """Deletes hours of hashes before an hour; how many."""
    return await tx.run("expiry.delete_hours", before=before_hour, limit=limit)


async def delete_tagsets(tx: Transaction, before_day: int, *, limit: int) -> int:
    """Deletes sets of tags that no event has had since a day; how many."""
    return await tx.run("expiry.delete_tagsets", before=before_day, limit=limit)


async def delete_strangers(
    tx: Transaction, before: int, *, after: tuple[int, int], limit: int
) -> tuple[int, int] | None:
    """Deletes users who were first seen before a time and whom no issue knows any more, among the
    next `limit` users; the place (project and user) to go on from, None at the end."""
    project_id, user_key = after
    rows = await tx.all("expiry.list_users", project_id=project_id, user_key=user_key, limit=limit)
    strangers = [row for row in rows if row["first_seen"] < before and not row["is_known"]]
    tx.defer(
        "expiry.delete_users",
        [{"project_id": row["project_id"], "user_key": row["user_key"]} for row in strangers],
    )
    return (rows[-1]["project_id"], rows[-1]["user_key"]) if len(rows) == limit else None


async def count_free_pages(tx: Transaction) -> int:
    """Pages of a SQLite file that hold nothing."""
    pages: int = await tx.value(_FREE_PAGES)
    return pages


async def give_back_pages(tx: Transaction, *, pages: int) -> int:
    """Gives free pages of a SQLite file back to the file system, so many (not 0, which would be
    all) at most; how many are left."""
    await tx.run(script("give back", f"PRAGMA incremental_vacuum({pages:d})"))
    return await count_free_pages(tx)
