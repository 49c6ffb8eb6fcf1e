"""What deleted issues leave: the events and roll-ups of their hashes, removed in chunks."""

from collections.abc import Sequence

from urgentry.domain.event import day_of, received_of
from urgentry.storage import attachments, blocks, feedback, transactions
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers

_LARGE = ("leftovers.delete_hours", "leftovers.delete_tags", "leftovers.delete_users")
_SMALL = (
    "leftovers.delete_environments",
    "leftovers.delete_releases",
    "leftovers.delete_tag_keys",
    "leftovers.delete_sketch",
)


async def list_deleted_hashes(tx: Transaction, *, limit: int) -> list[int]:
    """Hashes (by id) of which something is left, the oldest first."""
    rows = await tx.all("leftovers.list_deleted_hashes", limit=limit)
    return [row["hash_id"] for row in rows]


async def delete_chunk(tx: Transaction, hash_id: int, *, limit: int) -> bool:
    """Removes up to `limit` rows of each kind; whether the hash is now forgotten."""
    events = await tx.all("leftovers.list_events", hash_id=hash_id, limit=limit)
    await _delete_events(tx, events)
    if len(events) == limit:
        return False
    for query in _LARGE:
        if await tx.run(query, hash_id=hash_id, limit=limit) >= limit:
            return False
    for query in _SMALL:
        await tx.run(query, hash_id=hash_id)
    await tx.run("leftovers.forget", hash_id=hash_id)
    return True


async def _delete_events(tx: Transaction, events: Sequence[Row]) -> None:
    """An event's id was taken in the slice of the day on which its batch was written: that of its
    receipt, or the next."""
    for expires_day in sorted({row["expires_day"] for row in events}):
        of_day = [row["id"] for row in events if row["expires_day"] == expires_day]
        ids = integers(of_day)
        await tx.run("leftovers.delete_bodies", expires_day=expires_day, ids=ids)
        await blocks.delete_payloads(tx, expires_day=expires_day, event_ids=of_day)
        await tx.run("leftovers.delete_events", expires_day=expires_day, ids=ids)
    for project_id in sorted({row["project_id"] for row in events}):
        rows = [row["id"] for row in events if row["project_id"] == project_id]
        await transactions.delete_trace_events(tx, project_id, rows)
    for row in events:
        await attachments.delete_of_event(tx, row["project_id"], row["event_id"])
        await feedback.delete_of_event(tx, row["project_id"], row["event_id"])
        received_day = day_of(received_of(row["id"]))
        await tx.run(
            "leftovers.delete_event_id",
            first_slice=received_day,
            last_slice=received_day + 1,
            project_id=row["project_id"],
            event_id=row["event_id"],
        )
