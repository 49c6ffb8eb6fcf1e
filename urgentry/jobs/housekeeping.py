"""Keeps the tables of passing things small, and makes partitions before their day comes."""

import asyncio
from typing import Protocol

import structlog

from urgentry import clock
from urgentry.domain.event import RETENTION_DAYS, day_of, expires_day
from urgentry.errors import StorageError
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import accounts, feed, partitions, recording, usage
from urgentry.storage.database import Database, Transaction

_ROUND_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
_CHUNK = 500
_PASSING_KEPT = clock.DAY
_LONGEST_LIMIT = clock.DAY

log = structlog.get_logger(__name__)


class _Delete(Protocol):
    async def __call__(self, tx: Transaction, at: int, /, *, limit: int) -> int: ...


async def keep_house(database: Database) -> None:
    """Tidies once a minute until it is cancelled; what fails is tried again in the next round, and
    keeps nothing else from being done."""
    while True:
        await asyncio.sleep(_ROUND_SECONDS)
        for chore in (prepare_partitions, forget_old, clear_deleted_projects, remove_leftovers):
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


async def forget_passing(database: Database, *, before: int) -> None:
    """Deletes what is only needed for a day: change log, batch ids, what sign-ins left."""
    await _delete_chunks(database, feed.delete_before, before)
    await _delete_chunks(database, recording.delete_batches_before, before)
    await _delete_chunks(database, usage.delete_before, before - _LONGEST_LIMIT)
    await _delete_chunks(database, accounts.delete_expired_sessions, before)
    await _delete_chunks(database, accounts.delete_expired_failures, before)


async def _delete_chunks(database: Database, delete: _Delete, before: int) -> None:
    """Deletes in transactions so short that no writer notices."""

    async def body(tx: Transaction) -> int:
        return await delete(tx, before, limit=_CHUNK)

    deleted = _CHUNK
    while deleted == _CHUNK:
        deleted = await database.write(body)
        await asyncio.sleep(_PAUSE_SECONDS)
