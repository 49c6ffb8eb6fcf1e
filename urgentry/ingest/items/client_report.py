"""A `client_report` item: what an SDK, or a relay in between, dropped before it came here."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from urgentry import clock
from urgentry.domain.client_report import MAX_REASON_CHARS, ClientReport, Discard
from urgentry.domain.event import hour_of
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.normalize.drift import clock_drift
from urgentry.ingest.normalize.limits import SECONDS_IN_FUTURE, SECONDS_IN_PAST
from urgentry.ingest.reading import Reading, Refused
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.items import CATEGORY_BY_NAME, DataCategory
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_timestamp

_MAX_QUANTITY = (1 << 32) - 1
_UNFIT = re.compile(r"[^A-Za-z0-9_.:,/ -]")
_SAMPLED = re.compile(r"Sampled:[0-9]+(?:,[0-9]+)*")


class _Report(msgspec.Struct):
    timestamp: Any = None
    discarded_events: Any = None
    rate_limited_events: Any = None
    filtered_events: Any = None
    filtered_sampling_events: Any = None


_DECODER = msgspec.json.Decoder(_Report)


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The report's entries; those that make no sense are refused one by one."""
    report = _decode(item)
    discards: list[Discard] = []
    refused: list[Refused] = []
    for outcome, entry, fit in _entries(report):
        try:
            discard = _discard(outcome, entry, fit)
        except Rejected as rejected:
            refused.append(_refused(rejected))
        else:
            discards.append(discard)
    kept = tuple(discard for discard in discards if discard.quantity)
    records = [_record(report, kept, receipt, envelope)] if kept else []
    return Reading(records=list(records), refused=refused)


def _decode(item: Item) -> _Report:
    try:
        return _DECODER.decode(item.view)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(Reason.INVALID_JSON, "invalid client report") from error


def _entries(report: _Report) -> Iterator[tuple[Outcome, Any, Callable[[str], str]]]:
    """Each entry with how it ended, and how its reason must read."""
    for outcome, entries, fit in (
        (Outcome.CLIENT_DISCARD, report.discarded_events, _fit_reason),
        (Outcome.RATE_LIMITED, report.rate_limited_events, _fit_reason),
        (Outcome.FILTERED, report.filtered_events, _fit_reason),
        (Outcome.FILTERED, report.filtered_sampling_events, _fit_sampling_reason),
    ):
        for entry in _listed(entries):
            yield outcome, entry, fit


def _listed(entries: Any) -> list[Any]:
    """The entries; what should be a list of them and is none is one bad entry."""
    if entries is None:
        return []
    return entries if isinstance(entries, list) else [None]


def _discard(outcome: Outcome, entry: Any, fit: Callable[[str], str]) -> Discard:
    if not isinstance(entry, dict):
        raise invalid(Reason.PAYLOAD)
    reason, name, quantity = (entry.get(key) for key in ("reason", "category", "quantity"))
    if not isinstance(name, str) or not isinstance(reason, str | None):
        raise invalid(Reason.PAYLOAD)
    if type(quantity) is not int or not 0 <= quantity <= _MAX_QUANTITY:
        raise invalid(Reason.PAYLOAD)
    category = CATEGORY_BY_NAME.get(name, DataCategory.UNKNOWN)
    return Discard(category, outcome, fit(reason or ""), quantity)


def _fit_reason(reason: str) -> str:
    return _UNFIT.sub("_", reason[:MAX_REASON_CHARS]).strip()


def _fit_sampling_reason(reason: str) -> str:
    if len(reason) > MAX_REASON_CHARS or not _SAMPLED.fullmatch(reason):
        raise invalid(Reason.PAYLOAD)
    return reason


def _refused(rejected: Rejected) -> Refused:
    """A bad entry counts as one of nobody knows what."""
    return Refused(
        outcome=rejected.outcome,
        reason=rejected.reason,
        quantities=((DataCategory.UNKNOWN, 1),),
    )


def _record(
    report: _Report, discards: tuple[Discard, ...], receipt: Receipt, envelope: Envelope
) -> ClientReport:
    scope = receipt.scope
    return ClientReport(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.retention_days,
        counted=(),
        hour=hour_of(_time_of(report.timestamp, receipt.received, envelope.sent_at)),
        discards=discards,
    )


def _time_of(value: Any, received: int, sent_at: int | None) -> int:
    """When the report was made; a time that cannot be is that of receipt."""
    at = parse_timestamp(value)
    if at is None:
        return received
    at += clock_drift(received, sent_at)
    oldest = received - SECONDS_IN_PAST * clock.SECOND
    newest = received + SECONDS_IN_FUTURE * clock.SECOND
    return at if oldest <= at <= newest else received
