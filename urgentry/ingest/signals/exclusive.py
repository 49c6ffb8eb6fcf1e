"""How long spans worked by themselves: their time without that of the spans right below them."""

from collections.abc import Sequence

from urgentry.telemetry import names
from urgentry.telemetry.signal import Signal

_MS = 1_000
_DIGITS = 3

_Interval = tuple[float, float]


def exclusive_times(spans: Sequence[Signal]) -> list[float]:
    """For each span the milliseconds that none of its children among them covers."""
    below: dict[tuple[bytes, bytes], list[_Interval]] = {}
    for span in spans:
        below.setdefault((span.trace_id, span.parent_id), []).append(_interval(span))
    return [
        _uncovered(_interval(span), below.get((span.trace_id, span.span_id), ())) for span in spans
    ]


def _interval(span: Signal) -> _Interval:
    duration = span.attributes[names.DURATION_MS]
    length = duration if isinstance(duration, int | float) else 0
    start = span.at / _MS
    return start, start + length


def _uncovered(own: _Interval, children: Sequence[_Interval]) -> float:
    reached, end = own
    uncovered = 0.0
    for begins, ends in sorted(children):
        if begins >= end:
            break
        uncovered += max(0.0, begins - reached)
        reached = max(reached, ends)
    return round(uncovered + max(0.0, end - reached), _DIGITS)
