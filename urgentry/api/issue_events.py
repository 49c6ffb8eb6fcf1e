"""Events of an issue: the list, and one with its neighbours."""

from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, not_found
from urgentry.api.endpoint import Call, json_response
from urgentry.api.event_listing import answer_page, read_page, read_selection
from urgentry.api.issue_lookup import enter_issue, read_event_id
from urgentry.api.issue_question import read_environments
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.events import Neighbours, event_page
from urgentry.api.shapes.releases import release_shape
from urgentry.domain.issue import Issue
from urgentry.search.events import in_environments
from urgentry.storage import events, releases
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventSelection, StoredEvent, place_of

Json = dict[str, Any]


async def list_events(call: Call) -> Response:
    """Events of an issue that a search finds, newest first."""
    async with call.database.read() as tx:
        access, issue = await enter_issue(call, tx, "event:read")
        page = await read_page(call, tx, _selection(call, access, issue))
    return answer_page(call, page)


async def show_event(call: Call) -> Response:
    """An event of an issue: by id, or `latest`, `oldest`, `recommended`."""
    async with call.database.read() as tx:
        access, issue = await enter_issue(call, tx, "event:read")
        stored = await _find(call, tx, access, issue)
        if stored is None:
            raise not_found()
        content = await shape_event(call, tx, access, stored)
    return json_response(content)


async def shape_event(call: Call, tx: Transaction, access: Access, stored: StoredEvent) -> Json:
    """A whole event with its release and the events beside it, within the environments asked."""
    refuse_options(call, "llmFormat")
    selection = EventSelection(
        organization_id=access.organization.id,
        project_id=stored.project_id,
        issue_id=stored.issue_id,
        condition=in_environments(read_environments(call)),
    )
    place = place_of(stored)
    following = await events.list_oldest(tx, selection, after=place, limit=1)
    previous = await events.list_newest(tx, selection, before=place, limit=1)
    event = stored.payload()
    return event_page(
        stored,
        event,
        release=await _release(tx, access, event.get("release")),
        neighbours=Neighbours(
            following=following[0].event_id if following else None,
            previous=previous[0].event_id if previous else None,
        ),
    )


async def _release(tx: Transaction, access: Access, version: str | None) -> Json | None:
    if not version:
        return None
    release = await releases.find_release(tx, access.organization.id, version)
    return release_shape(release, []) if release else None


async def _find(call: Call, tx: Transaction, access: Access, issue: Issue) -> StoredEvent | None:
    name = call.path("event")
    selection = _selection(call, access, issue)
    if name in ("latest", "recommended"):
        return next(iter(await events.list_newest(tx, selection, limit=1)), None)
    if name == "oldest":
        return next(iter(await events.list_oldest(tx, selection, limit=1)), None)
    event_id = read_event_id(name)
    if event_id is None:
        return None
    stored = await events.get_event(tx, [issue.project_id], event_id, now=clock.now())
    return stored if stored and stored.issue_id == issue.id else None


def _selection(call: Call, access: Access, issue: Issue) -> EventSelection:
    return read_selection(call, access, project_id=issue.project_id, issue_id=issue.id)
