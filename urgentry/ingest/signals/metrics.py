"""Values of metrics in Sentry's container (spec §6.11)."""

import re
from collections.abc import Iterator
from typing import Any

from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.containers import Container
from urgentry.ingest.signals.ids import read_span_id, read_trace_id
from urgentry.ingest.signals.times import Times
from urgentry.ingest.signals.units import known_unit
from urgentry.ingest.signals.values import (
    MAX_NAME_CHARS,
    Attributes,
    fit_number,
    read_typed,
    size_of,
)
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, Signal

CONTENT_TYPE = "application/vnd.sentry.items.trace-metric+json"
TYPES = frozenset({"counter", "gauge", "distribution"})
_UNFIT = re.compile(r"[^a-zA-Z0-9_.]+")
_NUMBER_BYTES = 8


def read_metric(
    entry: Any, container: Container, receipt: Receipt, times: Times, ids: Iterator[int]
) -> Signal:
    """One value of a metric. `Rejected` for one that lacks what every one has, or whose name or
    type makes no sense."""
    entry = entry if isinstance(entry, dict) else {}
    at, trace_id = times.read(entry.get("timestamp")), read_trace_id(entry.get("trace_id"))
    value = _number(entry.get("value"))
    if at is None or trace_id is None or value is None:
        raise invalid(Reason.NO_DATA)
    kind, name = entry.get("type"), _name(entry.get("name"))
    if not isinstance(kind, str) or kind not in TYPES or not name:
        raise invalid(Reason.INVALID_TRACE_METRIC)
    at = times.hold(at)
    attributes = Attributes()
    attributes.set(names.METRIC_NAME, name)
    attributes.set(names.METRIC_TYPE, kind)
    attributes.set(names.METRIC_VALUE, value)
    attributes.set(names.METRIC_UNIT, known_unit(entry.get("unit")))
    attributes.update(read_typed(entry.get("attributes")))
    container.complete(attributes, receipt)
    return Signal(
        id=next(ids),
        at=at,
        trace_id=trace_id,
        span_id=read_span_id(entry.get("span_id")) or NO_SPAN,
        attributes=attributes.finish(),
    )


def bytes_of_metric(metric: Signal) -> int:
    """How many bytes it counts as: its name, eight, and its attributes."""
    own = {names.METRIC_NAME, names.METRIC_TYPE, names.METRIC_UNIT, names.METRIC_VALUE}
    sizes = (size_of(name, value) for name, value in metric.attributes.items() if name not in own)
    return len(str(metric.attributes[names.METRIC_NAME])) + _NUMBER_BYTES + sum(sizes)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return fit_number(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    return _UNFIT.sub("_", value.strip())[:MAX_NAME_CHARS]
