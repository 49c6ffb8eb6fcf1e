"""The activity log of issues. `triage` writes it with each change; `api` and `web` read it."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from urgentry.domain.activity import Activity, ActivityKind
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers


async def insert_entries(tx: Transaction, entries: Sequence[Activity]) -> None:
    """Writes entries."""
    await tx.many(
        "activity.insert_entries",
        [
            {
                "id": entry.id,
                "issue_id": entry.issue_id,
                "project_id": entry.project_id,
                "kind": str(entry.kind),
                "account_id": entry.account_id,
                "detail": orjson.dumps(entry.detail).decode(),
                "at": entry.at,
            }
            for entry in entries
        ],
    )


async def list_entries(
    tx: Transaction, issue_id: int, *, offset: int = 0, limit: int
) -> list[Activity]:
    """The log of an issue, newest first."""
    rows = await tx.all("activity.list_entries", issue_id=issue_id, offset=offset, limit=limit)
    return [_activity(row) for row in rows]


async def get_note(tx: Transaction, issue_id: int, activity_id: int) -> Activity | None:
    """A comment of an issue."""
    row = await tx.one("activity.get_entry", issue_id=issue_id, activity_id=activity_id)
    return _activity(row) if row and row["kind"] == ActivityKind.NOTE else None


async def set_detail(
    tx: Transaction, issue_id: int, activity_id: int, detail: dict[str, Any]
) -> None:
    """Changes what an entry says."""
    await tx.run(
        "activity.set_detail",
        issue_id=issue_id,
        activity_id=activity_id,
        detail=orjson.dumps(detail).decode(),
    )


async def delete_entry(tx: Transaction, issue_id: int, activity_id: int) -> None:
    """Takes an entry out of the log."""
    await tx.run("activity.delete_entry", issue_id=issue_id, activity_id=activity_id)


async def count_notes(tx: Transaction, issue_ids: Iterable[int]) -> dict[int, int]:
    """How many comments issues have; those without are left out."""
    rows = await tx.all("activity.count_notes", ids=integers(issue_ids))
    return {row["issue_id"]: row["notes"] for row in rows}


async def move_entries(tx: Transaction, issue_ids: Iterable[int], target_id: int) -> None:
    """Gives the logs of merged issues to the one that stays."""
    await tx.run("activity.move_entries", ids=integers(issue_ids), target_id=target_id)


def _activity(row: Row) -> Activity:
    return Activity(
        id=row["id"],
        issue_id=row["issue_id"],
        project_id=row["project_id"],
        kind=row["kind"],
        account_id=row["account_id"],
        detail=orjson.loads(row["detail"]),
        at=row["at"],
    )
