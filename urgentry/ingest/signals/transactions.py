"""A transaction taken apart: its segment and the spans in it (spec §6.2).

`check` looks at what a client sent, before normalisation fills in what must not be missing;
`signals_of` makes spans of what normalisation left. What holds for the segment as a whole (release,
environment, user, SDK) stands on each of its spans, so that each is found by it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from urgentry import clock
from urgentry.ingest.signals.exclusive import exclusive_times
from urgentry.ingest.signals.ids import read_span_id, read_trace_id, row_ids
from urgentry.ingest.signals.spans import (
    describe,
    duration_ms,
    links_of,
    place,
    set_measurements,
)
from urgentry.ingest.signals.values import Attributes
from urgentry.ingest.tags import collect_tags
from urgentry.protocol.outcome import Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_timestamp
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal, Value

_OF_TAG = {
    "environment": names.ENVIRONMENT,
    "release": names.RELEASE,
    "dist": names.DIST,
    "transaction": names.SEGMENT_NAME,
    "user": names.USER,
    "url": "url.full",
    "device": "device.model",
}
_UNTOLD_TAGS = frozenset({"level", "logger", "trace", "handled", "mechanism"})
_OF_USER = {
    "id": "user.id",
    "email": "user.email",
    "username": "user.name",
    "ip_address": "user.ip",
    "name": "user.full_name",
}
SHARED = frozenset(
    {
        *(names.ENVIRONMENT, names.RELEASE, names.DIST, names.SEGMENT_NAME, names.USER),
        *(names.PLATFORM, names.SDK_NAME, names.SDK_VERSION, names.EVENT_ID, names.REPLAY_ID),
        *(names.PROFILE_ID, names.PROFILER_ID, *_OF_USER.values()),
        *("browser.name", "os.name", "device.class", "server_name", "runtime.name"),
    }
)
"""What each span of a segment says too."""
_MISSING_END = "deadline_exceeded"
_CONTEXTS = ("contexts", "sentry.interfaces.Contexts")


def check(payload: Mapping[str, Any]) -> None:
    """Raises `Rejected` unless the payload is a transaction: it has a begin, an end that is not
    earlier, and a place in a trace; and its spans have theirs."""
    start = parse_timestamp(payload.get("start_timestamp"))
    end = parse_timestamp(payload.get("timestamp"))
    if start is None or end is None:
        raise _unfit("a transaction needs timestamp and start_timestamp")
    if end < start:
        raise _unfit("the transaction ends before it starts")
    trace = _trace_context(payload)
    if read_trace_id(trace.get("trace_id")) in (None, NO_TRACE):
        raise _unfit("the trace context has no valid trace_id")
    if read_span_id(trace.get("span_id")) is None:
        raise _unfit("the trace context has no valid span_id")
    spans = payload.get("spans")
    for span in spans if isinstance(spans, list) else ():
        _check_span(span)


def signals_of(event: dict[str, Any]) -> list[Signal]:
    """The segment and its spans; takes the spans out of the normalised event."""
    spans = [span for span in event.pop("spans", None) or () if isinstance(span, dict)]
    ids = row_ids(_micros(event["received"]))
    segment = _segment(event, next(ids))
    shared = {name: value for name, value in segment.attributes.items() if name in SHARED}
    children = [_child(span, segment, shared, ids, event["timestamp"]) for span in spans]
    signals = [segment, *children]
    for signal, own in zip(signals, exclusive_times(signals), strict=True):
        signal.attributes.setdefault(names.EXCLUSIVE_MS, own)
    return signals


def complete(event: dict[str, Any]) -> None:
    """Fills in what a transaction without it means (spec §6.2). `Rejected` when its beginning did
    not stand up to normalisation."""
    if event.get("start_timestamp") is None:
        raise _unfit("start_timestamp is out of range")
    trace = event["contexts"]["trace"]
    trace["op"] = trace.get("op") or "default"
    info = event.get("transaction_info")
    source = info.get("source") if isinstance(info, dict) else None
    event["transaction_info"] = {**(info or {}), "source": source or "unknown"}
    event["transaction"] = event.get("transaction") or "<unlabeled transaction>"


def _segment(event: dict[str, Any], row: int) -> Signal:
    trace = event["contexts"]["trace"]
    start, end = _micros(event["start_timestamp"]), _micros(event["timestamp"])
    attributes = Attributes()
    attributes.set(names.DURATION_MS, duration_ms(start, end))
    attributes.set(names.OP, trace.get("op"))
    attributes.set(names.DESCRIPTION, event.get("transaction"))
    attributes.set(names.STATUS, trace.get("status"))
    attributes.set(names.ORIGIN, trace.get("origin"))
    attributes.set(names.EXCLUSIVE_MS, trace.get("exclusive_time"))
    attributes.set(names.SAMPLE_RATE, trace.get("client_sample_rate"))
    attributes.set(names.SOURCE, event["transaction_info"].get("source"))
    attributes.set(names.EVENT_ID, event["event_id"])
    attributes.set(names.PLATFORM, event.get("platform"))
    attributes.set(names.LINKS, links_of(trace.get("links")))
    attributes.update(_of_surroundings(event))
    if isinstance(trace.get("data"), dict):
        attributes.update(trace["data"].items())
    set_measurements(attributes, event.get("measurements"))
    signal = Signal(
        id=row,
        at=start,
        trace_id=read_trace_id(trace["trace_id"]) or NO_TRACE,
        span_id=read_span_id(trace["span_id"]) or NO_SPAN,
        parent_id=read_span_id(trace.get("parent_span_id")) or NO_SPAN,
        attributes={},
    )
    return place(signal, attributes, is_segment=True)


def _of_surroundings(event: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    sdk, user, contexts = (event.get(name) or {} for name in ("sdk", "user", "contexts"))
    yield names.SDK_NAME, sdk.get("name")
    yield names.SDK_VERSION, sdk.get("version")
    for key, name in _OF_USER.items():
        yield name, user.get(key)
    for context, key, name in (
        ("profile", "profile_id", names.PROFILE_ID),
        ("profile", "profiler_id", names.PROFILER_ID),
        ("replay", "replay_id", names.REPLAY_ID),
        ("response", "status_code", "http.response.status_code"),
    ):
        found = contexts.get(context)
        yield name, found.get(key) if isinstance(found, dict) else None
    request = event.get("request") or {}
    yield "http.request.method", request.get("method")
    for key, value in collect_tags(event):
        if key not in _UNTOLD_TAGS:
            yield _OF_TAG.get(key, key), value


def _child(
    span: dict[str, Any],
    segment: Signal,
    shared: Mapping[str, Value],
    ids: Iterator[int],
    last: float,
) -> Signal:
    start, end = span.get("start_timestamp"), span.get("timestamp")
    if end is None:
        end, span["status"] = last, _MISSING_END
    at = _micros(start) if start is not None else segment.at
    attributes = Attributes()
    attributes.set(names.DURATION_MS, max(0.0, duration_ms(at, _micros(end))))
    describe(span, attributes)
    for name, value in shared.items():
        attributes.set(name, value)
    signal = Signal(
        id=next(ids),
        at=at,
        trace_id=read_trace_id(span.get("trace_id")) or segment.trace_id,
        span_id=read_span_id(span.get("span_id")) or NO_SPAN,
        parent_id=read_span_id(span.get("parent_span_id")) or NO_SPAN,
        attributes={},
    )
    return place(signal, attributes, is_segment=False, segment_id=segment.span_id)


def _check_span(span: Any) -> None:
    if not isinstance(span, dict):
        raise _unfit("a span is none")
    start = parse_timestamp(span.get("start_timestamp"))
    if start is None:
        raise _unfit("a span has no start_timestamp")
    end = span.get("timestamp")
    if end is not None and (parse_timestamp(end) or start) < start:
        raise _unfit("a span ends before it starts")
    if read_trace_id(span.get("trace_id")) in (None, NO_TRACE):
        raise _unfit("a span has no valid trace_id")
    if read_span_id(span.get("span_id")) is None:
        raise _unfit("a span has no valid span_id")


def _trace_context(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in _CONTEXTS:
        contexts = payload.get(name)
        trace = contexts.get("trace") if isinstance(contexts, dict) else None
        if isinstance(trace, dict):
            return trace
    raise _unfit("a transaction needs a trace context")


def _unfit(why: str) -> Rejected:
    return invalid(Reason.INVALID_TRANSACTION, why, status=200)


def _micros(seconds: float) -> int:
    return round(seconds * clock.SECOND)
