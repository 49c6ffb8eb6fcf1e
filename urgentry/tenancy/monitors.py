"""Making, changing and muting monitors of scheduled jobs; shared by api and web."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from urgentry.access.decision import Access, as_id
from urgentry.domain.monitor import (
    MOST_MINUTES,
    MOST_THRESHOLD,
    Monitor,
    MonitorConfig,
    MonitorStatus,
    monitor_slug,
)
from urgentry.domain.schedule import read_schedule, read_timezone
from urgentry.errors import FieldError, UniqueViolation
from urgentry.storage import members, monitors, teams
from urgentry.storage.database import Database, Transaction

_CHUNK = 500
_NUMBERS = {
    "checkin_margin": MOST_MINUTES,
    "max_runtime": MOST_MINUTES,
    "failure_issue_threshold": MOST_THRESHOLD,
    "recovery_threshold": MOST_THRESHOLD,
}


class MonitorChange(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of a monitor; None keeps what is."""

    name: str | None = None
    slug: str | None = None
    status: MonitorStatus | None = None
    is_muted: bool | None = None
    config: Mapping[str, Any] | None = None
    """As Sentry's API names its members; those that are absent stay."""
    owner: str | UnsetType | None = UNSET
    """`user:ID` or `team:ID` of the organization; None for nobody."""


async def create_monitor(
    tx: Transaction, entered: Access, project_id: int, change: MonitorChange, *, at: int
) -> Monitor:
    """A new monitor of a project. FieldError for what it cannot be."""
    blank = Monitor(
        id=0,
        project_id=project_id,
        slug="",
        name="",
        status=MonitorStatus.ACTIVE,
        is_muted=False,
        is_upserting=False,
        config=MonitorConfig(),
        owner_account_id=None,
        owner_team_id=None,
        created_at=at,
    )
    wanted = await _changed(tx, entered, blank, change)
    if not await monitors.insert_monitor(tx, wanted, at=at):
        raise _slug_taken(wanted.slug)
    made = await monitors.hold_monitor(tx, project_id, wanted.slug)
    assert made is not None  # noqa: S101 - it was made
    return made


async def change_monitor(
    tx: Transaction, entered: Access, monitor: Monitor, change: MonitorChange, *, at: int
) -> Monitor:
    """Makes a monitor what somebody wants. A schedule that is new, or watched again, expects the
    first check-in that lies ahead. FieldError for what it cannot be."""
    held = await monitors.hold_monitor(tx, monitor.project_id, monitor.slug)
    before = held if held is not None and held.id == monitor.id else monitor
    changed = await _changed(tx, entered, before, change)
    try:
        await monitors.update_monitor(tx, changed)
    except UniqueViolation as error:
        raise _slug_taken(changed.slug) from error
    if change.is_muted is not None:
        await monitors.mute_environments(tx, monitor.id, is_muted=change.is_muted)
    if (changed.config, changed.status) != (before.config, before.status):
        await monitors.expect(tx, monitor.id, *changed.config.expected(at))
    return changed


async def forget_check_ins(database: Database, environment_ids: list[int]) -> None:
    """Deletes the check-ins of environments that are gone, a few at a time."""
    deleted = _CHUNK
    while environment_ids and deleted == _CHUNK:
        deleted = await database.write(
            partial(monitors.delete_check_ins_of, environment_ids=environment_ids, limit=_CHUNK)
        )


async def mute_environment(
    tx: Transaction, monitor: Monitor, name: str, *, is_muted: bool
) -> Monitor | None:
    """Mutes one environment of a monitor, or gives it its voice back: a monitor that was muted as a
    whole is so in its other environments then. None when it has no such environment."""
    held = await monitors.hold_monitor(tx, monitor.project_id, monitor.slug) or monitor
    if held.is_muted and not is_muted:
        held = replace(held, is_muted=False)
        await monitors.update_monitor(tx, held)
        await monitors.mute_environments(tx, held.id, is_muted=True)
    found = await monitors.mute_environments(tx, held.id, is_muted=is_muted, names=[name])
    return held if found else None


async def _changed(
    tx: Transaction, entered: Access, monitor: Monitor, change: MonitorChange
) -> Monitor:
    wrong: dict[str, list[str]] = {}
    name = change.name or monitor.name
    slug = change.slug or monitor.slug or monitor_slug(name)
    if not name:
        wrong["name"] = ["This field is required."]
    elif not slug or slug != monitor_slug(slug) or slug.isdecimal():
        wrong["slug"] = ["Lowercase letters, numbers, dashes and underscores, not only numbers."]
    config = monitor.config
    try:
        config = config if change.config is None else read_config(change.config, config)
    except ValueError as error:
        wrong["config"] = [str(error)]
    owner = await _owner(tx, entered, monitor, change.owner)
    if owner is None:
        wrong["owner"] = ["Unknown owner"]
    if wrong or owner is None:
        raise FieldError(wrong)
    return replace(
        monitor,
        name=name,
        slug=slug,
        status=monitor.status if change.status is None else change.status,
        is_muted=monitor.is_muted if change.is_muted is None else change.is_muted,
        is_upserting=monitor.is_upserting and change.config is None,
        config=config,
        owner_account_id=owner[0],
        owner_team_id=owner[1],
    )


def read_config(given: Mapping[str, Any], before: MonitorConfig) -> MonitorConfig:
    """The configuration with some members changed. ValueError, with a sentence, when one is
    wrong."""
    schedule = before.schedule
    if "schedule" in given or "schedule_type" in given:
        kind = given.get("schedule_type") or given.get("scheduleType")
        schedule = read_schedule(kind or "crontab", given.get("schedule"))
    numbers = {
        name: _number(name, given[name], most) for name, most in _NUMBERS.items() if name in given
    }
    timezone = given.get("timezone") or before.timezone
    return replace(before, schedule=schedule, timezone=read_timezone(timezone), **numbers)


def _number(name: str, value: Any, most: int) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= most):
        return value
    raise ValueError(f"{name} is a whole number from 1 to {most}.")


async def _owner(
    tx: Transaction, entered: Access, monitor: Monitor, wanted: str | UnsetType | None
) -> tuple[int | None, int | None] | None:
    """An account's id or a team's; None where the organization has no such owner."""
    if wanted is UNSET:
        return monitor.owner_account_id, monitor.owner_team_id
    if not wanted:
        return None, None
    kind, _, number = str(wanted).partition(":")
    owner_id = as_id(number) or 0
    if kind == "team" and await teams.get_team(tx, entered.organization.id, owner_id):
        return None, owner_id
    if kind == "user" and await members.find_by_account(tx, entered.organization.id, owner_id):
        return owner_id, None
    return None


def _slug_taken(slug: str) -> FieldError:
    return FieldError({"slug": [f'The slug "{slug}" is already in use.']})
