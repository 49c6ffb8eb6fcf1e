"""A transaction as the API shows an event: its spans among its entries, and no issue."""

from collections.abc import Iterable
from typing import Any

from urgentry.api.shapes.events import event_details
from urgentry.api.shapes.signals import seconds, span_id
from urgentry.api.timestamps import iso
from urgentry.domain.issue import Level
from urgentry.domain.project import Project
from urgentry.explore.listing import Found
from urgentry.storage.events import StoredEvent
from urgentry.storage.transactions import StoredTransaction
from urgentry.telemetry import names
from urgentry.telemetry.signal import Signal

Json = dict[str, Any]

_MS = 1_000
_OWN = frozenset(
    {
        *(names.OP, names.DESCRIPTION, names.STATUS, names.ORIGIN, names.EXCLUSIVE_MS),
        *(names.DURATION_MS, names.IS_SEGMENT, names.LINKS),
    }
)


def transaction_page(
    stored: StoredTransaction, event: Json, spans: Iterable[Found], *, release: Json | None
) -> Json:
    """A whole transaction."""
    shown = event_details(_as_event(stored), event)
    listed = [_span(found.signal) for found in spans]
    return {
        **shown,
        "groupID": None,
        "type": "transaction",
        "startTimestamp": event.get("start_timestamp"),
        "endTimestamp": event.get("timestamp"),
        "measurements": event.get("measurements"),
        "entries": [{"type": "spans", "data": listed}, *shown["entries"]],
        "release": release,
        "userReport": None,
        "sdkUpdates": [],
        "resolvedWith": [],
        "nextEventID": None,
        "previousEventID": None,
    }


def transaction_json(
    stored: StoredTransaction, event: Json, spans: Iterable[Found], project: Project
) -> Json:
    """The transaction as it was sent, normalised."""
    return {
        **event,
        "event_id": stored.event_id,
        "project": project.id,
        "datetime": iso(stored.timestamp),
        "spans": [_span(found.signal) for found in spans],
    }


def _as_event(stored: StoredTransaction) -> StoredEvent:
    return StoredEvent(
        id=stored.id,
        project_id=stored.project_id,
        issue_id=0,
        hash_id=0,
        event_id=stored.event_id,
        timestamp=stored.timestamp,
        environment_id=0,
        release_id=None,
        level=Level.INFO,
        codec=stored.codec,
        body=stored.body,
    )


def _span(signal: Signal) -> Json:
    said = signal.attributes
    took = said.get(names.DURATION_MS)
    start = seconds(signal.at)
    return {
        "span_id": span_id(signal.span_id),
        "parent_span_id": span_id(signal.parent_id),
        "trace_id": signal.trace_id.hex(),
        "segment_id": span_id(signal.segment_id),
        "op": said.get(names.OP),
        "description": said.get(names.DESCRIPTION),
        "status": said.get(names.STATUS),
        "origin": said.get(names.ORIGIN),
        "start_timestamp": start,
        "timestamp": start + (took if isinstance(took, int | float) else 0) / _MS,
        "exclusive_time": said.get(names.EXCLUSIVE_MS),
        "data": {name: value for name, value in said.items() if name not in _OWN},
    }
