"""How many bytes the database and what is stored take."""

from collections import Counter
from collections.abc import Iterable

from urgentry.domain.sizes import NO_PROJECT, SizeKind, SizeSample
from urgentry.storage.database import Row, Transaction

_MEASURES = (
    *("loose_events", "event_blocks", "signals", "transactions", "attachments", "replays"),
    "profiles",
)


async def database_bytes(tx: Transaction) -> int:
    """Those that hold something: SQLite's free pages are used again before its file grows."""
    found: int = await tx.value("sizes.database_bytes")
    return found


async def measure(tx: Transaction, *, day: int) -> list[SizeSample]:
    """The bytes of everything now, by project and kind, and those of the database. Reads the length
    of every stored payload: once in a while is enough."""
    found = Counter[tuple[int, SizeKind]]()
    for name in _MEASURES:
        for row in await tx.all(f"sizes.measure_{name}"):
            found[row["project_id"], SizeKind(row["kind"])] += row["bytes"]
    found[NO_PROJECT, SizeKind.DATABASE] = await database_bytes(tx)
    return [
        SizeSample(day=day, project_id=project_id, kind=kind, bytes=count)
        for (project_id, kind), count in sorted(found.items())
    ]


async def put_samples(tx: Transaction, day: int, samples: Iterable[SizeSample]) -> None:
    """Stores what was measured last on a day, in place of what was measured before."""
    await tx.run("sizes.clear_day", day=day)
    rows = [
        {"day": day, "project_id": each.project_id, "kind": each.kind, "bytes": each.bytes}
        for each in samples
    ]
    await tx.many("sizes.put_samples", rows)


async def list_latest(tx: Transaction) -> list[SizeSample]:
    """What was measured last."""
    return [_sample(row) for row in await tx.all("sizes.list_latest")]


async def list_of_database(tx: Transaction, *, since: int) -> list[SizeSample]:
    """The size of the database by day, the oldest first."""
    return [_sample(row) for row in await tx.all("sizes.list_of_database", since=since)]


async def delete_samples(tx: Transaction, before: int, /, *, limit: int) -> int:
    """Forgets what was measured before a day; how many samples."""
    return await tx.run("sizes.delete_samples", before=before, limit=limit)


def _sample(row: Row) -> SizeSample:
    return SizeSample(
        day=row["day"],
        project_id=row["project_id"],
        kind=SizeKind(row["kind"]),
        bytes=row["bytes"],
    )
