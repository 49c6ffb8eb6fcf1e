"""What people said about events: written by ingest, listed by event and by project."""

from collections.abc import Sequence

import msgspec

from urgentry import clock
from urgentry.domain.event import row_id_at
from urgentry.domain.feedback import Feedback
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import ids_by_day, integers

_MOST_COUNTED = 1_000
_MOST_DAYS = 7


class NewFeedback(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `feedback`."""

    expires_day: int
    id: int
    project_id: int
    event_id: bytes
    feedback_id: bytes
    name: str
    email: str
    comments: str


async def insert_feedback(tx: Transaction, rows: Sequence[NewFeedback]) -> set[int]:
    """Writes feedback; the ids of that which was new."""
    written = await tx.many(
        "feedback.insert_feedback",
        [
            msgspec.structs.asdict(row)
            for row in sorted(rows, key=lambda row: (row.project_id, row.feedback_id))
        ],
    )
    return {row["id"] for row in written}


async def list_of_event(
    tx: Transaction, project_id: int, event_id: str, *, today: int, limit: int
) -> list[Feedback]:
    """What was said about an event (its client's id), the newest first."""
    rows = await tx.all(
        "feedback.list_of_event",
        project_id=project_id,
        event_id=bytes.fromhex(event_id),
        today=today,
        limit=limit,
    )
    return [_feedback(row) for row in rows]


async def list_of_project(
    tx: Transaction, project_id: int, *, today: int, before: int, limit: int
) -> list[Feedback]:
    """What was said in a project, the newest first, from rows with an id below `before` on."""
    rows = await tx.all(
        "feedback.list_of_project",
        project_id=project_id,
        today=today,
        before=before,
        limit=limit,
    )
    return [_feedback(row) for row in rows]


async def count_of_issue(tx: Transaction, project_id: int, issue_id: int, *, today: int) -> int:
    """How often something was said about the events of an issue, in the project's newest thousand
    lines, and of events that were received in the week before it."""
    count: int | None = await tx.value(
        "feedback.count_of_issue",
        project_id=project_id,
        issue_id=issue_id,
        today=today,
        limit=_MOST_COUNTED,
        rows_a_day=row_id_at(clock.DAY),
        ages=integers(range(-1, _MOST_DAYS + 1)),
    )
    return count or 0


async def delete_of_event(tx: Transaction, project_id: int, event_id: bytes) -> None:
    """Removes what was said about an event that is deleted, and the line of a deleted event of
    feedback."""
    await tx.run("feedback.delete_of_event", project_id=project_id, event_id=event_id)


async def delete_expired(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Removes up to `limit` rows whose retention is over; how many it removed."""
    rows = await tx.all("feedback.list_expired", today=today, limit=limit)
    for day, ids in ids_by_day(rows):
        await tx.run("feedback.delete_expired", expires_day=day, ids=ids)
    return len(rows)


def _feedback(row: Row) -> Feedback:
    return Feedback(
        id=row["id"],
        project_id=row["project_id"],
        event_id=bytes(row["event_id"]).hex(),
        feedback_id=bytes(row["feedback_id"]).hex(),
        name=row["name"],
        email=row["email"],
        comments=row["comments"],
    )
