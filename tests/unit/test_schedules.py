"""When jobs are expected."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from urgentry import clock
from urgentry.domain.monitor import CheckInStatus, Health, MonitorConfig, monitor_slug
from urgentry.domain.schedule import next_time, read_schedule, read_timezone


def at(text: str, zone: str = "UTC") -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * clock.SECOND)


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "expected"),
    [
        (("crontab", "*/10 * * * *"), "UTC", "2026-03-01 10:00", "2026-03-01 10:10"),
        (("crontab", "@daily"), "UTC", "2026-03-01 10:00", "2026-03-02 00:00"),
        (("crontab", "0 3 * * *"), "Europe/Berlin", "2026-07-01 03:00", "2026-07-02 03:00"),
        (("crontab", "30 2 * * *"), "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 03:00"),
        (("crontab", "0 0 29 2 *"), "UTC", "2026-03-01 10:00", "2028-02-29 00:00"),
        (("interval", 1, "month"), "UTC", "2026-01-31 10:00", "2026-02-28 10:00"),
        (("interval", 2, "year"), "UTC", "2024-02-29 10:00", "2026-02-28 10:00"),
        (("interval", [2, "hour"]), "UTC", "2026-01-31 23:30:40", "2026-02-01 01:30"),
        (("interval", 1_000_000, "week"), "UTC", "2026-01-31 10:00", "9999-01-01 00:00"),
        (("interval", 1_000_000, "year"), "UTC", "2026-01-31 10:00", "9999-01-01 00:00"),
    ],
)
def test_the_next_time(schedule: tuple[Any, ...], zone: str, after: str, expected: str) -> None:
    assert next_time(read_schedule(*schedule), at(after, zone), zone) == at(expected, zone)


@pytest.mark.parametrize(
    "given",
    [
        ("crontab", "* * * *"),
        ("crontab", "61 * * * *"),
        ("crontab", "0 0 31 2 *"),
        ("crontab", 5),
        ("crontab", None),
        ("interval", 0, "day"),
        ("interval", 1, "fortnight"),
        ("interval", True, "day"),
        ("interval", [1]),
        ("daily", 1),
        (None, None),
    ],
)
def test_what_is_no_schedule(given: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_schedule(*given)


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "", 5, "a" * 100])
def test_what_is_no_time_zone(name: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any sentence will do
        read_timezone(name)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Nightly Backup", "nightly-backup"),
        ("  über_job -- 2 ", "uber_job-2"),
        ("-_x_-", "x"),
        ("!!!", ""),
        ("a" * 60, "a" * 50),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert monitor_slug(text) == slug


def test_an_environment_fails_and_recovers_after_so_many_in_a_row() -> None:
    config = MonitorConfig(failure_issue_threshold=2, recovery_threshold=2)
    told = []
    health = Health()
    for name in ("ok", "error", "missed", "ok", "ok", "timeout", "ok"):
        health = health.after(CheckInStatus[name.upper()], config)
        told.append(health.status.name.lower())
    assert told == ["ok", "ok", "missed", "missed", "ok", "ok", "ok"]
    assert health.after(CheckInStatus.IN_PROGRESS, config) == health
