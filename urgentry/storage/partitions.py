"""Partitions of the large tables on PostgreSQL: made ahead, a week of expiry each.

A week and not a day, so that a query without a day in it plans over a dozen partitions and not
ninety. On SQLite there is nothing to make: rows are clustered by expiry day. What no partition was
made for lands in the default one, from where it moves when its partition is made, and goes row by
row when its day comes first.
"""

from collections.abc import Iterable

from urgentry.domain.event import RETENTION_DAYS
from urgentry.errors import DataRejected
from urgentry.storage.database import Database, Transaction
from urgentry.storage.queries import script

WEEK = 7
_TELEMETRY = (
    *("telemetry_block", "telemetry_body", "trace"),
    *("transaction_payload", "trace_event"),
)
TABLES = ("event", "event_body", "event_block", "packed_event", *_TELEMETRY)
_KEYS = dict.fromkeys(TABLES, "expires_day") | {"event_id": "slice"}

_DROP = "DROP TABLE IF EXISTS {name}"
_ALONE = "LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE"
"""One process at a time; the next then sees that the partition exists."""
_CREATE = """
    CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} FOR VALUES FROM ({first}) TO ({end})
"""
_CREATE_WITH_STRAYS = """
    LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE;
    CREATE TABLE {name} (LIKE {table} INCLUDING ALL);
    WITH strays AS (
        DELETE FROM {table}_default WHERE {key} >= {first} AND {key} < {end} RETURNING *
    )
    INSERT INTO {name} SELECT * FROM strays;
    ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})
"""


async def prepare(database: Database, expiry_days: Iterable[int], slices: Iterable[int]) -> None:
    """Makes the partitions that rows of these expiry days and receipt days go to."""
    if database.dialect != "postgres":
        return
    wanted = {(table, day // WEEK) for table in TABLES for day in expiry_days}
    wanted |= {("event_id", day // WEEK) for day in slices}
    async with database.read() as tx:
        existing = {row["name"] for row in await tx.all("partitions.list_partitions")}
    for table, week in sorted(wanted):
        if partition_name(table, week) not in existing:
            await _create(database, table, week)


def day_column(table: str) -> str | None:
    """The column by which a table's rows go to partitions; None where it has none."""
    return _KEYS.get(table)


async def prepare_table(database: Database, table: str, days: Iterable[int]) -> None:
    """Makes the partitions that rows of one table with these days in `day_column` go to."""
    if database.dialect == "postgres":
        for week in sorted({day // WEEK for day in days}):
            await _create(database, table, week)


async def drop_expired(database: Database, today: int) -> None:
    """Drops the partitions of which every day has come. What finds events by their clients' ids
    goes when no event of that week of receipt can be left."""
    if database.dialect != "postgres":
        return
    async with database.read() as tx:
        names = [row["name"] for row in await tx.all("partitions.list_partitions")]
    oldest_receipt = today - max(RETENTION_DAYS) - 1
    for table, last_day in (*((table, today) for table in TABLES), ("event_id", oldest_receipt)):
        for week in sorted(_weeks(table, names)):
            if (week + 1) * WEEK <= last_day + 1:
                await _run(database, table, week, _DROP)


def are_used(database: Database) -> bool:
    """Whether most events go by the partition; otherwise all go row by row, and the file is to be
    made smaller."""
    return database.dialect == "postgres"


def partition_name(table: str, week: int) -> str:
    """The partition for a week since the epoch."""
    return f"{table}_w{week}"


def _weeks(table: str, names: Iterable[str]) -> set[int]:
    """The weeks for which a table has a partition."""
    start = partition_name(table, 0)[:-1]
    weeks = {name.removeprefix(start) for name in names if name.startswith(start)}
    return {int(week) for week in weeks if week.isdecimal()}


async def _create(database: Database, table: str, week: int) -> None:
    try:
        await _run(database, table, week, _CREATE)
    except DataRejected:  # rows of that week stand in the default partition
        await _run(database, table, week, _CREATE_WITH_STRAYS)


async def _run(database: Database, table: str, week: int, text: str) -> None:
    places = {
        "table": table,
        "name": partition_name(table, week),
        "key": _KEYS[table],
        "first": week * WEEK,
        "end": (week + 1) * WEEK,
    }

    async def body(tx: Transaction) -> None:
        await tx.run("partitions.limit_lock_wait")
        await tx.run(script(f"lock {table}", _ALONE.format_map(places)))
        await tx.run(script(f"partition {table}", text.format_map(places)))

    await database.write(body)
