"""Monitors of scheduled jobs, and the check-ins that those send when they run."""

import re
import unicodedata
from enum import IntEnum
from typing import Final

import msgspec

from urgentry import clock
from urgentry.domain.record import Record
from urgentry.domain.schedule import Crontab, Schedule, next_time

MAX_SLUG: Final = 50
MAX_NAME: Final = 128
MAX_ENVIRONMENT: Final = 64
DEFAULT_ENVIRONMENT: Final = "production"
DEFAULT_MARGIN: Final = 1
DEFAULT_RUNTIME: Final = 30
DEFAULT_THRESHOLD: Final = 1
MOST_MINUTES: Final = 40_320
MOST_THRESHOLD: Final = 720

_NOT_SLUG = re.compile(r"[^a-z0-9_\s-]")
_GAPS = re.compile(r"[\s-]+")


class CheckInStatus(IntEnum):
    """How a run stands, or ended."""

    UNKNOWN = 0
    OK = 1
    ERROR = 2
    IN_PROGRESS = 3
    MISSED = 4
    TIMEOUT = 5

    @property
    def is_said(self) -> bool:
        """Whether the job itself said how it ended: nothing changes that any more."""
        return self in {CheckInStatus.OK, CheckInStatus.ERROR}

    @property
    def is_failure(self) -> bool:
        return self in {CheckInStatus.ERROR, CheckInStatus.MISSED, CheckInStatus.TIMEOUT}


STATUS_BY_NAME: Final = {
    "ok": CheckInStatus.OK,
    "error": CheckInStatus.ERROR,
    "in_progress": CheckInStatus.IN_PROGRESS,
}
"""What clients may say; anything else is unknown."""


class MonitorStatus(IntEnum):
    """Whether a monitor is watched."""

    ACTIVE = 0
    DISABLED = 1


class MonitorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of a job; times in minutes, None where the default holds."""

    schedule: Schedule = Crontab("0 * * * *")
    timezone: str = "UTC"
    checkin_margin: int | None = None
    """How long after its time a check-in is not yet missed."""
    max_runtime: int | None = None
    failure_issue_threshold: int | None = None
    """Failures in a row until the environment counts as failing."""
    recovery_threshold: int | None = None
    """Successes in a row until it counts as well again."""

    @property
    def in_force(self) -> "ConfigInForce":
        """The same with the defaults where nothing was set."""
        return ConfigInForce(
            schedule=self.schedule,
            timezone=self.timezone,
            checkin_margin=self.checkin_margin or DEFAULT_MARGIN,
            max_runtime=self.max_runtime or DEFAULT_RUNTIME,
            failure_issue_threshold=self.failure_issue_threshold or DEFAULT_THRESHOLD,
            recovery_threshold=self.recovery_threshold or DEFAULT_THRESHOLD,
        )

    def expected(self, after: int) -> tuple[int, int]:
        """When the next check-in is expected, and from when it is missed; microseconds."""
        due = next_time(self.schedule, after, self.timezone)
        return due, due + self.in_force.checkin_margin * clock.MINUTE

    def timeout(self, started: int) -> int:
        """When a run that started then takes too long."""
        return started + self.in_force.max_runtime * clock.MINUTE


class ConfigInForce(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of a job, defaults included."""

    schedule: Schedule
    timezone: str
    checkin_margin: int
    max_runtime: int
    failure_issue_threshold: int
    recovery_threshold: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How an environment of a monitor fares: its status, and how often in a row the runs went well
    (positive) or badly (negative)."""

    status: CheckInStatus = CheckInStatus.UNKNOWN
    streak: int = 0

    def after(self, status: CheckInStatus, config: MonitorConfig) -> "Health":
        """How it fares once a run has ended so."""
        expected = config.in_force
        if status is CheckInStatus.OK:
            streak = max(self.streak, 0) + 1
            is_well = streak >= expected.recovery_threshold or not self.status.is_failure
            return Health(status=CheckInStatus.OK if is_well else self.status, streak=streak)
        if not status.is_failure:
            return self
        streak = min(self.streak, 0) - 1
        fails = -streak >= expected.failure_issue_threshold
        return Health(status=status if fails else self.status, streak=streak)


class CheckInRecord(Record, kw_only=True):
    """A check-in on its way into the store."""

    slug: str
    environment: str
    status: int
    check_in_id: bytes | None
    """None means the newest run that is in progress."""
    duration_ms: int | None = None
    trace_id: bytes | None = None
    config: MonitorConfig | None = None
    """Makes the monitor, or changes it."""


class Monitor(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is watched."""

    id: int
    project_id: int
    slug: str
    name: str
    status: MonitorStatus
    is_muted: bool
    is_upserting: bool
    """Whether check-ins change its configuration."""
    config: MonitorConfig
    owner_account_id: int | None
    owner_team_id: int | None
    created_at: int


class MonitorEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """One environment in which a job runs; times in microseconds."""

    id: int
    monitor_id: int
    project_id: int
    name: str
    health: Health
    is_muted: bool
    created_at: int
    last_check_in: int | None
    next_check_in: int | None
    next_check_in_latest: int | None


class CheckIn(msgspec.Struct, frozen=True, kw_only=True):
    """One run, or one that did not happen."""

    id: int
    guid: bytes
    environment_id: int
    status: CheckInStatus
    started_at: int
    updated_at: int
    expected_at: int | None
    duration_ms: int | None


def monitor_slug(text: str) -> str:
    """The slug that a name becomes; empty when nothing of it is left (spec §6.9)."""
    plain = unicodedata.normalize("NFKD", text[:MAX_SLUG]).encode("ascii", "ignore").decode()
    return _GAPS.sub("-", _NOT_SLUG.sub("", plain.lower())).strip("-_")
