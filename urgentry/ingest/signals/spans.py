"""Spans by themselves: those of a container (spec §6.12 a) and the older ones (§6.12 b).

Also what spans inside a transaction are read with.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.containers import Container
from urgentry.ingest.signals.ids import read_span_id, read_trace_id
from urgentry.ingest.signals.operations import operation_of
from urgentry.ingest.signals.times import Times
from urgentry.ingest.signals.units import in_milliseconds
from urgentry.ingest.signals.values import Attributes, as_json, read_typed
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal

CONTENT_TYPE = "application/vnd.sentry.items.span.v2+json"
_DURATION_DIGITS = 3
_MS = 1_000


def read_span(
    entry: Any, container: Container, receipt: Receipt, times: Times, ids: Iterator[int]
) -> Signal:
    """A span of a container. `Rejected` for one that lacks what every span has."""
    entry = entry if isinstance(entry, dict) else {}
    signal = _begin(entry, times, ids, ends="end_timestamp")
    name, status = entry.get("name"), entry.get("status")
    if not isinstance(name, str) or not isinstance(status, str):
        raise invalid(Reason.NO_DATA)
    attributes = Attributes()
    attributes.set(names.STATUS, status)
    attributes.set(names.DURATION_MS, signal.attributes[names.DURATION_MS])
    attributes.set(names.SPAN_KIND, entry.get("kind"))
    attributes.update(read_typed(entry.get("attributes")))
    attributes.set(names.NAME, name)
    attributes.set(names.DESCRIPTION, name)
    attributes.set(names.OP, operation_of(attributes.found))
    attributes.set(names.LINKS, links_of(entry.get("links")))
    container.complete(attributes, receipt)
    return place(signal, attributes, is_segment=_is_segment(entry, signal))


def read_legacy_span(entry: Mapping[str, Any], times: Times, ids: Iterator[int]) -> Signal:
    """A span that is an item of its own. `Rejected` for one that lacks what every span has."""
    signal = _begin(entry, times, ids, ends="timestamp")
    attributes = Attributes()
    attributes.set(names.DURATION_MS, signal.attributes[names.DURATION_MS])
    describe(entry, attributes)
    named = read_span_id(entry.get("segment_id"))
    is_segment = entry.get("is_segment")
    own = named == signal.span_id if is_segment is None else is_segment is True
    return place(signal, attributes, is_segment=own, segment_id=named)


def describe(span: Mapping[str, Any], attributes: Attributes) -> None:
    """What a span of the older form says of itself, as attributes."""
    attributes.set(names.OP, span.get("op") or "default")
    attributes.set(names.DESCRIPTION, span.get("description"))
    attributes.set(names.STATUS, span.get("status"))
    attributes.set(names.ORIGIN, span.get("origin"))
    attributes.set(names.SPAN_KIND, span.get("kind"))
    attributes.set(names.PLATFORM, span.get("platform"))
    attributes.set(names.PROFILE_ID, span.get("profile_id"))
    attributes.set(names.EXCLUSIVE_MS, span.get("exclusive_time"))
    for bag in (span.get("data"), span.get("tags")):
        if isinstance(bag, dict):
            attributes.update(bag.items())
    set_measurements(attributes, span.get("measurements"))
    attributes.set(names.LINKS, links_of(span.get("links")))
    set_sentry_tags(attributes, span.get("sentry_tags"))


def set_measurements(attributes: Attributes, measurements: Any) -> None:
    """Measurements as `measurements.<name>`, durations in milliseconds."""
    if not isinstance(measurements, dict):
        return
    attributes.update(
        (f"measurements.{name}", in_milliseconds(value, measured.get("unit")))
        for name, measured in measurements.items()
        if isinstance(measured, dict)
        and isinstance(value := measured.get("value"), int | float)
        and type(value) is not bool
    )


def set_sentry_tags(attributes: Attributes, tags: Any) -> None:
    """What relays in between found out."""
    if isinstance(tags, dict):
        attributes.update((f"sentry.{name}", value) for name, value in tags.items())


def links_of(links: Any) -> str | None:
    """Links to other spans as JSON; None where there is none that leads anywhere."""
    if not isinstance(links, list):
        return None
    kept = [
        {key: link[key] for key in ("trace_id", "span_id", "sampled", "attributes") if key in link}
        for link in links
        if isinstance(link, dict)
        and read_trace_id(link.get("trace_id"))
        and read_span_id(link.get("span_id"))
    ]
    return as_json(kept) if kept else None


def duration_ms(start: int, end: int) -> float:
    """Between two times in microseconds."""
    return round((end - start) / _MS, _DURATION_DIGITS)


def place(
    signal: Signal, attributes: Attributes, *, is_segment: bool, segment_id: bytes | None = None
) -> Signal:
    """The span with its attributes and its segment, which is itself for the topmost one."""
    if segment_id is None:
        segment_id = read_span_id(attributes.found.pop(names.SEGMENT_ID, None))
    signal.segment_id = signal.span_id if is_segment else segment_id or NO_SPAN
    attributes.found.pop(names.IS_SEGMENT, None)
    attributes.set(names.IS_SEGMENT, is_segment)
    if is_segment:
        attributes.set(names.SEGMENT_NAME, attributes.found.get(names.DESCRIPTION))
    signal.attributes = attributes.finish()
    return signal


def _begin(entry: Mapping[str, Any], times: Times, ids: Iterator[int], *, ends: str) -> Signal:
    """Ids and times, and the duration as the only attribute so far."""
    start, end = times.read(entry.get("start_timestamp")), times.read(entry.get(ends))
    trace_id, span_id = read_trace_id(entry.get("trace_id")), read_span_id(entry.get("span_id"))
    if start is None or end is None or span_id is None or trace_id in (None, NO_TRACE):
        raise invalid(Reason.NO_DATA)
    if end < start:
        raise invalid(Reason.INVALID_SPAN, "the span ends before it starts")
    assert trace_id is not None  # noqa: S101 - said above, in words that mypy does not follow
    return Signal(
        id=next(ids),
        at=times.hold(start),
        trace_id=trace_id,
        span_id=span_id,
        parent_id=read_span_id(entry.get("parent_span_id")) or NO_SPAN,
        attributes={names.DURATION_MS: duration_ms(start, end)},
    )


def _is_segment(entry: Mapping[str, Any], signal: Signal) -> bool:
    """Older clients say only whether the span began elsewhere; others say nothing."""
    for name in ("is_segment", "is_remote"):
        if isinstance(entry.get(name), bool):
            return bool(entry[name])
    return signal.parent_id == NO_SPAN
