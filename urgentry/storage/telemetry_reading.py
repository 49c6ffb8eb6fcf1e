"""Finding blocks: by time in both directions, by trace; and which attributes there are.

Blocks are joined with others at any time, so several of these calls make one answer only inside of
one `Database.snapshot`.
"""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.domain.event import day_of
from urgentry.domain.slices import expiry_days
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.telemetry.block import Block
from urgentry.telemetry.signal import Kind

_FIRST, _LAST = -(1 << 62), 1 << 62


class BlockScope(msgspec.Struct, frozen=True, kw_only=True):
    """Which blocks may matter: those of some projects with signals from a time on and before
    another (microseconds). What has expired at `now` is not there."""

    organization_id: int
    project_ids: Sequence[int]
    kind: Kind
    start: int
    end: int
    now: int


class ListedBlock(msgspec.Struct, kw_only=True):
    """A block without its body."""

    block: Block
    expires_day: int
    min_at: int
    max_at: int
    signals: int
    bloom: bytes

    @property
    def newest(self) -> tuple[int, int]:
        """Its place in the order of the newest signal."""
        return self.max_at, self.block.id

    @property
    def oldest(self) -> tuple[int, int]:
        """Its place in the order of the oldest signal."""
        return self.min_at, self.block.id


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """From when to when a trace was seen in a project."""

    project_id: int
    min_at: int
    max_at: int


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute that signals have; `type` as in `telemetry.columns`."""

    name: str
    type: str


async def list_newest_blocks(
    tx: Transaction, scope: BlockScope, *, before: tuple[int, int] | None = None, limit: int
) -> list[ListedBlock]:
    """Blocks by their newest signal, the newest first, from a place on."""
    return await _list_blocks(tx, "telemetry.list_newest_blocks", scope, before, _LAST, limit)


async def list_oldest_blocks(
    tx: Transaction, scope: BlockScope, *, after: tuple[int, int] | None = None, limit: int
) -> list[ListedBlock]:
    """Blocks by their oldest signal, the oldest first, from a place on."""
    return await _list_blocks(tx, "telemetry.list_oldest_blocks", scope, after, _FIRST, limit)


async def read_bodies(tx: Transaction, blocks: Iterable[ListedBlock]) -> dict[int, bytes]:
    """The bodies of blocks by id; of those that have gone meanwhile none."""
    listed = list(blocks)
    if not listed:
        return {}
    rows = await tx.all(
        "telemetry.list_bodies",
        ids=integers(found.block.id for found in listed),
        expires_days=integers(sorted({found.expires_day for found in listed})),
    )
    return {row["id"]: bytes(row["body"]) for row in rows}


async def list_extents(
    tx: Transaction, trace_id: bytes, project_ids: Iterable[int], *, now: int
) -> list[Extent]:
    """Where and when a trace was seen."""
    rows = await tx.all(
        "telemetry.list_extents",
        trace_id=trace_id,
        project_ids=integers(project_ids),
        expires_days=integers(expiry_days(now)),
    )
    return [
        Extent(project_id=row["project_id"], min_at=row["min_at"], max_at=row["max_at"])
        for row in rows
    ]


async def list_attributes(
    tx: Transaction, project_ids: Iterable[int], kind: Kind, *, since_day: int
) -> list[Attribute]:
    """The attributes that signals of projects had since a day, by name."""
    rows = await tx.all(
        "telemetry.list_attributes",
        project_ids=integers(project_ids),
        kind=int(kind),
        since_day=since_day,
    )
    return [Attribute(name=row["name"], type=row["type"]) for row in rows]


async def list_noted(tx: Transaction, project_id: int, kind: Kind) -> dict[tuple[str, str], int]:
    """What is noted of a project's attributes: by name and type the last day."""
    rows = await tx.all("telemetry.list_noted", project_id=project_id, kind=int(kind))
    return {(row["name"], row["type"]): row["last_day"] for row in rows}


async def _list_blocks(
    tx: Transaction,
    query: str,
    scope: BlockScope,
    place: tuple[int, int] | None,
    edge: int,
    limit: int,
) -> list[ListedBlock]:
    at, block_id = place or (edge, edge)
    rows = await tx.all(
        query,
        organization_id=scope.organization_id,
        project_ids=integers(scope.project_ids),
        kind=int(scope.kind),
        start_at=scope.start,
        end_at=scope.end,
        today=day_of(scope.now),
        at=at,
        block_id=block_id,
        limit=limit,
    )
    return [_listed(row) for row in rows]


def _listed(row: Row) -> ListedBlock:
    return ListedBlock(
        block=Block(
            id_=row["id"],
            project_id=row["project_id"],
            min_at=row["min_at"],
            traces=bytes(row["traces"]),
            directory=bytes(row["directory"]),
        ),
        expires_day=row["expires_day"],
        min_at=row["min_at"],
        max_at=row["max_at"],
        signals=row["signals"],
        bloom=bytes(row["bloom"]),
    )
