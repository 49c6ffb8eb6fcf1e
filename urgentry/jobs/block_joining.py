"""Joins small blocks of spans, logs and metrics into full ones; one server at a time does it.

A quiet project writes a block for each envelope. What belongs to one hour is written anew as blocks
of 512 signals, in transactions of a few blocks each. A crash in between leaves what was there.
"""

import asyncio
import secrets
from collections.abc import Sequence

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.event import hour_of, row_id_at
from urgentry.errors import StorageError
from urgentry.storage import leases
from urgentry.storage.database import Database, Transaction
from urgentry.storage.telemetry_upkeep import (
    OpenBlock,
    OpenSlice,
    Overtaken,
    close_blocks,
    list_open_blocks,
    list_open_slices,
    replace_blocks,
)
from urgentry.telemetry.block import open_blocks
from urgentry.telemetry.encoding import MOST_SIGNALS, EncodedBlock, encode
from urgentry.telemetry.packing import Packer

_JOB = "block_joining"
_PERIOD = 4 * clock.SECOND
_LEASE = clock.MINUTE
_ROUND_SECONDS = 5.0
_PAUSE_SECONDS = 0.02
_SLICES = 100
_MANY_BLOCKS = 32
_BLOCKS_AT_ONCE = 64
_RECORDS_AT_ONCE = 8 * MOST_SIGNALS
SETTLED = 10 * clock.MINUTE
"""After so long nothing more is expected for an hour that is over."""

log = structlog.get_logger(__name__)


async def keep_joining(database: Database) -> None:
    """Looks every few seconds until it is cancelled; waits out an absent database."""
    holder = secrets.token_hex(8)
    while True:
        await rest(_ROUND_SECONDS)
        try:
            await join_if_due(database, holder=holder)
        except StorageError as error:
            log.warning("blocks_not_joined", problem=str(error), hint=error.hint)


async def join_if_due(database: Database, *, holder: str) -> bool:
    """Joins, if no other server is at it; whether it did."""
    started = clock.now()

    async def take(tx: Transaction) -> bool:
        until = started + _LEASE
        return await leases.take(tx, _JOB, holder, now=started, until=until, period=_PERIOD)

    if not await database.write(take):
        return False
    await join_blocks(database, now=started, until=started + _LEASE)
    await database.write(lambda tx: leases.finish(tx, _JOB, holder, now=clock.now()))
    return True


async def join_blocks(database: Database, *, now: int, until: int | None = None) -> int:
    """Joins what can be joined, until a time at most; how many blocks were taken away."""
    async with database.read() as tx:
        found = await list_open_slices(
            tx,
            blocks=_MANY_BLOCKS,
            signals=MOST_SIGNALS,
            before_hour=hour_of(now - SETTLED),
            before_id=row_id_at(now - SETTLED),
            limit=_SLICES,
        )
    joined, pack = 0, Packer()
    for hour in found:
        if until is not None and clock.now() >= until:
            break
        joined += await _join_slice(database, hour, pack, now=now)
        await rest(_PAUSE_SECONDS)
    return joined


async def _join_slice(database: Database, hour: OpenSlice, pack: Packer, *, now: int) -> int:
    async with database.read() as tx:
        listed = await list_open_blocks(tx, hour, limit=_BLOCKS_AT_ONCE)
    blocks = _within_bounds(listed)
    is_over = hour.slice < hour_of(now - SETTLED)
    is_final = is_over and len(blocks) == hour.blocks
    if len(blocks) > 1:
        encoded = await asyncio.to_thread(_joined, blocks, pack)
        return await _replace(database, blocks, encoded, now=now, is_final=is_final)
    if blocks and is_final:
        await database.write(lambda tx: close_blocks(tx, blocks))
    return 0


def _within_bounds(blocks: Sequence[OpenBlock]) -> list[OpenBlock]:
    kept: list[OpenBlock] = []
    signals = 0
    for block in blocks:
        signals += block.signals
        if kept and signals > _RECORDS_AT_ONCE:
            break
        kept.append(block)
    return kept


def _joined(blocks: Sequence[OpenBlock], pack: Packer) -> list[EncodedBlock]:
    opened = open_blocks((found.block, found.body, None) for found in blocks)
    return encode((signal for block in opened for signal in block.signals()), pack)


async def _replace(
    database: Database,
    blocks: Sequence[OpenBlock],
    encoded: Sequence[EncodedBlock],
    *,
    now: int,
    is_final: bool,
) -> int:
    async def body(tx: Transaction) -> None:
        await replace_blocks(tx, blocks, encoded, at=now, is_final=is_final)

    try:
        await database.write(body)
    except Overtaken:
        return 0
    return len(blocks)
