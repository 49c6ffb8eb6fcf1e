"""An `event` item: parse → normalize → filter → group → prepare."""

from typing import Any

from urgentry.domain.event import PreparedEvent
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.filters import filter_event
from urgentry.ingest.group import group
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json
from urgentry.ingest.prepare import prepare_event
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Reason, invalid

Event = dict[str, Any]

_OTHER_TYPES = frozenset({"transaction", "feedback", "replay_event"})


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """One event for the store."""
    return Reading(records=[prepare(item.payload, receipt)])


def prepare(
    payload: bytes, receipt: Receipt, *, category: DataCategory = DataCategory.ERROR
) -> PreparedEvent:
    """The event as the store wants it. `Rejected` when it cannot be one, or the
    project does not want it."""
    parsed = parse_event_json(payload, receipt.credentials.client)
    kind = parsed.get("type")
    if isinstance(kind, str) and kind in _OTHER_TYPES:
        raise invalid(
            Reason.FEATURE_DISABLED, f"events of type {kind} are not stored", category=category
        )
    return finish(normalized(parsed, receipt, receipt.event_id), receipt, category=category)


def normalized(parsed: Event, receipt: Receipt, event_id: bytes) -> Event:
    """A parsed payload in the form that is stored."""
    return normalize_event(
        parsed,
        NormalizeContext(
            event_id=event_id.hex(),
            project_id=receipt.scope.project_id,
            key_id=str(receipt.scope.key_id),
            received=receipt.received,
            sent_at=receipt.sent_at,
            client_ip=receipt.client_ip,
            user_agent=receipt.user_agent,
            sdk_client=receipt.credentials.client,
        ),
    )


def finish(event: Event, receipt: Receipt, *, category: DataCategory) -> PreparedEvent:
    """The rest of the way of a normalised event, whichever item brought it."""
    scope = receipt.scope
    filter_event(event, scope.filters, client_ip=receipt.client_ip)
    grouped = group(event, scope.grouping, at=receipt.received)
    return prepare_event(event, grouped, scope, received=receipt.received, category=category)
