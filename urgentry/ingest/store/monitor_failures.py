"""A monitor that fails makes an issue, one for each environment; when the job runs well again the
issue is resolved.
"""

from collections.abc import Sequence

import msgspec

from urgentry.domain.event import PreparedEvent
from urgentry.domain.issue_kind import MONITOR_FAILURE
from urgentry.domain.monitor import CheckInStatus, Monitor, MonitorEnvironment, MonitorStatus
from urgentry.ingest.occurrences import (
    Evidence,
    Json,
    Occurrence,
    Owner,
    event_of,
    hash_of,
    span_context,
)
from urgentry.ingest.store.context import BatchContext, Over
from urgentry.protocol.timestamps import format_timestamp
from urgentry.storage import monitors
from urgentry.storage.database import Transaction

_REASONS = {
    CheckInStatus.ERROR: "The job said that it failed",
    CheckInStatus.MISSED: "A check-in was missed",
    CheckInStatus.TIMEOUT: "A run did not end in time",
}
_LOOKED_AT = 1_000


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How one run ended, or that it did not take place; `at` in microseconds."""

    status: CheckInStatus
    guid: bytes
    """The id of the check-in, 16 bytes."""
    at: int
    trace_id: bytes | None = None


async def tell_change(
    tx: Transaction,
    monitor: Monitor,
    before: MonitorEnvironment,
    now: MonitorEnvironment,
    ended: Ended,
    owner: Owner,
    context: BatchContext,
) -> None:
    """Enters what a run means for the issue of its environment: another failure, or its end."""
    key = (owner.project_id, hash_of(MONITOR_FAILURE, _fingerprint(monitor, now)))
    if before.health.status.is_failure and not now.health.status.is_failure:
        context.over[key] = Over(owner.organization_id, ended.at)
    is_failing = ended.status.is_failure and now.health.status.is_failure
    if is_failing and _is_told(monitor, now):
        context.over.pop(key, None)
        last_good = await monitors.last_good(tx, now.id, among=_LOOKED_AT)
        context.made.append(_failure(monitor, now, ended, owner, last_good))


def _is_told(monitor: Monitor, environment: MonitorEnvironment) -> bool:
    """Whether somebody watches, and nobody muted it."""
    is_muted = monitor.is_muted or environment.is_muted
    return monitor.status is MonitorStatus.ACTIVE and not is_muted


def _failure(
    monitor: Monitor,
    environment: MonitorEnvironment,
    ended: Ended,
    owner: Owner,
    last_good: int | None,
) -> PreparedEvent:
    """The failure of one run. It has the id of the check-in: a run that took too long and then
    says that it failed fails once."""
    reason = _REASONS[ended.status]
    good = format_timestamp(last_good) if last_good else f"none of the last {_LOOKED_AT:,}"
    occurrence = Occurrence(
        kind=MONITOR_FAILURE,
        title=f"{MONITOR_FAILURE.title}: {monitor.name}",
        subtitle=reason,
        culprit=monitor.slug,
        fingerprint=_fingerprint(monitor, environment),
        evidence=(
            Evidence(name="Failure", value=reason, important=True),
            Evidence(name="Monitor", value=monitor.slug),
            Evidence(name="Environment", value=environment.name),
            Evidence(name="Failures in a row", value=str(max(1, -environment.health.streak))),
            Evidence(name="Last successful check-in", value=good),
        ),
        data={
            "monitorSlug": monitor.slug,
            "checkInId": ended.guid.hex(),
            "status": ended.status.name.lower(),
        },
    )
    return event_of(
        occurrence,
        _around(monitor, environment, ended),
        owner,
        event_id=ended.guid,
        at=ended.at,
        received=ended.at,
    )


def _around(monitor: Monitor, environment: MonitorEnvironment, ended: Ended) -> Json:
    status, trace = ended.status.name.lower(), ended.trace_id
    context = {
        "type": "monitor",
        "id": str(monitor.id),
        "slug": monitor.slug,
        "name": monitor.name,
        "status": status,
    }
    return {
        "level": "error",
        "environment": environment.name,
        "contexts": {"monitor": context} | (span_context(trace.hex()) if trace else {}),
        "tags": [["monitor.slug", monitor.slug], ["monitor.status", status]],
    }


def _fingerprint(monitor: Monitor, environment: MonitorEnvironment) -> Sequence[str]:
    return ("monitor", str(monitor.id), environment.name)
