"""Monitors and check-ins as Sentry's API shows them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from urgentry.api.timestamps import iso, iso_or_none
from urgentry.domain.account import Account
from urgentry.domain.monitor import (
    CheckIn,
    CheckInStatus,
    Health,
    Monitor,
    MonitorConfig,
    MonitorEnvironment,
    MonitorStatus,
)
from urgentry.domain.organization import Team
from urgentry.domain.schedule import Crontab

_STATUS_WORDS = {
    CheckInStatus.OK: "ok",
    CheckInStatus.ERROR: "error",
    CheckInStatus.MISSED: "missed_checkin",
    CheckInStatus.TIMEOUT: "timeout",
}
_CHECK_IN_WORDS = {
    CheckInStatus.UNKNOWN: "unknown",
    CheckInStatus.OK: "ok",
    CheckInStatus.ERROR: "error",
    CheckInStatus.IN_PROGRESS: "in_progress",
    CheckInStatus.MISSED: "missed",
    CheckInStatus.TIMEOUT: "timeout",
}


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a monitor is shown with."""

    project: dict[str, Any]
    """In its own shape."""
    environments: Sequence[MonitorEnvironment]
    account: Account | None
    team: Team | None


def monitor_shape(monitor: Monitor, around: Around) -> dict[str, Any]:
    """A monitor with its environments, its owner and its project."""
    return {
        "id": str(monitor.id),
        "name": monitor.name,
        "slug": monitor.slug,
        "status": "active" if monitor.status is MonitorStatus.ACTIVE else "disabled",
        "isMuted": monitor.is_muted,
        "isUpserting": monitor.is_upserting,
        "config": config_shape(monitor.config),
        "dateCreated": iso(monitor.created_at),
        "project": around.project,
        "environments": [_environment(each, monitor) for each in around.environments],
        "owner": _owner(around),
    }


def check_in_shape(monitor: Monitor, environment: str, check_in: CheckIn) -> dict[str, Any]:
    """A run of a job, or one that did not happen."""
    is_missed = check_in.status is CheckInStatus.MISSED
    return {
        "id": check_in.guid.hex(),
        "environment": environment,
        "status": _CHECK_IN_WORDS[check_in.status],
        "duration": check_in.duration_ms,
        "dateCreated": iso(check_in.started_at),
        "dateAdded": iso(check_in.started_at),
        "dateUpdated": iso(check_in.updated_at),
        "dateInProgress": None if is_missed else iso(check_in.started_at),
        "dateClock": iso(check_in.started_at),
        "expectedTime": iso_or_none(check_in.expected_at),
        "monitorConfig": config_shape(monitor.config),
    }


def config_shape(config: MonitorConfig) -> dict[str, Any]:
    """What is expected of a job."""
    schedule = config.schedule
    is_crontab = isinstance(schedule, Crontab)
    return {
        "schedule_type": "crontab" if is_crontab else "interval",
        "schedule": schedule.line
        if isinstance(schedule, Crontab)
        else [schedule.count, schedule.unit],
        "checkin_margin": config.checkin_margin,
        "max_runtime": config.max_runtime,
        "timezone": config.timezone,
        "failure_issue_threshold": config.failure_issue_threshold,
        "recovery_threshold": config.recovery_threshold,
        "alert_rule_id": None,
    }


def _environment(environment: MonitorEnvironment, monitor: Monitor) -> dict[str, Any]:
    return {
        "name": environment.name,
        "status": status_word(environment.health),
        "isMuted": monitor.is_muted or environment.is_muted,
        "dateCreated": iso(environment.created_at),
        "lastCheckIn": iso_or_none(environment.last_check_in),
        "nextCheckIn": iso_or_none(environment.next_check_in),
        "nextCheckInLatest": iso_or_none(environment.next_check_in_latest),
        "activeIncident": None,
    }


def status_word(health: Health) -> str:
    """How an environment fares: `active` until a run has ended."""
    return _STATUS_WORDS.get(health.status, "active")


def _owner(around: Around) -> dict[str, str] | None:
    if around.account is not None:
        account = around.account
        return {
            "type": "user",
            "id": str(account.id),
            "name": account.name,
            "email": account.email,
        }
    if around.team is not None:
        return {"type": "team", "id": str(around.team.id), "name": around.team.slug}
    return None
