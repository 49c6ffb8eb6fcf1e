"""A trace as the API shows it: a tree of spans, with errors where they happened."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from urgentry.api.shapes.signals import seconds, span_id
from urgentry.domain.issue_kind import kind_of
from urgentry.domain.short_id import format_short_id
from urgentry.explore.listing import Found
from urgentry.explore.trace_errors import TraceError
from urgentry.search.signal_fields import find_field
from urgentry.telemetry import names
from urgentry.telemetry.signal import Kind, Signal

Json = dict[str, Any]

_MS = 1_000
_DEEPEST = 100
_MEASUREMENTS = "measurements."
_WEB_VITALS = ("lcp", "fcp", "cls", "inp", "fid", "ttfb")
_MOBILE_VITALS = (
    "app_start_cold",
    "app_start_warm",
    "frames_slow",
    "frames_frozen",
    "frames_total",
    "time_to_initial_display",
    "time_to_full_display",
)

_LISTS = {"error": "errors", "occurrence": "occurrences"}
"""Where a span lists what happened in it."""


class TraceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a tree names its projects by, and what it tells of spans beside the usual."""

    slugs: Mapping[int, str]
    attributes: tuple[str, ...]


def trace_tree(spans: Iterable[Found], errors: Iterable[TraceError], view: TraceView) -> list[Json]:
    """The topmost spans by time with what is below them, then the errors of no span. A span whose
    parent is not there is a topmost one, as is one below a hundred others."""
    ordered = list(spans)
    shown = {each.signal.span_id: _span(each, view) for each in ordered}
    roots: list[Json] = []
    parents = {each.signal.span_id: each.signal.parent_id for each in ordered}
    for each in ordered:
        own = shown[each.signal.span_id]
        above = each.signal.parent_id
        if above in shown and not _is_too_deep(above, parents):
            shown[above]["children"].append(own)
        else:
            roots.append(own)
    by_id = {span_id(id_): node for id_, node in shown.items()}
    alone: list[Json] = []
    for error in errors:
        holder = by_id.get(error.span_id)
        shown_error = _error(error, view)
        (holder[_LISTS[shown_error["event_type"]]] if holder else alone).append(shown_error)
    return [*roots, *alone]


def _is_too_deep(start: bytes, parents: Mapping[bytes, bytes]) -> bool:
    """Whether a span stands below more spans than an answer can nest, or is among those above it,
    by ids that a client made up."""
    above = start
    for _ in range(_DEEPEST):
        if above not in parents:
            return False
        above = parents[above]
    return True


def _span(found: Found, view: TraceView) -> Json:
    signal = found.signal
    said = signal.attributes
    own_id = span_id(signal.span_id)
    return {
        "event_type": "span",
        "event_id": own_id,
        "parent_span_id": span_id(signal.parent_id),
        "project_id": found.project_id,
        "project_slug": view.slugs.get(found.project_id, ""),
        "transaction": _text(said.get(names.SEGMENT_NAME)),
        "transaction_id": _text(said.get(names.EVENT_ID)) or span_id(signal.segment_id) or "",
        "is_transaction": said.get(names.IS_SEGMENT) is True,
        "op": _text(said.get(names.OP)),
        "name": _text(said.get(names.NAME) or said.get(names.DESCRIPTION)),
        "description": _text(said.get(names.DESCRIPTION)),
        "status": _text(said.get(names.STATUS)),
        "sdk_name": _text(said.get(names.SDK_NAME)),
        "profile_id": _text(said.get(names.PROFILE_ID)),
        "profiler_id": _text(said.get(names.PROFILER_ID)),
        **_times(signal),
        **_measured(signal),
        "additional_attributes": _additional(signal, view.attributes),
        "children": [],
        "errors": [],
        "occurrences": [],
    }


def _times(signal: Signal) -> Json:
    took = signal.attributes.get(names.DURATION_MS)
    duration = took if isinstance(took, int | float) else 0
    start = seconds(signal.at)
    return {
        "start_timestamp": start,
        "end_timestamp": start + duration / _MS,
        "duration": duration,
    }


def _measured(signal: Signal) -> Json:
    values = {
        name: value
        for name, value in signal.attributes.items()
        if name.startswith(_MEASUREMENTS) and isinstance(value, int | float)
    }

    def some(wanted: Iterable[str]) -> Json:
        return {
            f"{_MEASUREMENTS}{name}": values[f"{_MEASUREMENTS}{name}"]
            for name in wanted
            if f"{_MEASUREMENTS}{name}" in values
        }

    return {
        "measurements": values,
        "browser_web_vital": some(_WEB_VITALS),
        "mobile_app_vital": some(_MOBILE_VITALS),
    }


def _additional(signal: Signal, wanted: Iterable[str]) -> Json:
    found = {name: signal.attributes.get(find_field(Kind.SPAN, name).key) for name in wanted}
    return {name: value for name, value in found.items() if value is not None}


def _error(error: TraceError, view: TraceView) -> Json:
    stored, event = error.stored, error.event
    slug = view.slugs.get(stored.project_id, "")
    at = seconds(stored.timestamp)
    kind = kind_of(_text(event.get("type")))
    return {
        "event_type": "occurrence" if kind.is_found else "error",
        "event_id": stored.event_id,
        "issue_id": stored.issue_id,
        "issue_type": kind.number,
        "short_id": format_short_id(slug, error.number) if error.number is not None else None,
        "project_id": stored.project_id,
        "project_slug": slug,
        "transaction": _text(event.get("transaction")),
        "description": _text(event.get("title")),
        "culprit": event.get("culprit"),
        "level": _text(event.get("level")),
        "start_timestamp": at,
        "end_timestamp": at,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
