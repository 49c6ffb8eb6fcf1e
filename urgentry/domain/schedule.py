"""When a monitor's job is expected: crontab lines in a time zone, and intervals. Pure."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from cronsim import CronSim, CronSimError

from urgentry import clock

Unit = Literal["year", "month", "week", "day", "hour", "minute"]
UNITS: tuple[Unit, ...] = ("year", "month", "week", "day", "hour", "minute")

_SHORTCUTS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = 5
_MOST_INTERVAL = 1_000_000
_MONTHS = {"month": 1, "year": 12}
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


class Crontab(msgspec.Struct, frozen=True, tag=True):
    """A line of a crontab: minute, hour, day, month, weekday."""

    line: str


class Interval(msgspec.Struct, frozen=True, tag=True):
    """Every so many units after the last time."""

    count: int
    unit: Unit


Schedule = Crontab | Interval


def read_schedule(kind: Any, value: Any, unit: Any = None) -> Schedule:
    """A schedule as clients give it. ValueError, with a sentence, when it is none."""
    if kind == "crontab":
        return Crontab(_crontab_line(value))
    if kind != "interval":
        raise ValueError("The type of a schedule is crontab or interval.")
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - how the web API says it
        value, unit = value
    if type(value) is not int or not 1 <= value <= _MOST_INTERVAL:
        raise ValueError("An interval is a positive whole number.")
    if unit not in UNITS:
        raise ValueError(f"The unit of an interval is one of {', '.join(UNITS)}.")
    return Interval(value, unit)


def read_timezone(name: Any) -> str:
    """A time zone by its name. ValueError when there is none of that name."""
    if not isinstance(name, str) or not _ZONE_NAME.fullmatch(name):
        raise ValueError("Not a time zone.")
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{name} is not a time zone.") from error


def next_time(schedule: Schedule, after: int, timezone: str) -> int:
    """The first time behind `after` for which a job is scheduled; microseconds."""
    zone = ZoneInfo(timezone)
    moment = datetime.fromtimestamp(after / clock.SECOND, UTC)
    if isinstance(schedule, Crontab):
        found: datetime = next(CronSim(schedule.line, moment.astimezone(zone)))
    else:
        found = _later(moment.astimezone(zone), schedule)
    return round(found.timestamp() * clock.SECOND)


def _crontab_line(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("A crontab schedule is a text.")  # noqa: TRY004 - it is the caller's value
    line = _SHORTCUTS.get(value.strip().lower(), " ".join(value.split()))
    if line.count(" ") != _FIELDS - 1:
        raise ValueError("A crontab line has five fields: minute, hour, day, month, weekday.")
    try:
        next(CronSim(line, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{line!r} is not a crontab line.") from error
    return line


def _later(moment: datetime, interval: Interval) -> datetime:
    """The seconds of the moment do not count: schedules go by the minute."""
    moment = moment.replace(second=0, microsecond=0)
    months = _MONTHS.get(interval.unit)
    if months is None:
        try:
            return moment + timedelta(**{f"{interval.unit}s": interval.count})
        except OverflowError:
            return _NEVER
    month = moment.month - 1 + months * interval.count
    year, month = moment.year + month // 12, month % 12 + 1
    if year >= _NEVER.year:
        return _NEVER
    return moment.replace(
        year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1])
    )
