"""A `span` item: a container of spans, or one span of the older form (spec §6.12)."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.performance import problems_of_spans
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.batches import Counting, gather
from urgentry.ingest.signals.containers import Container, open_container
from urgentry.ingest.signals.ids import read_trace_id
from urgentry.ingest.signals.spans import CONTENT_TYPE, read_legacy_span, read_span
from urgentry.ingest.signals.times import Times
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry.arrival import SignalBatch
from urgentry.telemetry.signal import Kind, Signal

COUNTING = Counting(DataCategory.SPAN, DataCategory.SPAN_INDEXED)


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The spans of the container, or the one span."""
    if item.headers.get("content_type") == CONTENT_TYPE:
        return _read_container(item, receipt, envelope)
    span = parse_event_json(item.payload, receipt.credentials.client)
    return gather([span], Kind.SPAN, read_legacy_span, receipt, COUNTING, size=item.size)


def _read_container(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    container = open_container(item, CONTENT_TYPE, receipt)
    _check_context(container, envelope)

    def entry(given: Any, times: Times, ids: Iterator[int]) -> Signal:
        return read_span(given, container, receipt, times, ids)

    reading = gather(container.entries, Kind.SPAN, entry, receipt, COUNTING, size=item.size)
    return with_problems(reading, receipt)


def with_problems(reading: Reading, receipt: Receipt) -> Reading:
    """What was read of spans, and the performance problems in them."""
    problems = [
        problem
        for record in reading.records
        if isinstance(record, SignalBatch)
        for problem in problems_of_spans(record.signals, receipt)
    ]
    return replace(reading, records=[*reading.records, *problems]) if problems else reading


def _check_context(container: Container, envelope: Envelope) -> None:
    """The envelope says of which trace the spans are; those of a container are all of that one."""
    context = envelope.headers.get("trace")
    trace_id = read_trace_id(context.get("trace_id")) if isinstance(context, dict) else None
    if trace_id is None:
        raise invalid(Reason.MISSING_DSC, "the envelope names no trace", status=200)
    for span in container.entries:
        of_span = read_trace_id(span.get("trace_id")) if isinstance(span, dict) else None
        if of_span not in (None, trace_id):
            raise invalid(Reason.INVALID_DSC, "a span is of another trace", status=200)
