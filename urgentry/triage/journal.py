"""What a change leaves behind beside the rows it changes: the log and the feed."""

from collections.abc import Iterable
from typing import Any

import msgspec

from urgentry.domain.activity import Activity, ActivityKind
from urgentry.domain.event import new_row_id
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.domain.issue import Issue
from urgentry.storage import activity, feed
from urgentry.storage.database import Transaction


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes something, and where; `account_id` is None for an organization's token."""

    organization_id: int
    account_id: int | None


class Journal:
    """Gathers entries during a transaction and writes them at its end, in two statements."""

    def __init__(self, by: Actor, at: int) -> None:
        self.by = by
        self.at = at
        self._activities: list[Activity] = []
        self._actions: dict[tuple[int, int], dict[str, Any]] = {}

    def log(self, issue: Issue, kind: ActivityKind, **detail: Any) -> Activity:
        """Enters what happened into the issue's log, and tells the feed."""
        entry = Activity(
            id=new_row_id(self.at + len(self._activities)),
            issue_id=issue.id,
            project_id=issue.project_id,
            kind=kind.value,
            account_id=self.by.account_id,
            detail=detail,
            at=self.at,
        )
        self._activities.append(entry)
        self.tell(issue.project_id, issue.id, kind.value)
        return entry

    def tell(self, project_id: int, issue_id: int, action: str, **detail: Any) -> None:
        """Tells the feed alone; of several actions on an issue the last is named."""
        by = {"action": action, "by": self.by.account_id}
        self._actions[project_id, issue_id] = by | detail

    async def write(self, tx: Transaction) -> None:
        """Writes everything; the last thing that a transaction does."""
        await activity.insert_entries(tx, self._activities)
        feed.append(tx, list(self._entries()))

    def _entries(self) -> Iterable[FeedEntry]:
        for (project_id, issue_id), detail in self._actions.items():
            yield FeedEntry(
                kind=FeedKind.ISSUE,
                organization_id=self.by.organization_id,
                project_id=project_id,
                issue_id=issue_id,
                detail=detail,
                at=self.at,
            )
