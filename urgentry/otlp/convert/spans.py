"""OpenTelemetry's spans as the spans that are stored (spec §14)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from urgentry.ingest.signals.operations import operation_of
from urgentry.ingest.signals.spans import duration_ms, place
from urgentry.ingest.signals.times import Times
from urgentry.ingest.signals.values import MAX_TEXT_CHARS, TRIMMED, Attributes, as_json
from urgentry.otlp.convert.kin import Kin
from urgentry.otlp.convert.surroundings import Surroundings, surroundings_of
from urgentry.otlp.convert.values import id_of, pairs_of, text_of
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, SPAN_BYTES, TRACE_BYTES, Signal

ORIGIN = "auto.otlp.spans"
STATUS_MESSAGE = "sentry.status.message"
IS_REMOTE = "sentry.is_remote"
EVENTS = "sentry.events"
EXCEPTION = "exception"

_NANOS = 1_000
_KINDS = ("", "internal", "server", "client", "producer", "consumer")
_SERVER, _CLIENT = 2, 3
_ERROR = 2
_HAS_REMOTE, _REMOTE = 0x100, 0x200
_SAMPLED = 1
_QUERIES = ("db.query.text", "db.statement")
_THRESHOLD_DIGITS = 14
_THRESHOLDS = 1 << 4 * _THRESHOLD_DIGITS


class SpanEntry(NamedTuple):
    """A span as it came, and what it came with."""

    span: Any
    surroundings: Surroundings


def spans_of(export: Any) -> Iterator[SpanEntry]:
    """All spans of an export."""
    for of_resource in export.resource_spans or ():
        for of_scope in of_resource.scope_spans or ():
            surroundings = surroundings_of(of_resource.resource, of_scope.scope)
            for span in of_scope.spans or ():
                yield SpanEntry(span, surroundings)


def read_span(entry: SpanEntry, times: Times, ids: Iterator[int]) -> Signal:
    """One span. `Rejected` for one without ids or times: ids that were made up here would count it
    again whenever it is sent again."""
    span, surroundings = entry
    trace_id, span_id = id_of(span.trace_id, TRACE_BYTES), id_of(span.span_id, SPAN_BYTES)
    start, end = span.start_time_unix_nano or 0, span.end_time_unix_nano or 0
    if not trace_id or not span_id or not start or not end:
        raise invalid(Reason.NO_DATA)
    if end < start:
        raise invalid(Reason.INVALID_SPAN, "the span ends before it starts")
    signal = Signal(
        id=next(ids),
        at=times.hold(start // _NANOS),
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_of(span) or NO_SPAN,
        attributes={},
    )
    attributes = Attributes()
    attributes.set(names.DURATION_MS, duration_ms(start // _NANOS, end // _NANOS))
    _describe(span, attributes)
    surroundings.complete(attributes, origin=ORIGIN)
    return place(signal, attributes, is_segment=is_segment(span))


def join_segments(signals: Sequence[Signal]) -> None:
    """Says of each span to which segment it belongs, where spans of the same export lead there."""
    segments = {
        (each.trace_id, each.span_id): each for each in signals if each.segment_id == each.span_id
    }
    kin = Kin(((each.trace_id, each.span_id, each.parent_id) for each in signals), segments)
    for signal in signals:
        if signal.segment_id == NO_SPAN:
            segment = kin.top_of((signal.trace_id, signal.span_id))
            if segment is not None:
                _join(signal, segments[segment])


def parent_of(span: Any) -> bytes:
    """The id of the span right above; empty for the topmost of a trace."""
    return id_of(span.parent_span_id, SPAN_BYTES)


def is_segment(span: Any) -> bool:
    """Whether it is the topmost of its trace, or of what its service did in it."""
    flags = span.flags or 0
    return not parent_of(span) or bool(flags & _HAS_REMOTE and flags & _REMOTE)


def name_of(span: Any) -> str:
    """The span's name, or what its attributes and its kind suggest for one that has none."""
    name = text_of(span.name)
    if name:
        return name
    if any((each.key or "").startswith("db") for each in span.attributes or ()):
        return "db"
    return {_SERVER: "http.server", _CLIENT: "http.client"}.get(span.kind or 0, "http")


def _describe(span: Any, attributes: Attributes) -> None:
    name, kind = name_of(span), span.kind or 0
    code, message = (span.status.code, span.status.message) if span.status else (0, "")
    attributes.set(names.STATUS, "error" if code == _ERROR else "ok")
    attributes.set(STATUS_MESSAGE, text_of(message) or None)
    attributes.set(names.NAME, name)
    if 0 < kind < len(_KINDS):
        attributes.set(names.SPAN_KIND, _KINDS[kind])
    flags = span.flags or 0
    if flags & _HAS_REMOTE:
        attributes.set(IS_REMOTE, bool(flags & _REMOTE))
    attributes.set(names.SAMPLE_RATE, _sample_rate(span.trace_state))
    attributes.set(names.LINKS, _links(span.links))
    attributes.update(pairs_of(span.attributes))
    found = attributes.found
    attributes.set(names.DESCRIPTION, next((found[key] for key in _QUERIES if key in found), name))
    attributes.set(names.OP, operation_of(found))
    _set_events(attributes, span.events)


def _links(links: Iterable[Any] | None) -> str | None:
    """As JSON, in the form of those that SDKs send."""
    kept = []
    for link in links or ():
        trace_id, span_id = id_of(link.trace_id, TRACE_BYTES), id_of(link.span_id, SPAN_BYTES)
        if trace_id and span_id:
            told = {"trace_id": trace_id.hex(), "span_id": span_id.hex()}
            about = {"sampled": bool((link.flags or 0) & _SAMPLED)}
            kept.append({**told, **about, "attributes": dict(pairs_of(link.attributes))})
    return as_json(kept) if kept else None


def _set_events(attributes: Attributes, events: Iterable[Any] | None) -> None:
    """What happened during the span, as JSON: as much of it as fits whole. Exceptions are events of
    their own."""
    kept, size = [], 2
    for event in events or ():
        if event.name == EXCEPTION:
            continue
        told = as_json(
            {
                "name": text_of(event.name),
                "timestamp": (event.time_unix_nano or 0) / 1e9,
                "attributes": dict(pairs_of(event.attributes)),
            }
        )
        size += len(told) + 1
        if size > MAX_TEXT_CHARS:
            attributes.found.setdefault(TRIMMED, [EVENTS])
            break
        kept.append(told)
    if kept:
        attributes.set(EVENTS, f"[{','.join(kept)}]")


def _sample_rate(state: str | None) -> float | None:
    """The share of traces that the client keeps, by the threshold in its trace state: `ot=th:c`
    keeps a quarter."""
    for vendor in (state or "").split(","):
        name, _, told = vendor.strip().partition("=")
        for part in told.split(";") if name == "ot" else ():
            key, _, digits = part.partition(":")
            if key == "th":
                return _kept_above(digits)
    return None


def _kept_above(digits: str) -> float | None:
    try:
        threshold = int(digits.ljust(_THRESHOLD_DIGITS, "0"), 16)
    except ValueError:
        return None
    return (_THRESHOLDS - threshold) / _THRESHOLDS if 0 <= threshold < _THRESHOLDS else None


def _join(signal: Signal, segment: Signal) -> None:
    signal.segment_id = segment.span_id
    name = segment.attributes.get(names.SEGMENT_NAME)
    if name is not None:
        signal.attributes.setdefault(names.SEGMENT_NAME, name)
