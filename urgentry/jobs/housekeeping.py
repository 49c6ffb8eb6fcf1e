"""Keeps the tables of passing things small, and makes partitions before their day comes."""

from itertools import count
from typing import Protocol

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.event import RETENTION_DAYS, day_of, expires_day
from urgentry.errors import StorageError
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import (
    accounts,
    attachments,
    feed,
    feedback,
    monitors,
    partitions,
    profiles,
    recording,
    replays,
    sizes,
    spooled,
    stats_retention,
    telemetry_upkeep,
    transactions,
    usage,
)
from urgentry.storage.database import Database, Transaction

_ROUND_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_CHUNK = 500
_FEW = 50
"""Rows as large as blocks."""
_PASSING_KEPT = clock.DAY
_ENDED_KEPT = 5 * clock.MINUTE
"""Windows of quotas: servers' clocks differ."""
_LONGEST_RETENTION = max(RETENTION_DAYS) * clock.DAY
_LONGEST_LIMIT = clock.DAY
_STATS_KEPT = 365 * clock.DAY
_STATS_ROUNDS = 60
_SIZES_KEPT_DAYS = 400
_SPOOLS_KEPT = 90 * clock.DAY

log = structlog.get_logger(__name__)


class _Delete(Protocol):
    async def __call__(self, tx: Transaction, before: int, /, *, limit: int) -> int: ...


async def keep_house(database: Database) -> None:
    """Tidies once a minute until it is cancelled; what fails is tried again in the next round, and
    keeps nothing else from being done."""
    for number in count(1):
        await rest(_ROUND_SECONDS)
        chores = (
            *(prepare_partitions, forget_old, forget_expired, forget_telemetry),
            *(clear_deleted_projects, remove_leftovers),
        )
        for chore in chores if number % _STATS_ROUNDS else (*chores, forget_stats):
            try:
                await chore(database)
            except StorageError as error:
                log.warning("chore_put_off", chore=chore.__name__, error=str(error))


async def prepare_partitions(database: Database, at: int | None = None) -> None:
    """Makes the partitions that events of this week (or that of a time) and the next go to."""
    now = clock.now() if at is None else at
    ahead = [now, now + partitions.WEEK * clock.DAY]
    await partitions.prepare(
        database,
        expiry_days=[expires_day(at, days) for at in ahead for days in RETENTION_DAYS],
        slices=[day_of(at) for at in ahead],
    )


async def forget_old(database: Database) -> None:
    """Deletes passing things that are older than a day."""
    await forget_passing(database, before=clock.now() - _PASSING_KEPT)
    await _delete_chunks(database, usage.delete_ended, clock.now() - _ENDED_KEPT)


async def forget_passing(database: Database, *, before: int) -> None:
    """Deletes what is only needed for a day: change log, batch ids, what sign-ins left."""
    await _delete_chunks(database, feed.delete_before, before)
    await _delete_chunks(database, recording.delete_batches_before, before)
    await _delete_chunks(database, usage.delete_key_usage, before - _LONGEST_LIMIT)
    await _delete_chunks(database, accounts.delete_expired_sessions, before)
    await _delete_chunks(database, accounts.delete_expired_failures, before)
    await _delete_chunks(database, spooled.delete_before, before - _SPOOLS_KEPT)


async def forget_expired(database: Database) -> None:
    """Deletes what hangs on events, and else comes with them, when its retention is over."""
    today = day_of(clock.now())
    await _delete_chunks(database, attachments.delete_expired, today)
    await _delete_chunks(database, feedback.delete_expired, today)
    await _delete_chunks(database, monitors.delete_expired, today)
    await _delete_chunks(database, profiles.delete_expired, today)
    await _delete_chunks(database, replays.delete_expired, today)
    await _delete_chunks(database, replays.delete_expired_segments, today)
    await _delete_chunks(database, sizes.delete_samples, today - _SIZES_KEPT_DAYS)


async def forget_telemetry(database: Database, at: int | None = None) -> None:
    """Deletes spans, logs and metrics whose time has come (by now, or by a time), and what was only
    needed to take them."""
    now = clock.now() if at is None else at
    await partitions.drop_expired(database, day_of(now))
    for delete, before, limit in (
        (telemetry_upkeep.delete_expired_blocks, now, _FEW),
        (telemetry_upkeep.delete_expired_traces, now, _CHUNK),
        (transactions.delete_expired_payloads, now, _FEW),
        (transactions.delete_expired_trace_events, now, _CHUNK),
        (telemetry_upkeep.delete_claims_before, now - 2 * clock.HOUR, _CHUNK),
        (telemetry_upkeep.delete_attributes_before, now - _LONGEST_RETENTION, _CHUNK),
    ):
        await _delete_chunks(database, delete, before, limit=limit)


async def forget_stats(database: Database, at: int | None = None) -> None:
    """Deletes counts that are older than they are kept: of sessions as long as their project keeps
    events, of what became of items a year."""
    now = clock.now() if at is None else at
    await _delete_chunks(database, stats_retention.delete_open_sessions, now)
    await _delete_chunks(database, stats_retention.delete_session_hours, now)
    await _delete_chunks(database, stats_retention.delete_user_sets, now)
    await _delete_chunks(database, stats_retention.delete_outcomes, now - _STATS_KEPT)


async def _delete_chunks(
    database: Database, delete: _Delete, before: int, *, limit: int = _CHUNK
) -> None:
    """Deletes in transactions so short that no writer notices."""

    async def body(tx: Transaction) -> int:
        return await delete(tx, before, limit=limit)

    deleted = limit
    while deleted == limit:
        deleted = await database.write(body)
        await rest(_PAUSE_SECONDS)
