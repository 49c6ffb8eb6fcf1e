"""A `transaction` item: its spans, and the rest of it as a payload (spec §6.2)."""

import math
from typing import Any

import orjson

from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.filters import filter_event
from urgentry.ingest.items import profile
from urgentry.ingest.items.event import normalized
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.performance import problems_of_transaction
from urgentry.ingest.reading import Reading, Refused
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scrub import scrub_event
from urgentry.ingest.signals.transactions import check, complete, signals_of
from urgentry.ingest.tags import collect_tags
from urgentry.protocol.items import DataCategory, Quantities
from urgentry.protocol.outcome import Outcome, too_large
from urgentry.telemetry.arrival import PreparedTransaction

Event = dict[str, Any]


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """One transaction for the store. `Rejected` when it cannot be one, or the project does not
    want it."""
    payload = parse_event_json(item.payload, receipt.credentials.client)
    payload["type"] = "transaction"
    check(payload)
    spans = payload.get("spans")
    sent = len(spans) if isinstance(spans, list) else 0
    event = normalized(payload, receipt, receipt.event_id)
    complete(event)
    _add_sample_rate(event, envelope)
    _name_profile(event, profile.find_id(envelope, receipt))
    filter_event(event, receipt.scope.filters, client_ip=receipt.client_ip)
    scrub_event(event, receipt.scope)
    transaction = _prepare(event, receipt)
    lost = sent + 1 - len(transaction.signals)
    refused = [_too_many(lost)] if lost > 0 else []
    problems = problems_of_transaction(event, transaction.signals, receipt)
    return Reading(records=[transaction, *problems], refused=refused)


def _prepare(event: Event, receipt: Receipt) -> PreparedTransaction:
    scope = receipt.scope
    signals = signals_of(event)
    _show(event)
    return PreparedTransaction(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.telemetry_days,
        counted=(
            (DataCategory.TRANSACTION, 1),
            (DataCategory.TRANSACTION_INDEXED, 1),
            *_counted_spans(len(signals)),
        ),
        payload=orjson.dumps(event),
        event_id=receipt.event_id,
        signals=signals,
    )


def _show(event: Event) -> None:
    """What readers of a stored event see beside what was sent."""
    event["tags"] = tuple(collect_tags(event))
    event["title"] = event["location"] = event["culprit"] = event["transaction"]
    event["metadata"] = {"title": event["transaction"], "location": event["transaction"]}


def _add_sample_rate(event: Event, envelope: Envelope) -> None:
    """The share of transactions that the client sent, where the envelope alone tells it."""
    context, trace = envelope.headers.get("trace"), event["contexts"]["trace"]
    if trace.get("client_sample_rate") is not None or not isinstance(context, dict):
        return
    try:
        rate = float(context.get("sample_rate"))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return
    if math.isfinite(rate) and 0 < rate <= 1:
        trace["client_sample_rate"] = rate


def _name_profile(event: Event, profile_id: bytes | None) -> None:
    """The profile that came along, which few SDKs name; one that stayed behind is not named."""
    contexts = event["contexts"]
    if profile_id is not None:
        named = contexts.get("profile") or {"type": "profile"}
        contexts["profile"] = named | {"profile_id": profile_id.hex()}
    elif contexts.get("profile"):
        contexts["profile"].pop("profile_id", None)


def _too_many(count: int) -> Refused:
    return Refused(
        outcome=Outcome.INVALID, reason=too_large("span"), quantities=_counted_spans(count)
    )


def _counted_spans(count: int) -> Quantities:
    return ((DataCategory.SPAN, count), (DataCategory.SPAN_INDEXED, count))
