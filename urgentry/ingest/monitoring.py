"""Notices what scheduled jobs did not do: check-ins that were missed, runs that take too long.

Several replicas may look at once: each transaction holds the monitor's environment and looks again.
"""

import secrets
from functools import partial

import structlog
from msgspec.structs import replace

from urgentry import clock
from urgentry.beats import beat, rest
from urgentry.domain.monitor import CheckInStatus, Monitor, MonitorEnvironment
from urgentry.domain.project import Project
from urgentry.errors import StorageError
from urgentry.ingest.occurrences import Owner
from urgentry.ingest.store.context import BatchContext
from urgentry.ingest.store.monitor_failures import Ended, tell_change
from urgentry.ingest.writer import BatchWriter
from urgentry.storage import monitors, projects
from urgentry.storage.database import Database, Transaction
from urgentry.storage.monitors import Overdue, TimedOut

_ROUND_SECONDS = 10.0
_CHUNK = 100
_NO_KEY = 0

log = structlog.get_logger(__name__)


async def keep_monitoring(database: Database, writer: BatchWriter) -> None:
    """Looks every ten seconds until it is cancelled; waits out an absent database."""
    while True:
        await rest(_ROUND_SECONDS)
        try:
            await notice(database, writer, now=clock.now())
        except StorageError as error:
            log.warning("monitors_put_off", error=str(error))


async def notice(database: Database, writer: BatchWriter, *, now: int) -> None:
    """Marks everything that is missed or takes too long at a time."""
    waiting = True
    while waiting:
        beat()
        async with database.read() as tx:
            overdue = await monitors.list_overdue(tx, now, limit=_CHUNK)
            timed_out = await monitors.list_timed_out(tx, now, limit=_CHUNK)
        works = [
            *[partial(_miss, place=place, now=now) for place in overdue],
            *[partial(_time_out, run=run, now=now) for run in timed_out],
        ]
        noticed = [await writer.write_found(database, now, work) for work in works]
        waiting = any(noticed) and _CHUNK in {len(overdue), len(timed_out)}


async def _miss(tx: Transaction, context: BatchContext, *, place: Overdue, now: int) -> bool:
    """Writes that a check-in was missed, and expects the first one that lies ahead: after a time in
    which nobody looked, one is missed and not one for each time that passed. False when it came, or
    its monitor went, since it was looked for."""
    monitor = await monitors.hold_monitor(tx, place.project_id, place.slug)
    project = await projects.get_project(tx, place.project_id)
    if monitor is None or project is None:
        return False
    environment = await monitors.hold_environment(tx, monitor, place.environment, at=now)
    expected, latest = environment.next_check_in, environment.next_check_in_latest
    if expected is None or latest is None or latest > now:
        return False
    guid = secrets.token_bytes(16)
    await monitors.insert_check_in(
        tx,
        environment,
        guid=guid,
        status=CheckInStatus.MISSED,
        at=now,
        retention_days=project.retention_days,
        expected_at=expected,
    )
    due, due_latest = monitor.config.expected(expected)
    if due_latest <= now:
        due, due_latest = monitor.config.expected(now)
    ended = Ended(status=CheckInStatus.MISSED, guid=guid, at=now)
    moved = replace(environment, next_check_in=due, next_check_in_latest=due_latest)
    await _fare(tx, context, monitor, moved, ended, project)
    return True


async def _time_out(tx: Transaction, context: BatchContext, *, run: TimedOut, now: int) -> bool:
    """Writes that a run took too long. False when it ended, or its monitor went, meanwhile."""
    monitor = await monitors.get_monitor(tx, run.monitor_id)
    project = await projects.get_project(tx, monitor.project_id) if monitor else None
    if monitor is None or project is None:
        return False
    environment = await monitors.hold_environment(tx, monitor, run.environment, at=now)
    if not await monitors.end_run(tx, run.check_in_id, at=now):
        return False
    ended = Ended(status=CheckInStatus.TIMEOUT, guid=run.guid, at=now)
    await _fare(tx, context, monitor, environment, ended, project)
    return True


async def _fare(
    tx: Transaction,
    context: BatchContext,
    monitor: Monitor,
    environment: MonitorEnvironment,
    ended: Ended,
    project: Project,
) -> None:
    health = environment.health.after(ended.status, monitor.config)
    fares = replace(environment, health=health)
    await monitors.set_environment(tx, fares)
    owner = Owner(
        organization_id=project.organization_id,
        project_id=project.id,
        key_id=_NO_KEY,
        retention_days=project.retention_days,
    )
    await tell_change(tx, monitor, environment, fares, ended, owner, context)
