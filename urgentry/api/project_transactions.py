"""Transactions of a project by the ids of their events, beside the errors of `project_events`."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, found, not_found
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_lookup import read_event_id
from urgentry.api.shapes.releases import release_shape
from urgentry.api.shapes.transactions import transaction_json, transaction_page
from urgentry.explore.listing import Found
from urgentry.explore.traces import TraceScope, signals_of_trace
from urgentry.storage import releases, transactions
from urgentry.storage.database import Transaction
from urgentry.storage.transactions import StoredTransaction
from urgentry.telemetry.signal import Kind


async def show_transaction(call: Call, access: Access) -> Response:
    """A whole transaction. ApiError 404 when the path's event is none."""
    stored = await _find(call, access)
    event, spans = stored.payload(), await _spans(call, access, stored)
    version = event.get("release")
    async with call.database.read() as tx:
        release = await _release(tx, access, version) if version else None
    return json_response(transaction_page(stored, event, spans, release=release))


async def show_transaction_json(call: Call, access: Access) -> Response:
    """A transaction as it is stored. ApiError 404 when the path's event is none."""
    stored = await _find(call, access)
    spans = await _spans(call, access, stored)
    return json_response(transaction_json(stored, stored.payload(), spans, found(access.project)))


async def _find(call: Call, access: Access) -> StoredTransaction:
    event_id = read_event_id(call.path("event"))
    if event_id is None:
        raise not_found()
    async with call.database.read() as tx:
        ids = [found(access.project).id]
        return found(await transactions.get_transaction(tx, ids, event_id, now=clock.now()))


async def _spans(call: Call, access: Access, stored: StoredTransaction) -> list[Found]:
    """Those of the transaction's own segment, but for the segment itself."""
    scope = TraceScope(
        organization_id=access.organization.id,
        project_ids=[stored.project_id],
        trace_id=stored.trace_id,
        now=clock.now(),
        segment_id=stored.span_id,
    )
    async with call.deps.desk.work() as work:
        spans = await signals_of_trace(work, scope, Kind.SPAN)
    return [each for each in spans if each.signal.span_id != stored.span_id]


async def _release(tx: Transaction, access: Access, version: str) -> dict[str, object] | None:
    release = await releases.find_release(tx, access.organization.id, version)
    return release_shape(release, []) if release else None
