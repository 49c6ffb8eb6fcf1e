"""The errors and messages of a trace, from all projects that may be seen. Called by api and web."""

from collections.abc import Sequence
from typing import Any, Self

import msgspec

from urgentry.explore.traces import TraceScope
from urgentry.storage import events, issues, transactions
from urgentry.storage.database import Transaction
from urgentry.storage.events import StoredEvent

Json = dict[str, Any]

MOST_ERRORS = 1_000


class TraceError(msgspec.Struct, frozen=True, kw_only=True):
    """An error within a trace; `number` is that of its issue's short id."""

    stored: StoredEvent
    event: Json
    number: int | None

    @classmethod
    def of(cls, stored: StoredEvent, *, number: int | None) -> Self:
        """The error of a stored event."""
        return cls(stored=stored, event=stored.payload(), number=number)

    @property
    def span_id(self) -> str | None:
        """The span in which it happened, if it says so."""
        trace = (self.event.get("contexts") or {}).get("trace")
        found = trace.get("span_id") if isinstance(trace, dict) else None
        return found if isinstance(found, str) else None


async def errors_of_trace(tx: Transaction, scope: TraceScope) -> list[TraceError]:
    """Its errors, each with the number of its issue; the first ones where there are very many."""
    found = await _list_events(tx, scope)
    of_issues = await issues.list_issues(tx, sorted({event.issue_id for event in found}))
    numbers = {issue.id: issue.short_id for issue in of_issues}
    return [TraceError.of(event, number=numbers.get(event.issue_id)) for event in found]


async def count_errors_of_trace(tx: Transaction, scope: TraceScope) -> int:
    """How many errors it has."""
    return await transactions.count_events_of_trace(
        tx,
        scope.trace_id,
        scope.project_ids,
        now=scope.now,
        start=scope.start,
        end=scope.end,
    )


async def _list_events(tx: Transaction, scope: TraceScope) -> Sequence[StoredEvent]:
    places = await transactions.list_events_of_trace(
        tx, scope.trace_id, scope.project_ids, now=scope.now, limit=MOST_ERRORS
    )
    found = await events.list_at(tx, [(place.expires_day, place.row_id) for place in places])
    return [
        event
        for event in found
        if (scope.start is None or event.timestamp >= scope.start)
        and (scope.end is None or event.timestamp < scope.end)
    ]
