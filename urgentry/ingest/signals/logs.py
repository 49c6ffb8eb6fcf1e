"""Log records in Sentry's container (spec §6.10)."""

from collections.abc import Iterator
from typing import Any

from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.containers import Container
from urgentry.ingest.signals.ids import read_span_id, read_trace_id
from urgentry.ingest.signals.times import Times
from urgentry.ingest.signals.values import MAX_BODY_CHARS, Attributes, read_typed, size_of
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, Signal

CONTENT_TYPE = "application/vnd.sentry.items.log+json"
_NANOS = 1_000
_NUMBER_OF_LEVEL = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "error": 17, "fatal": 21}
"""The severity numbers of OpenTelemetry."""


def read_log(
    entry: Any, container: Container, receipt: Receipt, times: Times, ids: Iterator[int]
) -> Signal:
    """One log record. `Rejected` for one that lacks what every log has."""
    entry = entry if isinstance(entry, dict) else {}
    at, trace_id = times.read(entry.get("timestamp")), read_trace_id(entry.get("trace_id"))
    level, body = entry.get("level"), entry.get("body")
    if at is None or trace_id is None or not isinstance(level, str) or not isinstance(body, str):
        raise invalid(Reason.NO_DATA)
    at = times.hold(at)
    attributes = Attributes()
    attributes.set(names.BODY, body, longest=MAX_BODY_CHARS)
    attributes.set(names.SEVERITY, level.lower())
    attributes.set(names.SEVERITY_NUMBER, severity_number(entry.get("severity_number"), level))
    attributes.update(read_typed(entry.get("attributes")))
    attributes.set(names.OBSERVED, times.received * _NANOS)
    container.complete(attributes, receipt)
    return Signal(
        id=next(ids),
        at=at,
        trace_id=trace_id,
        span_id=read_span_id(entry.get("span_id")) or NO_SPAN,
        attributes=attributes.finish(),
    )


def severity_number(given: Any, level: str) -> int | None:
    """The number that was given, or that of the level; None for a level that nobody knows."""
    if type(given) is int and 1 <= given <= 24:  # noqa: PLR2004 - the scale of OpenTelemetry
        return given
    return _NUMBER_OF_LEVEL.get(level.lower())


def bytes_of_log(log: Signal) -> int:
    """How many bytes it counts as (spec §6.10); what was added here does not count."""
    body = log.attributes[names.BODY]
    own = _ADDED.keys() | {names.BODY}
    sizes = (size_of(name, value) for name, value in log.attributes.items() if name not in own)
    return max(1, len(str(body).encode("utf-8", "replace")) + sum(sizes))


_ADDED = dict.fromkeys((names.SEVERITY, names.SEVERITY_NUMBER, names.OBSERVED))
