"""Points in time: reading what clients send, and correcting a client's clock.

`read_clock` answers by how much all times of an event are wrong; `event`, `breadcrumbs` and `spans`
then shift theirs by that.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from urgentry.ingest.normalize.drift import clock_drift
from urgentry.ingest.normalize.limits import SECONDS_IN_FUTURE, SECONDS_IN_PAST
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.report import Path, Report, at

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 9999-12-31: the last day that Python, PostgreSQL and browsers all can show.
_LAST_SECOND = 253_402_300_799
_LAST_YEAR = "9999"
_DATE_LENGTH = len("2026-01-31")
_from_iso = datetime.fromisoformat


class Clock(msgspec.Struct, frozen=True):
    """When the event happened (µs) and what was added to the client's times to say so (µs)."""

    timestamp: int
    shift: int


def parse_timestamp(value: Any) -> float:
    """Seconds since the epoch from RFC 3339, a naive ISO time (UTC) or seconds.

    Raises ValueError with the reason in the words that clients know.
    """
    if type(value) is str:
        if len(value) > _DATE_LENGTH and value[-1] == "Z" and value < _LAST_YEAR:
            try:  # what nearly all send: certainly in UTC and in range
                return _from_iso(value).timestamp()
            except ValueError:
                pass
        seconds = _from_text(value)
    elif type(value) is float or type(value) is int:
        seconds = value
    else:
        raise ValueError("expected a timestamp")
    if not -_LAST_SECOND <= seconds <= _LAST_SECOND:
        raise ValueError("timestamp out of range")
    return float(seconds)


def _from_text(value: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("input contains invalid characters") from None
    if len(value) <= _DATE_LENGTH:
        raise ValueError("premature end of input")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def fit_timestamp(value: Any, path: Path, report: Report, shift: int = 0) -> float | None:
    """Seconds since the epoch as Sentry stores them, moved by `shift` µs; or null."""
    try:
        seconds = parse_timestamp(value)
    except ValueError as error:
        report.reject(path, str(error), original=value)
        return None
    return as_seconds(as_micros(seconds) + shift) if shift else seconds


def as_micros(seconds: float) -> int:
    return round(seconds * SECOND)


def as_seconds(micros: int) -> float:
    return micros / SECOND


def read_clock(payload: dict[str, Any], context: NormalizeContext, report: Report) -> Clock:
    """The event's time after the corrections for a wrong clock (spec 7): drift, future, past."""
    received = context.received
    value = payload.get("timestamp")
    if value is None:
        return Clock(received, clock_drift(received, context.sent_at))
    try:
        sent = as_micros(parse_timestamp(value))
    except ValueError as error:
        report.reject(at("timestamp"), str(error), original=value)
        return Clock(received, clock_drift(received, context.sent_at))
    drift = clock_drift(received, context.sent_at)
    if drift:
        _blame(report, "clock_drift", sent, received)
    timestamp = sent + drift
    kind = _implausible(timestamp, received)
    if kind:
        _blame(report, kind, timestamp, received)
        timestamp = received
    return Clock(timestamp, timestamp - sent)


def _implausible(timestamp: int, received: int) -> str:
    if timestamp > received + SECONDS_IN_FUTURE * SECOND:
        return "future_timestamp"
    if timestamp < received - SECONDS_IN_PAST * SECOND:
        return "past_timestamp"
    return ""


def _blame(report: Report, kind: str, sdk_time: int, server_time: int) -> None:
    report.reject(
        at("timestamp"),
        kind=kind,
        sdk_time=_as_rfc3339(sdk_time),
        server_time=_as_rfc3339(server_time),
    )


def _as_rfc3339(micros: int) -> str:
    moment = _EPOCH + timedelta(microseconds=micros)
    return moment.isoformat(timespec="auto" if micros % 1000 else _coarse(micros))


def _coarse(micros: int) -> str:
    return "milliseconds" if micros % SECOND else "seconds"
