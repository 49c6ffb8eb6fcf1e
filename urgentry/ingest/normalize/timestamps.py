"""Points in time: reading what clients send, and correcting a client's clock.

`read_clock` answers by how much all times of an event are wrong; `event`, `breadcrumbs` and `spans`
then shift theirs by that.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from urgentry.ingest.normalize.drift import clock_drift
from urgentry.ingest.normalize.limits import SECONDS_IN_FUTURE, SECONDS_IN_PAST
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.report import Path, Report, at

SECOND = 1_000_000
_MOST_AHEAD = SECONDS_IN_FUTURE * SECOND
_MOST_BEHIND = SECONDS_IN_PAST * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years 1 to 9999, which Python, PostgreSQL and browsers all can show.
FIRST_SECOND = -62_135_596_800
LAST_SECOND = 253_402_300_799
_DATE_LENGTH = len("2026-01-31")

PLAIN_TIME: Any = (
    Annotated[float, msgspec.Meta(ge=FIRST_SECOND, le=LAST_SECOND)]
    | Annotated[datetime, msgspec.Meta(tz=True)]
)
"""What needs no look at its spelling: `seconds_of` answers it."""


class Clock(msgspec.Struct, frozen=True):
    """When the event happened (µs) and what was added to the client's times to say so (µs)."""

    timestamp: int
    shift: int


def parse_timestamp(value: Any) -> float:
    """Seconds since the epoch from RFC 3339, a naive ISO time (UTC) or seconds.

    Raises ValueError with the reason in the words that clients know.
    """
    if type(value) is str:
        return seconds_of(_read_text(value))
    if type(value) is not float and type(value) is not int:
        raise ValueError("expected a timestamp")
    if not FIRST_SECOND <= value <= LAST_SECOND:
        raise ValueError("timestamp out of range")
    return float(value)


def seconds_of(moment: datetime) -> float:
    """Seconds since the epoch; no time zone leads out of the years that can be shown."""
    return bounded(moment.timestamp())


def bounded(seconds: float) -> float:
    return float(min(max(seconds, FIRST_SECOND), LAST_SECOND))


def shifted(seconds: float, shift: int) -> float:
    """The time in seconds `shift` µs later."""
    return bounded(as_seconds(as_micros(seconds) + shift))


def _read_text(text: str) -> datetime:
    """To the nearest microsecond, as the typed reader of plain breadcrumbs rounds as well."""
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        moment = _read_iso(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _read_iso(text: str) -> datetime:
    """The forms of ISO 8601 that RFC 3339 leaves out."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("input contains invalid characters") from None
    if len(text) <= _DATE_LENGTH:
        raise ValueError("premature end of input")
    return moment


def fit_timestamp(value: Any, path: Path, report: Report, shift: int = 0) -> float | None:
    """Seconds since the epoch as Sentry stores them, moved by `shift` µs; or null."""
    try:
        seconds = parse_timestamp(value)
    except ValueError as error:
        report.reject(path, str(error), original=value)
        return None
    return shifted(seconds, shift) if shift else seconds


def as_micros(seconds: float) -> int:
    return round(seconds * SECOND)


def as_seconds(micros: int) -> float:
    return micros / SECOND


def read_clock(value: Any, context: NormalizeContext, report: Report) -> Clock:
    """The event's time after the corrections for a wrong clock (spec 7): drift, future, past."""
    if value is None:
        return Clock(context.received, clock_drift(context.received, context.sent_at))
    try:
        sent = as_micros(parse_timestamp(value))
    except ValueError as error:
        report.reject(at("timestamp"), str(error), original=value)
        return Clock(context.received, clock_drift(context.received, context.sent_at))
    return correct_clock(sent, context, report)


def correct_clock(sent: int, context: NormalizeContext, report: Report) -> Clock:
    """The same of a time that was read already (µs)."""
    received = context.received
    drift = clock_drift(context.received, context.sent_at)
    timestamp = sent + drift
    if drift:
        _blame(report, "clock_drift", sent, received)
    ahead = timestamp - received
    if ahead > _MOST_AHEAD or ahead < -_MOST_BEHIND:
        kind = "future_timestamp" if ahead > 0 else "past_timestamp"
        _blame(report, kind, timestamp, received)
        timestamp = received
    return Clock(timestamp, timestamp - sent)


def _blame(report: Report, kind: str, sdk_time: int, server_time: int) -> None:
    report.reject(
        at("timestamp"),
        kind=kind,
        sdk_time=_as_rfc3339(sdk_time),
        server_time=_as_rfc3339(server_time),
    )


def _as_rfc3339(micros: int) -> str:
    micros = as_micros(bounded(as_seconds(micros)))
    moment = _EPOCH + timedelta(microseconds=micros)
    return moment.isoformat(timespec="auto" if micros % 1000 else _coarse(micros))


def _coarse(micros: int) -> str:
    return "milliseconds" if micros % SECOND else "seconds"
