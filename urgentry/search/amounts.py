"""Numbers as people type them in searches of spans, logs and metrics: with suffixes and units."""

import re

from urgentry.search.signal_fields import FieldType
from urgentry.search.syntax import InvalidSearch

_AMOUNT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z%µ]*)", re.IGNORECASE)
_COUNTS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_MILLISECONDS = {
    **dict.fromkeys(("", "ms"), 1.0),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-6),
    **dict.fromkeys(("us", "µs", "microsecond", "microseconds"), 1e-3),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1e3),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 6e4),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3.6e6),
    **dict.fromkeys(("d", "day", "days"), 8.64e7),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 6.048e8),
}
_SHARES = {"": 1.0, "%": 0.01}
_LONGEST = 40


def read_amount(text: str, kind: FieldType, position: int) -> float:
    """The number that a text stands for: durations in milliseconds, shares of one. InvalidSearch
    for anything else."""
    units = _COUNTS
    if kind is FieldType.DURATION:
        units = _MILLISECONDS
    elif kind is FieldType.PERCENTAGE:
        units = _SHARES
    match = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST else None
    factor = units.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise InvalidSearch(f'"{text}" is not a number that fits here', position)
    return float(match[1]) * factor
