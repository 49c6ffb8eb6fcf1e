"""Points in time as clients write them ⇄ integer microseconds since the epoch, UTC.

Clients write RFC 3339, ISO 8601 without an offset (it is UTC then), or seconds as a number. What
lies outside the years 1 to 9999 is no time.
"""

from datetime import UTC, datetime, timedelta

from urgentry.clock import DAY, SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - subtracted from what has no offset either
_MIN_S = -62_135_596_800
_MAX_S = 253_402_300_799
_ISO_MIN_LENGTH = len("2026-01-01T00:00:00")


def parse_timestamp(value: object) -> int | None:
    """Microseconds of a time in any form that events may carry; None when it is none."""
    if isinstance(value, str):
        return _parse_iso(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not _MIN_S <= value <= _MAX_S:
        return None
    return value * SECOND if isinstance(value, int) else round(value * SECOND)


def parse_rfc3339(value: object) -> int | None:
    """Microseconds of a text that names its offset, as envelope headers must; else None."""
    if not isinstance(value, str) or not _names_offset(value):
        return None
    return _parse_iso(value)


def format_timestamp(micros: int) -> str:
    """RFC 3339 in UTC with a `Z`; microseconds only where there are any."""
    return (_NAIVE_EPOCH + timedelta(microseconds=micros)).isoformat() + "Z"


def _names_offset(text: str) -> bool:
    return text[-1:] in "Zz" or "+" in text[19:] or "-" in text[19:]


def _parse_iso(text: str) -> int | None:
    # The shape is held here because fromisoformat takes far more (weeks, no separators, …).
    if (
        len(text) < _ISO_MIN_LENGTH
        or text[7] != "-"
        or text[10] not in "Tt "
        or text[13] != ":"
        or text[16] != ":"
    ):
        return None
    try:
        return _micros(datetime.fromisoformat(text))
    except ValueError:
        return _parse_unusual(text)


def _parse_unusual(text: str) -> int | None:
    """A lower-case `z` and the leap second, which the standard library does not know."""
    leap = text[17:19] == "60"
    plain = text[:17] + "59" + text[19:] if leap else text
    try:
        moment = _micros(datetime.fromisoformat(plain.upper()))
    except ValueError:
        return None
    return moment if moment is None or not leap else moment + SECOND


def _micros(moment: datetime) -> int | None:
    since = moment - (_NAIVE_EPOCH if moment.tzinfo is None else _EPOCH)
    micros = since.days * DAY + since.seconds * SECOND + since.microseconds
    return micros if _MIN_S * SECOND <= micros <= _MAX_S * SECOND + 999_999 else None
