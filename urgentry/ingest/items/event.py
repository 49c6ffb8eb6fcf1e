"""An `event` item: parse → normalize → filter → scrub → group → prepare."""

from typing import Any

from urgentry.domain.event import PreparedEvent
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.filters import filter_event
from urgentry.ingest.group import group
from urgentry.ingest.normalize import (
    NormalizeContext,
    normalize_event,
    normalize_plain,
    parse_event_json,
)
from urgentry.ingest.prepare import prepare_event
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scrub import scrub_event
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Reason, invalid

Event = dict[str, Any]

_OTHER_TYPES = frozenset({"transaction", "feedback", "replay_event"})


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """One event for the store."""
    return Reading(records=[prepare(item.payload, receipt, replay_id=replay_of(envelope))])


def replay_of(envelope: Envelope) -> str | None:
    """The session replay that the envelope's trace belongs to."""
    trace = envelope.headers.get("trace")
    replay_id = parse_event_id(trace.get("replay_id")) if isinstance(trace, dict) else None
    return replay_id.hex() if replay_id else None


def prepare(
    payload: bytes,
    receipt: Receipt,
    *,
    category: DataCategory = DataCategory.ERROR,
    replay_id: str | None = None,
) -> PreparedEvent:
    """The event as the store wants it. `Rejected` when it cannot be one, or the
    project does not want it."""
    event = normalize_plain(payload, _known_of(receipt, receipt.event_id, replay_id))
    if event is None:
        parsed = _parse(payload, receipt, category)
        event = normalized(parsed, receipt, receipt.event_id, replay_id=replay_id)
    return finish(event, receipt, category=category)


def _parse(payload: bytes, receipt: Receipt, category: DataCategory) -> Event:
    parsed = parse_event_json(payload, receipt.credentials.client)
    kind = parsed.get("type")
    if isinstance(kind, str) and kind in _OTHER_TYPES:
        raise invalid(
            Reason.FEATURE_DISABLED, f"events of type {kind} are not stored", category=category
        )
    return parsed


def normalized(
    parsed: Event, receipt: Receipt, event_id: bytes, *, replay_id: str | None = None
) -> Event:
    """A parsed payload in the form that is stored."""
    return normalize_event(parsed, _known_of(receipt, event_id, replay_id))


def _known_of(receipt: Receipt, event_id: bytes, replay_id: str | None) -> NormalizeContext:
    """What is known of an event beside its payload."""
    return NormalizeContext(
        event_id=event_id.hex(),
        project_id=receipt.scope.project_id,
        key_id=str(receipt.scope.key_id),
        received=receipt.received,
        sent_at=receipt.sent_at,
        client_ip=receipt.client_ip,
        user_agent=receipt.user_agent,
        client_hints=receipt.client_hints,
        sdk_client=receipt.credentials.client,
        replay_id=replay_id,
        find_place=receipt.find_place,
    )


def finish(event: Event, receipt: Receipt, *, category: DataCategory) -> PreparedEvent:
    """The rest of the way of a normalised event, whichever item brought it."""
    scope = receipt.scope
    filter_event(event, scope.filters, client_ip=receipt.client_ip)
    scrub_event(event, scope)
    grouped = group(event, scope.grouping, at=receipt.received)
    return prepare_event(event, grouped, scope, received=receipt.received, category=category)
