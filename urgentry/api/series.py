"""A period cut into spans of equal length, as the questions for statistics have it."""

import re
from datetime import timedelta
from math import ceil

import msgspec

from urgentry import clock
from urgentry.api.endpoint import Call
from urgentry.api.issue_question import Span, read_span
from urgentry.api.timestamps import EPOCH
from urgentry.errors import ApiError

MAX_SPANS = 10_000
_INTERVAL = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {
    "s": clock.SECOND,
    "m": clock.MINUTE,
    "h": clock.HOUR,
    "d": clock.DAY,
    "w": 7 * clock.DAY,
}
_LAST = 253_402_300_799 * clock.SECOND
"""The end of the year 9999."""
_DAY_HOURS = clock.DAY // clock.HOUR


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Spans of whole hours, the first and how many of them; span n begins at hour n * width."""

    first: int
    count: int
    width: int

    @property
    def from_hour(self) -> int:
        return self.first * self.width

    @property
    def until_hour(self) -> int:
        return (self.first + self.count) * self.width

    @property
    def start(self) -> str:
        return _instant(self.from_hour)

    @property
    def end(self) -> str:
        return _instant(self.until_hour)

    @property
    def intervals(self) -> list[str]:
        """When each span begins."""
        return [_instant((self.first + number) * self.width) for number in range(self.count)]


def read_series(call: Call, *, period: int) -> Series:
    """The period of a request and its `interval`, an hour where none is given. A period back from
    now ends with the current span; without any it is as long as `period`. ApiError 400 when it
    cannot be told from what is kept by the hour."""
    width = _read_width(call)
    now = clock.now()
    span = read_span(call, now)
    long = width * clock.HOUR
    end = ceil((now if span.end is None else span.end) / long)
    first = _first(span, end, long, now=now, period=period)
    if not 0 < end - first <= MAX_SPANS or first < 0 or end * long > _LAST:
        raise ApiError(
            400, "This would be too many results: use a larger interval, or a shorter period."
        )
    return Series(first=first, count=end - first, width=width)


def _first(span: Span, end: int, long: int, *, now: int, period: int) -> int:
    if span.end is not None and span.start is not None:
        return span.start // long
    begins = (span.end or now) - period if span.start is None else span.start
    return end - max(ceil(((span.end or now) - begins) / long), 1)


def _read_width(call: Call) -> int:
    """Hours of an interval."""
    text = call.query.get("interval") or "1h"
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ApiError(400, "Invalid interval: use a number with s, m, h, d or w.")
    length = int(match[1]) * _UNITS[match[2]]
    width, rest = divmod(length, clock.HOUR)
    if rest or not width or _DAY_HOURS % width:
        raise ApiError(400, "An interval is of whole hours and divides a day without a remainder.")
    return width


def _instant(hour: int) -> str:
    return f"{EPOCH + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}"
