"""Measures once an hour how many bytes what is stored takes: one server does it for all, and each
tells it as metrics.
"""

import math
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence

import structlog

from urgentry import clock
from urgentry.beats import beat, rest
from urgentry.domain.event import day_of
from urgentry.domain.sizes import GROWTH_DAYS, ProjectSize, SizeKind, growth_of, sizes_of
from urgentry.errors import StorageError
from urgentry.metrics import Metrics
from urgentry.storage import leases, organizations, projects, sizes
from urgentry.storage.database import Database, Transaction

_JOB = "measuring"
_PERIOD = clock.HOUR
_LEASE = 10 * clock.MINUTE
_ROUND_SECONDS = 60.0
_TOLD_EVERY = 10
"""Rounds; first after one of them, when it is known how large the database is."""
MOST_PROJECTS = 100
"""That are told each for itself."""

log = structlog.get_logger(__name__)


async def keep_measuring(database: Database, metrics: Metrics, *, most: int) -> None:
    """Measures when an hour is over until it is cancelled; waits out an absent database. `most` is
    how many bytes the database may have, 0 for no limit."""
    holder = secrets.token_hex(8)
    rounds = 0
    while True:
        try:
            measured = await measure_if_due(database, holder, now=clock.now())
            if measured or rounds % _TOLD_EVERY == 1:
                await tell(database, metrics, most=most, now=clock.now())
        except StorageError as error:
            log.warning("sizes_put_off", error=str(error))
        rounds += 1
        await rest(_ROUND_SECONDS)


async def tell(database: Database, metrics: Metrics, *, most: int, now: int) -> None:
    """Sets the metrics by what was measured last."""
    async with database.read() as tx:
        listed = {each.id: each for each in await organizations.list_organizations(tx)}
        of_all = {each.id: each for each in await projects.list_of_organizations(tx, listed)}
        latest = await sizes.list_latest(tx)
        daily = await sizes.list_of_database(tx, since=day_of(now) - GROWTH_DAYS)
    metrics.tell_sizes(_told(sizes_of(latest, of_all, listed)))
    growth = growth_of(
        daily,
        now=metrics.sample("database_bytes"),
        free=metrics.sample("database_free_bytes"),
        most=most,
    )
    days = growth.days_left
    metrics.database_days_left.set(math.nan if days is None else days)


def _told(rows: Sequence[ProjectSize]) -> Iterator[tuple[str, str, str, int]]:
    """The largest projects, and all others together."""
    others = Counter[SizeKind]()
    named = 0
    for row in rows:
        if row.project and named < MOST_PROJECTS:
            named += 1
            for kind, count in row.by_kind.items():
                yield row.organization, row.project, kind.name.lower(), count
        else:
            others.update(row.by_kind)
    for kind, count in others.items():
        yield "", "", kind.name.lower(), count


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
