"""Units of measurements: which ones Sentry knows, and durations as milliseconds."""

from typing import Any

_MS_OF = {
    "nanosecond": 1e-6,
    "microsecond": 1e-3,
    "millisecond": 1.0,
    "second": 1e3,
    "minute": 6e4,
    "hour": 3.6e6,
    "day": 8.64e7,
    "week": 6.048e8,
    "ns": 1e-6,
    "ms": 1.0,
    "s": 1e3,
}
_KNOWN = frozenset(
    {
        *_MS_OF,
        *("bit", "byte", "kilobyte", "kibibyte", "megabyte", "mebibyte", "gigabyte", "gibibyte"),
        *("terabyte", "tebibyte", "petabyte", "pebibyte", "exabyte", "exbibyte"),
        *("ratio", "percent", "none"),
    }
)


def known_unit(given: Any) -> str | None:
    """The unit, where it is one that Sentry names; None for units that people made up."""
    return given if isinstance(given, str) and given in _KNOWN and given != "none" else None


def in_milliseconds(value: float, unit: Any) -> float:
    """A duration in milliseconds; a value of another unit as it is."""
    factor = _MS_OF.get(unit, 1.0) if isinstance(unit, str) else 1.0
    return value if factor == 1.0 else round(value * factor, 6)
