"""Pages of events, newest first, cut by the time of the last event on them."""

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_question import read_environments, read_span
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.events import event_details, event_row
from urgentry.domain.condition import ALWAYS, AllOf, Condition
from urgentry.search.events import event_condition, in_environments, within_span
from urgentry.search.scope import SearchScope
from urgentry.storage import events
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventPlace, EventSelection, StoredEvent


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events in order of the list, and whether there are more in either direction."""

    events: list[StoredEvent]
    has_previous: bool
    has_following: bool


def read_selection(
    call: Call, access: Access, *, project_id: int, issue_id: int | None = None
) -> EventSelection:
    """The events that `query`, `environment` and the period ask for."""
    now = clock.now()
    scope = SearchScope(
        organization_id=access.organization.id,
        project_ids=(project_id,),
        account_id=access.account_id,
        now=now,
    )
    span = read_span(call, now)
    parts: tuple[Condition, ...] = (
        event_condition(call.query.get("query") or "", scope),
        in_environments(read_environments(call)),
        within_span((span.start, span.end)),
    )
    return EventSelection(
        organization_id=access.organization.id,
        project_id=project_id,
        issue_id=issue_id,
        condition=AllOf(tuple(part for part in parts if part != ALWAYS)),
    )


async def read_page(call: Call, tx: Transaction, selection: EventSelection) -> EventPage:
    """The page that the request's cursor names. ApiError 400 for a sample: the order is time's."""
    refuse_options(call, "sample")
    cursor, size = read_cursor(call), read_per_page(call)
    place = _place(cursor)
    if cursor is not None and cursor.is_previous:
        newer = await events.list_oldest(tx, selection, after=place, limit=size + 1)
        kept = newer[:size][::-1]
        return EventPage(events=kept, has_previous=len(newer) > size, has_following=True)
    older = await events.list_newest(tx, selection, before=place, limit=size + 1)
    return EventPage(
        events=older[:size], has_previous=place is not None, has_following=len(older) > size
    )


def answer_page(call: Call, page: EventPage) -> Response:
    """The answer of a list; with `full` its events are whole."""
    is_full = (call.query.get("full") or "").lower() in ("1", "true")
    shape = event_details if is_full else event_row
    content = [shape(stored, stored.payload()) for stored in page.events]
    return json_response(content, headers=_headers(call, page))


def _headers(call: Call, page: EventPage) -> dict[str, str]:
    first = _cursor(page.events[0], is_previous=True) if page.events else Cursor()
    last = _cursor(page.events[-1], is_previous=False) if page.events else Cursor()
    return link_headers(
        call,
        previous=first,
        has_previous=page.has_previous,
        following=last,
        has_following=page.has_following,
    )


def _cursor(stored: StoredEvent, *, is_previous: bool) -> Cursor:
    return Cursor(stored.timestamp, stored.id, is_previous)


def _place(cursor: Cursor | None) -> EventPlace | None:
    if cursor is None or (cursor.value, cursor.offset) == (0, 0):
        return None
    return EventPlace(timestamp=cursor.value, row_id=cursor.offset)
