"""Log records as rows and in full, their levels over time, and what they have in common; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from urgentry.domain.event import received_of
from urgentry.explore.listing import Found
from urgentry.search.signal_fields import Field
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import GroupKey
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal
from urgentry.web import formats
from urgentry.web.formats import tag_search
from urgentry.web.view.measures import Layer, Unit
from urgentry.web.view.span_details import SpanSection, attribute_sections
from urgentry.web.view.stacked import Stacked, stack
from urgentry.web.view.values import flat, text
from urgentry.web.view.waterfall import level_of, log_key, service_of

LAYERS = (
    Layer("log-error", "Error"),
    Layer("log-warn", "Warning"),
    Layer("log-info", "Info"),
    Layer("log-debug", "Debug"),
)
UNIT = Unit(told=formats.short_number, told_in_full=formats.full_number)
_LAYER_OF = {
    "fatal": "log-error",
    "error": "log-error",
    "warn": "log-warn",
    "warning": "log-warn",
    "debug": "log-debug",
    "trace": "log-debug",
}
_TOLD_ABOVE = frozenset({names.BODY, names.SEVERITY})
_LONGEST_BODY = 1_000
_LONGEST_CELL = 200
_MOST_VALUES = 6


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a list; `at` in microseconds."""

    key: str
    at: int
    severity: str
    level: str
    text: str
    service: str
    cells: list[str]
    href: str
    trace_href: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a facet; `share` in per cent of the most frequent one."""

    text: str
    count: int
    share: str
    query: str


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute with the values that records have most often."""

    key: str
    label: str
    values: list[Value]
    more: int


class LogDetails(msgspec.Struct, frozen=True, kw_only=True):
    """One record in full; times in microseconds."""

    row: LogRow
    text: str
    project: str
    received: int
    trace: str
    span: str
    sections: list[SpanSection]
    template: str


def row_of(found: Found, fields: Sequence[Field], slugs: Mapping[int, str], *, base: str) -> LogRow:
    """A record as a row, with columns of its own."""
    signal = found.signal
    severity = text(signal.attributes.get(names.SEVERITY))
    key, trace = log_key(signal), trace_of(signal)
    return LogRow(
        key=key,
        at=signal.at,
        severity=severity or "info",
        level=level_of(severity),
        text=text(signal.attributes.get(names.BODY))[:_LONGEST_BODY],
        service=service_of(found, slugs),
        cells=[_cell(field, found, slugs) for field in fields],
        href=f"{base}/logs/{key}/",
        trace_href=_trace_href(base, signal) if trace else "",
    )


def nearest(logs: Sequence[Found], at: int, *, most: int) -> list[Found]:
    """Of logs in the order of time so many that were written nearest to a moment (µs)."""
    near = sorted(logs, key=lambda found: abs(found.signal.at - at))[:most]
    return sorted(near, key=lambda found: found.signal.order)


def details_of(found: Found, slugs: Mapping[int, str], *, base: str) -> LogDetails:
    """A record with everything that it says."""
    signal, said = found.signal, found.signal.attributes
    return LogDetails(
        row=row_of(found, (), slugs, base=base),
        text=text(said.get(names.BODY)),
        project=slugs.get(found.project_id, ""),
        received=received_of(signal.id),
        trace=trace_of(signal),
        span=signal.span_id.hex() if signal.span_id != NO_SPAN else "",
        sections=attribute_sections(said, _TOLD_ABOVE),
        template=text(said.get("sentry.message.template")),
    )


def trace_of(signal: Signal) -> str:
    """The id of its trace, if it is of one."""
    return signal.trace_id.hex() if signal.trace_id != NO_TRACE else ""


def chart_of(
    results: Mapping[GroupKey, tuple[float | None, ...]], *, start: int, width: int, bars: int
) -> Stacked:
    """Counts by number of the bar and severity as bars in layers."""
    layers = {layer.name: [0] * bars for layer in LAYERS}
    for (bar, severity), (count, *_) in results.items():
        if 0 <= bar < bars:
            layers[_LAYER_OF.get(str(severity), "log-info")][bar] += round(count or 0)
    return stack(layers, begins=start, width=width)


def facet_of(
    field: Field,
    label: str,
    results: Mapping[GroupKey, tuple[float | None, ...]],
    slugs: Mapping[int, str],
    query: str,
) -> Facet:
    """The most frequent values of an attribute, each with the search for it."""
    counted = sorted(
        (
            (_spelled(field, value, slugs), round(count or 0))
            for (value,), (count, *_) in results.items()
            if value is not None
        ),
        key=lambda entry: (-entry[1], entry[0]),
    )
    most = counted[0][1] if counted else 1
    return Facet(
        key=field.name,
        label=label,
        values=[
            Value(
                text=shown,
                count=count,
                share=f"{max(100 * count / most, 1):.1f}%",
                query=f"{query} {tag_search(field.name, shown)}".strip(),
            )
            for shown, count in counted[:_MOST_VALUES]
        ],
        more=max(0, len(counted) - _MOST_VALUES),
    )


def _trace_href(base: str, signal: Signal) -> str:
    span = f"?span={signal.span_id.hex()}" if signal.span_id != NO_SPAN else ""
    return f"{base}/traces/{trace_of(signal)}/{span}"


def _cell(field: Field, found: Found, slugs: Mapping[int, str]) -> str:
    if field.key == names.PROJECT:
        return slugs.get(found.project_id, "")
    if field.key == names.TRACE:
        return trace_of(found.signal)
    value = found.signal.attributes.get(field.key)
    return "" if value is None else flat(value)[:_LONGEST_CELL]


def _spelled(field: Field, value: Any, slugs: Mapping[int, str]) -> str:
    if field.key == names.PROJECT:
        return slugs.get(value, "")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
