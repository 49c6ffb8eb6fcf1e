"""Comments on issues; entries of the log that only their author may change."""

from urgentry.domain.activity import Activity, ActivityKind
from urgentry.domain.issue import Issue
from urgentry.storage import activity
from urgentry.storage.database import Transaction
from urgentry.triage.journal import Actor, Journal

MAX_NOTE_CHARS = 10_000


async def comment(tx: Transaction, issue: Issue, text: str, *, by: Actor, at: int) -> Activity:
    """Adds a comment, as the last thing that the transaction does."""
    journal = Journal(by, at)
    entry = journal.log(issue, ActivityKind.NOTE, text=text)
    await journal.write(tx)
    return entry


async def change_note(tx: Transaction, note: Activity, text: str) -> None:
    """Changes what a comment says."""
    await activity.set_detail(tx, note.issue_id, note.id, note.detail | {"text": text})


async def delete_note(tx: Transaction, issue: Issue, note: Activity, *, by: Actor, at: int) -> None:
    """Removes a comment, as the last thing that the transaction does."""
    await activity.delete_entry(tx, issue.id, note.id)
    journal = Journal(by, at)
    journal.tell(issue.project_id, issue.id, "note_deleted")
    await journal.write(tx)
