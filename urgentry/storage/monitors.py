"""Monitors, the environments in which they run, and their check-ins."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec
import orjson

from urgentry.domain.event import expires_day, new_row_id, row_id_at
from urgentry.domain.monitor import (
    CheckIn,
    CheckInStatus,
    Health,
    Monitor,
    MonitorConfig,
    MonitorEnvironment,
    MonitorStatus,
)
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers

END = (1 << 63) - 1
"""Behind every check-in."""


class Overdue(NamedTuple):
    """An environment of a monitor, by what both are found by."""

    project_id: int
    slug: str
    environment: str


class TimedOut(NamedTuple):
    """A run that takes too long."""

    check_in_id: int
    guid: bytes
    monitor_id: int
    environment: str


class SlotCount(NamedTuple):
    """How many check-ins of an environment ended how in a slot of time."""

    environment_id: int
    slot: int
    status: CheckInStatus
    runs: int


async def hold_monitor(tx: Transaction, project_id: int, slug: str) -> Monitor | None:
    """The monitor, which nobody else changes before the transaction ends."""
    row = await tx.one("monitors.hold_monitor", project_id=project_id, slug=slug)
    return _monitor(row) if row else None


async def insert_monitor(tx: Transaction, monitor: Monitor, *, at: int) -> bool:
    """Makes a monitor, with an id of its own; False when the project has one of that slug."""
    made = await tx.run(
        "monitors.insert_monitor",
        project_id=monitor.project_id,
        at=at,
        **_columns(monitor) | {"id": new_row_id(at)},
    )
    return made == 1


async def update_monitor(tx: Transaction, monitor: Monitor) -> None:
    """Makes a monitor what it is to be. UniqueViolation when its slug is another's."""
    await tx.run("monitors.update_monitor", **_columns(monitor))


async def mute_environments(
    tx: Transaction, monitor_id: int, *, is_muted: bool, names: Collection[str] = ()
) -> int:
    """Mutes environments by name, or all of them, or ends that; how many there are."""
    return await tx.run(
        "monitors.mute_environments",
        monitor_id=monitor_id,
        is_muted=is_muted,
        all=not names,
        names=orjson.dumps(sorted(names)).decode(),
    )


async def expect(tx: Transaction, monitor_id: int, due: int, latest: int) -> None:
    """From all environments of a monitor the next check-in is expected at a time, and is missed
    from another on."""
    await tx.run("monitors.expect", monitor_id=monitor_id, due=due, latest=latest)


async def get_monitor(tx: Transaction, monitor_id: int) -> Monitor | None:
    row = await tx.one("monitors.get_monitor", id=monitor_id)
    return _monitor(row) if row else None


async def list_monitors(tx: Transaction, project_ids: Iterable[int]) -> list[Monitor]:
    """The monitors of projects, by slug."""
    rows = await tx.all("monitors.list_monitors", project_ids=integers(project_ids))
    return [_monitor(row) for row in rows]


async def find_monitor(
    tx: Transaction, project_ids: Iterable[int], slug: str, monitor_id: int
) -> Monitor | None:
    """The monitor with a slug or an id in one of the projects; the first project's if several
    have it."""
    rows = await tx.all(
        "monitors.find_monitors", project_ids=integers(project_ids), slug=slug, id=monitor_id
    )
    return _monitor(rows[0]) if rows else None


async def delete_monitor(
    tx: Transaction, monitor_id: int, *, environments: Collection[str] = ()
) -> list[int]:
    """Deletes a monitor, or only environments of it; the ids of the environments that went. Their
    check-ins go by `delete_check_ins_of`."""
    rows = await tx.all(
        "monitors.delete_environments",
        monitor_id=monitor_id,
        all=not environments,
        names=orjson.dumps(sorted(environments)).decode(),
    )
    if not environments:
        await tx.run("monitors.delete_monitor", id=monitor_id)
    return [row["id"] for row in rows]


async def delete_check_ins_of(tx: Transaction, environment_ids: list[int], *, limit: int) -> int:
    """Deletes check-ins of environments that are gone; how many."""
    ids = integers(environment_ids)
    return await tx.run("monitors.delete_check_ins_of", ids=ids, limit=limit)


async def hold_environment(
    tx: Transaction, monitor: Monitor, name: str, *, at: int
) -> MonitorEnvironment:
    """An environment of a monitor, made where there is none; nobody else changes it before the
    transaction ends."""
    row = await tx.one(
        "monitors.hold_environment",
        id=new_row_id(at),
        monitor_id=monitor.id,
        project_id=monitor.project_id,
        name=name,
        at=at,
    )
    assert row is not None  # noqa: S101 - it was there or was made
    return _environment(row)


async def set_environment(tx: Transaction, environment: MonitorEnvironment) -> None:
    """How it fares, and when its next check-in is expected."""
    await tx.run(
        "monitors.set_environment",
        id=environment.id,
        status=environment.health.status,
        streak=environment.health.streak,
        last_check_in=environment.last_check_in,
        next_check_in=environment.next_check_in,
        next_check_in_latest=environment.next_check_in_latest,
    )


async def list_environments(
    tx: Transaction, monitor_ids: Iterable[int]
) -> dict[int, list[MonitorEnvironment]]:
    """Environments by monitor."""
    found: dict[int, list[MonitorEnvironment]] = {}
    for row in await tx.all("monitors.list_environments", monitor_ids=integers(monitor_ids)):
        found.setdefault(row["monitor_id"], []).append(_environment(row))
    return found


async def list_overdue(tx: Transaction, now: int, *, limit: int) -> list[Overdue]:
    """Environments whose check-in should have come by now."""
    rows = await tx.all("monitors.list_overdue", now=now, limit=limit)
    return [Overdue(row["project_id"], row["slug"], row["name"]) for row in rows]


async def list_timed_out(tx: Transaction, now: int, *, limit: int) -> list[TimedOut]:
    """Runs that should have ended by now."""
    rows = await tx.all("monitors.list_timed_out", now=now, limit=limit)
    return [TimedOut(row["id"], bytes(row["guid"]), row["monitor_id"], row["name"]) for row in rows]


async def end_run(tx: Transaction, check_in_id: int, *, at: int) -> bool:
    """Says that a run took too long; False when it has ended meanwhile."""
    return await tx.run("monitors.end_run", id=check_in_id, at=at) == 1


async def find_check_in(tx: Transaction, monitor_id: int, guid: bytes) -> CheckIn | None:
    """A check-in by the client's id."""
    row = await tx.one("monitors.find_check_in", monitor_id=monitor_id, guid=guid)
    return _check_in(row) if row else None


async def find_running(tx: Transaction, environment_id: int) -> CheckIn | None:
    """The newest run that is in progress."""
    row = await tx.one("monitors.find_running", environment_id=environment_id)
    return _check_in(row) if row else None


async def last_good(tx: Transaction, environment_id: int, *, among: int) -> int | None:
    """When the last run went well, among so many of the newest check-ins; microseconds."""
    row = await tx.one("monitors.last_good", environment_id=environment_id, among=among)
    return row["at"] if row else None


async def insert_check_in(
    tx: Transaction,
    environment: MonitorEnvironment,
    *,
    guid: bytes,
    status: CheckInStatus,
    at: int,
    retention_days: int,
    expected_at: int | None,
    timeout_at: int | None = None,
    duration_ms: int | None = None,
    trace_id: bytes | None = None,
) -> None:
    await tx.run(
        "monitors.insert_check_in",
        id=new_row_id(at),
        expires_day=expires_day(at, retention_days),
        project_id=environment.project_id,
        monitor_id=environment.monitor_id,
        environment_id=environment.id,
        guid=guid,
        status=status,
        started_at=at,
        updated_at=at,
        expected_at=expected_at,
        timeout_at=timeout_at,
        duration_ms=duration_ms,
        trace_id=trace_id,
    )


async def update_check_in(
    tx: Transaction,
    check_in_id: int,
    *,
    status: CheckInStatus,
    at: int,
    timeout_at: int | None,
    duration_ms: int | None,
    trace_id: bytes | None,
) -> None:
    await tx.run(
        "monitors.update_check_in",
        id=check_in_id,
        status=status,
        updated_at=at,
        timeout_at=timeout_at,
        duration_ms=duration_ms,
        trace_id=trace_id,
    )


async def list_check_ins(
    tx: Transaction,
    monitor_id: int,
    *,
    environments: Collection[str] = (),
    since: int = 0,
    before: int = END,
    limit: int,
) -> list[tuple[str, CheckIn]]:
    """Check-ins with ids from one on and before another, newest first, each behind the name of its
    environment."""
    rows = await tx.all(
        "monitors.list_check_ins",
        monitor_id=monitor_id,
        since=since,
        before=before,
        all=not environments,
        names=orjson.dumps(sorted(environments)).decode(),
        limit=limit,
    )
    return [(row["environment"], _check_in(row)) for row in rows]


async def count_by_slot(
    tx: Transaction, monitor_ids: Iterable[int], *, start: int, width: int, slots: int
) -> list[SlotCount]:
    """How check-ins ended, by environment, in slots of so many microseconds from a time on."""
    since, row_width = row_id_at(start), row_id_at(width)
    rows = await tx.all(
        "monitors.count_by_slot",
        monitor_ids=integers(monitor_ids),
        since=since,
        until=since + slots * row_width,
        width=row_width,
    )
    return [
        SlotCount(row["environment_id"], row["slot"], CheckInStatus(row["status"]), row["runs"])
        for row in rows
    ]


async def delete_expired(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Deletes check-ins whose retention is over; how many."""
    return await tx.run("monitors.delete_expired", today=today, limit=limit)


def _columns(monitor: Monitor) -> dict[str, Any]:
    return {
        "id": monitor.id,
        "slug": monitor.slug,
        "name": monitor.name,
        "status": monitor.status,
        "is_muted": monitor.is_muted,
        "is_upserting": monitor.is_upserting,
        "config": msgspec.json.encode(monitor.config).decode(),
        "owner_account_id": monitor.owner_account_id,
        "owner_team_id": monitor.owner_team_id,
    }


def _monitor(row: Row) -> Monitor:
    return Monitor(
        id=row["id"],
        project_id=row["project_id"],
        slug=row["slug"],
        name=row["name"],
        status=MonitorStatus(row["status"]),
        is_muted=bool(row["is_muted"]),
        is_upserting=bool(row["is_upserting"]),
        config=msgspec.json.decode(row["config"], type=MonitorConfig),
        owner_account_id=row["owner_account_id"],
        owner_team_id=row["owner_team_id"],
        created_at=row["created_at"],
    )


def _environment(row: Row) -> MonitorEnvironment:
    return MonitorEnvironment(
        id=row["id"],
        monitor_id=row["monitor_id"],
        project_id=row["project_id"],
        name=row["name"],
        health=Health(status=CheckInStatus(row["status"]), streak=row["streak"]),
        is_muted=bool(row["is_muted"]),
        created_at=row["created_at"],
        last_check_in=row["last_check_in"],
        next_check_in=row["next_check_in"],
        next_check_in_latest=row["next_check_in_latest"],
    )


def _check_in(row: Row) -> CheckIn:
    return CheckIn(
        id=row["id"],
        guid=bytes(row["guid"]),
        environment_id=row["environment_id"],
        status=CheckInStatus(row["status"]),
        started_at=row["started_at"],
        updated_at=row["updated_at"],
        expected_at=row["expected_at"],
        duration_ms=row["duration_ms"],
    )
