"""What was taken of quotas, summed over all replicas. Called by ingest, pages and housekeeping.

There are as many rows for each server as quotas are in use, and one more for each quota until some
minutes after its window is over.
"""

from collections.abc import Iterable, Mapping

from urgentry import clock
from urgentry.domain.quotas import Quota, Window
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import texts


def add_usage(tx: Transaction, taken: Mapping[tuple[Window, str], int]) -> None:
    """Counts what a batch took, by window and the server that admitted it."""
    tx.defer(
        "usage.add_usage",
        [
            {**window._asdict(), "server": server, "taken": quantity}
            for (window, server), quantity in sorted(taken.items())
        ],
    )


async def list_others(tx: Transaction, *, at: int, server: str) -> dict[Window, int]:
    """What servers but one took of the windows that last beyond a second since the epoch."""
    return _by_window(await tx.all("usage.list_others", at=at, server=server))


async def list_of_quotas(tx: Transaction, quotas: Iterable[Quota], *, at: int) -> dict[str, int]:
    """What was taken of quotas in the windows of a time in microseconds, by their id."""
    current = {quota.window_at(at) for quota in quotas}
    rows = await tx.all(
        "usage.list_of_quotas",
        at=at // clock.SECOND,
        quotas=texts(window.quota for window in current),
    )
    found = _by_window(rows)
    return {window.quota: found.get(window, 0) for window in current}


async def delete_ended(tx: Transaction, at: int, /, *, limit: int) -> int:
    """Forgets windows that ended before a time in microseconds; how many rows it deleted."""
    return await tx.run("usage.delete_ended", at=at // clock.SECOND, limit=limit)


async def delete_key_usage(tx: Transaction, at: int, /, *, limit: int) -> int:
    """Forgets what servers of an older version counted; how many rows it deleted."""
    return await tx.run("usage.delete_key_usage", at=at // clock.SECOND, limit=limit)


def _by_window(rows: Iterable[Row]) -> dict[Window, int]:
    return {Window(row["quota"], row["begins"], row["ends"]): row["taken"] for row in rows}
