"""How far spools are drained. A position is advanced in the transaction that writes what stands
before it, so that nothing is written twice, whichever process drains.
"""

from typing import NamedTuple

from urgentry.storage.database import Transaction


class Position(NamedTuple):
    """A file of a spool by its number, and the offset up to which it is drained."""

    number: int = 0
    offset: int = 0


async def get_position(tx: Transaction, spool: str) -> Position:
    """How far a spool is drained; the beginning when nothing of it is."""
    row = await tx.one("spooled.get_position", spool=spool)
    return Position(row["file_number"], row["file_offset"]) if row else Position()


async def advance(tx: Transaction, spool: str, *, since: Position, to: Position, at: int) -> bool:
    """Moves a position on. False when somebody else moved it: the transaction must be undone."""
    moved = await tx.run(
        "spooled.advance",
        spool=spool,
        since_number=since.number,
        since_offset=since.offset,
        to_number=to.number,
        to_offset=to.offset,
        at=at,
    )
    return moved == 1


async def forget(tx: Transaction, spool: str) -> None:
    """A spool is drained and gone."""
    await tx.run("spooled.forget", spool=spool)


async def delete_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets spools that nobody has drained for long; how many."""
    return await tx.run("spooled.delete_before", at=at, limit=limit)
