"""The change log: appended to as the last step of a write, followed by polling its numbers."""

from collections.abc import Sequence

import orjson

from urgentry import clock
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.storage.database import Row, Transaction


def append(tx: Transaction, entries: Sequence[FeedEntry]) -> None:
    """Appends entries. Call it last in a transaction: it holds the head of the log until the
    commit, which is what makes numbers follow commit order."""
    if not entries:
        return
    at = clock.now()
    tx.defer("feed.advance_head", [{"count": len(entries)}])
    tx.defer(
        "feed.insert_entries",
        [
            {
                "back": back,
                "at": entry.at or at,
                "kind": entry.kind.value,
                "organization_id": entry.organization_id,
                "project_id": entry.project_id,
                "issue_id": entry.issue_id,
                "detail": orjson.dumps(entry.detail).decode(),
            }
            for back, entry in zip(reversed(range(len(entries))), entries, strict=True)
        ],
    )


async def get_head(tx: Transaction) -> int:
    """The number of the newest entry, 0 when there is none."""
    head: int = await tx.value("feed.get_head")
    return head


async def list_after(tx: Transaction, seq: int, *, limit: int) -> list[FeedEntry]:
    """Entries with a higher number, oldest first."""
    rows = await tx.all("feed.list_after", seq=seq, limit=limit)
    return [_entry(row) for row in rows]


async def delete_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Deletes up to `limit` entries older than a time; how many it deleted."""
    return await tx.run("feed.delete_before", at=at, limit=limit)


def _entry(row: Row) -> FeedEntry:
    return FeedEntry(
        kind=FeedKind(row["kind"]),
        organization_id=row["organization_id"],
        project_id=row["project_id"],
        issue_id=row["issue_id"],
        detail=orjson.loads(row["detail"]),
        at=row["at"],
        seq=row["seq"],
    )
