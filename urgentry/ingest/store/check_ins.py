"""Writes the check-ins of a batch: runs, how the environments fare, when the next is expected."""

import secrets
from collections.abc import Sequence

from msgspec.structs import replace

from urgentry import clock
from urgentry.domain.monitor import (
    CheckIn,
    CheckInRecord,
    CheckInStatus,
    Monitor,
    MonitorConfig,
    MonitorEnvironment,
    MonitorStatus,
)
from urgentry.ingest.occurrences import Owner
from urgentry.ingest.store.context import BatchContext
from urgentry.ingest.store.monitor_failures import Ended, tell_change
from urgentry.protocol.outcome import Reason
from urgentry.storage import monitors
from urgentry.storage.database import Transaction


async def write_check_ins(
    tx: Transaction,
    records: Sequence[CheckInRecord],
    _bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Writes check-ins in the order in which they came; one for a monitor that nobody has made is
    refused."""
    fates: dict[int, str] = {}
    ordered = sorted(
        enumerate(records), key=lambda each: (each[1].project_id, each[1].slug, each[0])
    )
    for index, record in ordered:
        monitor = await _monitor(tx, record)
        if monitor is None:
            fates[index] = Reason.MONITOR_NOT_FOUND
        else:
            await _write(tx, monitor, record, context)
    return fates


async def _monitor(tx: Transaction, record: CheckInRecord) -> Monitor | None:
    """The monitor, made or changed as the check-in says."""
    found = await monitors.hold_monitor(tx, record.project_id, record.slug)
    if record.config is None:
        return found
    if found is None:
        await monitors.insert_monitor(tx, _new(record, record.config), at=record.received)
        return await monitors.hold_monitor(tx, record.project_id, record.slug)
    changed = replace(found, config=record.config, is_upserting=True)
    if changed != found:
        await monitors.update_monitor(tx, changed)
    return changed


def _new(record: CheckInRecord, config: MonitorConfig) -> Monitor:
    return Monitor(
        id=0,
        project_id=record.project_id,
        slug=record.slug,
        name=record.slug,
        status=MonitorStatus.ACTIVE,
        is_muted=False,
        is_upserting=True,
        config=config,
        owner_account_id=None,
        owner_team_id=None,
        created_at=record.received,
    )


async def _write(
    tx: Transaction, monitor: Monitor, record: CheckInRecord, context: BatchContext
) -> None:
    environment = await monitors.hold_environment(
        tx, monitor, record.environment, at=record.received
    )
    status = CheckInStatus(record.status)
    run = await _run(tx, monitor, environment, record)
    if run is not None and run.status.is_said:
        return
    timeout = monitor.config.timeout(run.started_at if run else record.received)
    timeout_at = timeout if status is CheckInStatus.IN_PROGRESS else None
    guid = run.guid if run else record.check_in_id or secrets.token_bytes(16)
    if run is None:
        await monitors.insert_check_in(
            tx,
            environment,
            guid=guid,
            status=status,
            at=record.received,
            retention_days=record.retention_days,
            expected_at=environment.next_check_in,
            timeout_at=timeout_at,
            duration_ms=record.duration_ms,
            trace_id=record.trace_id,
        )
    else:
        await monitors.update_check_in(
            tx,
            run.id,
            status=status,
            at=record.received,
            timeout_at=timeout_at,
            duration_ms=_duration(record, run),
            trace_id=record.trace_id,
        )
    fares = await _move_on(tx, monitor, environment, status, at=record.received)
    await tell_change(
        tx,
        monitor,
        environment,
        fares,
        Ended(status=status, guid=guid, at=record.received, trace_id=record.trace_id),
        _owner(record),
        context,
    )


def _owner(record: CheckInRecord) -> Owner:
    return Owner(
        organization_id=record.organization_id,
        project_id=record.project_id,
        key_id=record.key_id,
        retention_days=record.retention_days,
    )


async def _run(
    tx: Transaction, monitor: Monitor, environment: MonitorEnvironment, record: CheckInRecord
) -> CheckIn | None:
    """The run that a check-in is about: the one of its id, or without one the newest that is in
    progress; None when it begins one."""
    if record.check_in_id is not None:
        return await monitors.find_check_in(tx, monitor.id, record.check_in_id)
    if record.status == CheckInStatus.IN_PROGRESS:
        return None
    return await monitors.find_running(tx, environment.id)


def _duration(record: CheckInRecord, run: CheckIn) -> int | None:
    """What the client measured, else what passed between its check-ins."""
    if record.duration_ms is not None or record.status == CheckInStatus.IN_PROGRESS:
        return record.duration_ms
    return max(0, record.received - run.started_at) * 1000 // clock.SECOND


async def _move_on(
    tx: Transaction,
    monitor: Monitor,
    environment: MonitorEnvironment,
    status: CheckInStatus,
    *,
    at: int,
) -> MonitorEnvironment:
    """How the environment fares then. A check-in that comes late changes nothing of what is
    expected next."""
    last = max(at, environment.last_check_in or 0)
    due, latest = monitor.config.expected(last)
    fares = replace(
        environment,
        health=environment.health.after(status, monitor.config),
        last_check_in=last,
        next_check_in=due,
        next_check_in_latest=latest,
    )
    await monitors.set_environment(tx, fares)
    return fares
