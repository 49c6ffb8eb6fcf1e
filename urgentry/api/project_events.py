"""Events of a project: the list, one, and one as it is stored."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, found, not_found
from urgentry.api.endpoint import Call, json_response
from urgentry.api.event_listing import answer_page, read_page, read_selection
from urgentry.api.issue_events import shape_event
from urgentry.api.issue_lookup import read_event_id
from urgentry.api.project_transactions import show_transaction, show_transaction_json
from urgentry.api.shapes.events import event_json
from urgentry.domain.project import Project
from urgentry.grouping import grouping_info
from urgentry.ingest.group import explain
from urgentry.storage import events
from urgentry.storage.database import Transaction
from urgentry.storage.events import StoredEvent
from urgentry.tenancy.grouping import grouping_settings_of


async def list_events(call: Call) -> Response:
    """Events of a project that a search finds, newest first."""
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        selection = read_selection(call, access, project_id=_project(access).id)
        page = await read_page(call, tx, selection)
    return answer_page(call, page)


async def show_event(call: Call) -> Response:
    """One event, or a transaction with its spans."""
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        stored = await _find(call, tx, access)
        if stored is not None:
            content = await shape_event(call, tx, access, stored)
    return json_response(content) if stored else await show_transaction(call, access)


async def show_json(call: Call) -> Response:
    """One event or transaction as it is stored, normalised."""
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        stored = await _find(call, tx, access)
    if stored is None:
        return await show_transaction_json(call, access)
    return json_response(event_json(stored, _project(access)))


async def show_grouping(call: Call) -> Response:
    """Why an event is of its issue: the ways in which it can be grouped, with every part. No ways
    for an event that no released configuration grouped."""
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        stored = found(await _find(call, tx, access))
    event = stored.payload()
    grouping = explain(event, grouping_settings_of(_project(access)))
    if grouping is None:
        return json_response({"grouping_config": None, "variants": {}})
    return json_response(grouping_info(grouping, event.get("hashes")))


async def _find(call: Call, tx: Transaction, access: Access) -> StoredEvent | None:
    event_id = read_event_id(call.path("event"))
    if event_id is None:
        raise not_found()
    return await events.get_event(tx, [_project(access).id], event_id, now=clock.now())


def _project(access: Access) -> Project:
    if access.project is None:
        raise not_found()
    return access.project
