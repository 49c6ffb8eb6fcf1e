"""Attachments: written with their event or after it, listed by event, removed with it."""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.domain.attachment import Attachment
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import ids_by_day, integers


class NewAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `attachment`."""

    expires_day: int
    id: int
    project_id: int
    event_id: bytes
    kind: str
    name: str
    content_type: str
    size: int
    sha1: bytes
    blob_key: str
    hash_id: int | None = None
    """Of a crash report's event."""


async def insert_attachments(tx: Transaction, rows: Sequence[NewAttachment]) -> set[int]:
    """Writes attachments; the ids of those that were new. The same name and content at the same
    event is there already."""
    written = await tx.many(
        "attachments.insert_attachments",
        [
            msgspec.structs.asdict(row)
            for row in sorted(rows, key=lambda row: (row.project_id, row.event_id, row.name))
        ],
    )
    return {row["id"] for row in written}


async def count_reports(tx: Transaction, hash_ids: Iterable[int]) -> dict[int, int]:
    """How many crash reports hashes have, by hash."""
    rows = await tx.all("attachments.count_reports", hash_ids=integers(hash_ids))
    return {row["hash_id"]: row["reports"] for row in rows}


async def list_attachments(
    tx: Transaction, project_id: int, event_id: str, *, today: int
) -> list[Attachment]:
    """The attachments of an event (its client's id), the oldest first."""
    rows = await tx.all(
        "attachments.list_attachments",
        project_id=project_id,
        event_id=bytes.fromhex(event_id),
        today=today,
    )
    return [_attachment(row) for row in rows]


async def get_attachment(
    tx: Transaction, project_id: int, event_id: str, attachment_id: int, *, today: int
) -> Attachment | None:
    """One attachment of an event."""
    row = await tx.one(
        "attachments.get_attachment",
        project_id=project_id,
        event_id=bytes.fromhex(event_id),
        id=attachment_id,
        today=today,
    )
    return _attachment(row) if row else None


async def delete_attachment(tx: Transaction, project_id: int, attachment_id: int) -> None:
    """Removes one; the sweeper removes its blob."""
    await tx.run("attachments.delete_attachment", project_id=project_id, id=attachment_id)


async def delete_of_event(tx: Transaction, project_id: int, event_id: bytes) -> None:
    """Removes the attachments of an event that is deleted."""
    await tx.run("attachments.delete_of_event", project_id=project_id, event_id=event_id)


async def delete_expired(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Removes up to `limit` attachments whose retention is over; how many it removed."""
    rows = await tx.all("attachments.list_expired", today=today, limit=limit)
    for day, ids in ids_by_day(rows):
        await tx.run("attachments.delete_expired", expires_day=day, ids=ids)
    return len(rows)


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row["id"],
        project_id=row["project_id"],
        event_id=bytes(row["event_id"]).hex(),
        kind=row["kind"],
        name=row["name"],
        content_type=row["content_type"],
        size=row["size"],
        sha1=bytes(row["sha1"]).hex(),
        blob_key=row["blob_key"],
    )
