"""Measures once an hour how many bytes what is stored takes; one server does it for all."""

import secrets

import structlog

from urgentry import clock
from urgentry.beats import beat, rest
from urgentry.domain.event import day_of
from urgentry.errors import StorageError
from urgentry.storage import leases, sizes
from urgentry.storage.database import Database, Transaction

_JOB = "measuring"
_PERIOD = clock.HOUR
_LEASE = 10 * clock.MINUTE
_ROUND_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def keep_measuring(database: Database) -> None:
    """Measures when an hour is over until it is cancelled; waits out an absent database."""
    holder = secrets.token_hex(8)
    while True:
        try:
            await measure_if_due(database, holder, now=clock.now())
        except StorageError as error:
            log.warning("sizes_put_off", error=str(error))
        await rest(_ROUND_SECONDS)


async def measure_if_due(database: Database, holder: str, *, now: int) -> bool:
    """Measures unless another server does, or it was done within the hour; whether it did."""

    async def take(tx: Transaction) -> bool:
        return await leases.take(tx, _JOB, holder, now=now, until=now + _LEASE, period=_PERIOD)

    if not await database.write(take):
        return False
    beat()
    async with database.read() as tx:
        found = await sizes.measure(tx, day=day_of(now))

    async def write(tx: Transaction) -> None:
        await sizes.put_samples(tx, day_of(now), found)
        await leases.finish(tx, _JOB, holder, now=now)

    await database.write(write)
    return True
