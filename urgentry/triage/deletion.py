"""Issues go at once, with their logs and bookmarks; a job removes the events that they leave."""

from collections.abc import Sequence

from urgentry.domain.issue import Issue
from urgentry.storage import regrouping
from urgentry.storage.database import Transaction
from urgentry.triage.journal import Actor, Journal


async def delete(tx: Transaction, found: Sequence[Issue], *, by: Actor, at: int) -> None:
    """Deletes issues, as the last thing that the transaction does. An event of the same kind that
    comes later makes a new issue."""
    await regrouping.delete_issues(tx, sorted(issue.id for issue in found), at=at)
    journal = Journal(by, at)
    for issue in found:
        journal.tell(issue.project_id, issue.id, "deleted")
    await journal.write(tx)
