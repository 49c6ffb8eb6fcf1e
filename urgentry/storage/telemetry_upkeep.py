"""Keeping blocks few: joining small ones, expiry, and what a deleted project leaves."""

from collections.abc import Sequence

import msgspec

from urgentry.domain.event import day_of, hour_of
from urgentry.errors import UrgentryError
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import ids_by_day, integers
from urgentry.storage.telemetry import insert_blocks
from urgentry.telemetry.block import Block
from urgentry.telemetry.cutting import Home
from urgentry.telemetry.encoding import EncodedBlock
from urgentry.telemetry.signal import Kind

_BLOCKS_AT_ONCE = 10
"""A block may hold a trace for each of its signals."""


class OpenSlice(msgspec.Struct, frozen=True, kw_only=True):
    """An hour of a project with blocks that may be joined."""

    project_id: int
    kind: Kind
    expires_day: int
    slice: int
    blocks: int
    signals: int


class OpenBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A block that may be joined with others of its home."""

    home: Home
    block: Block
    signals: int
    body: bytes


class Overtaken(UrgentryError):
    """Somebody else joined the blocks, or they were deleted."""


async def list_open_slices(
    tx: Transaction, *, blocks: int, signals: int, before_hour: int, before_id: int, limit: int
) -> list[OpenSlice]:
    """Hours with at least so many open blocks or so many signals in them, and those before an hour
    with an open block that was made before a row id."""
    rows = await tx.all(
        "telemetry.list_open_slices",
        blocks=blocks,
        signals=signals,
        before_slice=before_hour,
        before_id=before_id,
        limit=limit,
    )
    return [
        OpenSlice(
            project_id=row["project_id"],
            kind=Kind(row["kind"]),
            expires_day=row["expires_day"],
            slice=row["slice"],
            blocks=row["blocks"],
            signals=int(row["signals"]),
        )
        for row in rows
    ]


async def list_open_blocks(tx: Transaction, found: OpenSlice, *, limit: int) -> list[OpenBlock]:
    """The open blocks of an hour, the smallest first."""
    rows = await tx.all(
        "telemetry.list_open_blocks",
        project_id=found.project_id,
        kind=int(found.kind),
        expires_day=found.expires_day,
        slice=found.slice,
        limit=limit,
    )
    return [_open_block(row, found) for row in rows]


async def replace_blocks(
    tx: Transaction,
    joined: Sequence[OpenBlock],
    blocks: Sequence[EncodedBlock],
    *,
    at: int,
    is_final: bool,
) -> None:
    """Puts blocks in the place of others, all or nothing. `Overtaken` where one of those is gone:
    the transaction must then be undone."""
    home, ids = joined[0].home, integers(sorted(found.block.id for found in joined))
    day = home.expires_day
    if await tx.run("telemetry.delete_blocks", expires_day=day, ids=ids) < len(joined):
        raise Overtaken("the blocks are not there any more")
    await tx.run("telemetry.delete_bodies", expires_day=day, ids=ids)
    insert_blocks(tx, home, blocks, at=at, is_final=is_final)


async def close_blocks(tx: Transaction, blocks: Sequence[OpenBlock]) -> None:
    """Says of blocks of one home that they stay as they are."""
    ids = integers(found.block.id for found in blocks)
    await tx.run("telemetry.close_blocks", expires_day=blocks[0].home.expires_day, ids=ids)


async def delete_expired_blocks(tx: Transaction, at: int, *, limit: int) -> int:
    """Deletes blocks whose day has come, with their bodies; how many."""
    rows = await tx.all("telemetry.list_expired_blocks", today=day_of(at), limit=limit)
    await _delete(tx, rows)
    return len(rows)


async def delete_expired_traces(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets traces whose day has come; how many rows."""
    return await tx.run("telemetry.delete_expired_traces", today=day_of(at), limit=limit)


async def delete_claims_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets which spans came in the hours before that of a time; how many rows."""
    return await tx.run("telemetry.delete_claims_before", slice=hour_of(at), limit=limit)


async def delete_attributes_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets attributes that nothing has had since a time; how many rows."""
    return await tx.run("telemetry.delete_attributes_before", day=day_of(at), limit=limit)


async def delete_of_project(tx: Transaction, project_id: int, *, limit: int) -> int:
    """Deletes a chunk of a project's blocks, traces and attributes; how many rows."""
    at_once = min(limit, _BLOCKS_AT_ONCE)
    rows = await tx.all("telemetry.list_blocks_of_project", project_id=project_id, limit=at_once)
    if not rows:
        return await tx.run(
            "telemetry.delete_attributes_of_project", project_id=project_id, limit=limit
        )
    seen = {
        (row["expires_day"], trace_id)
        for row in rows
        for trace_id in Block(
            id_=row["id"], project_id=project_id, min_at=0, traces=bytes(row["traces"])
        ).trace_ids
    }
    await tx.many(
        "telemetry.delete_traces",
        [{"expires_day": day, "trace_id": trace_id} for day, trace_id in sorted(seen)],
        project_id=project_id,
    )
    await _delete(tx, rows)
    return len(rows)


async def _delete(tx: Transaction, rows: Sequence[Row]) -> None:
    for day, ids in ids_by_day(rows):
        await tx.run("telemetry.delete_blocks", expires_day=day, ids=ids)
        await tx.run("telemetry.delete_bodies", expires_day=day, ids=ids)


def _open_block(row: Row, found: OpenSlice) -> OpenBlock:
    return OpenBlock(
        home=Home(
            organization_id=row["organization_id"],
            project_id=row["project_id"],
            kind=found.kind,
            expires_day=found.expires_day,
            slice=found.slice,
        ),
        block=Block(
            id_=row["id"],
            project_id=row["project_id"],
            min_at=row["min_at"],
            traces=bytes(row["traces"]),
            directory=bytes(row["directory"]),
        ),
        signals=row["signals"],
        body=bytes(row["body"]),
    )
