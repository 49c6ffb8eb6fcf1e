"""Removes what deleted issues and projects leave: events, payloads and roll-ups of their hashes.

`keep_house` calls it. Several replicas may do so at once: a chunk that is gone is no error.
"""

from urgentry.beats import rest
from urgentry.storage import leftovers
from urgentry.storage.database import Database, Transaction

_CHUNK = 100
_HASHES = 100
_PAUSE_SECONDS = 0.02


async def remove_leftovers(database: Database, *, pause: float = _PAUSE_SECONDS) -> None:
    """Removes everything that waits to be removed, in transactions that hold up no writer."""
    while True:
        async with database.read() as tx:
            hash_ids = await leftovers.list_deleted_hashes(tx, limit=_HASHES)
        if not hash_ids:
            return
        for hash_id in hash_ids:
            await _remove(database, hash_id, pause)


async def _remove(database: Database, hash_id: int, pause: float) -> None:
    async def body(tx: Transaction) -> bool:
        return await leftovers.delete_chunk(tx, hash_id, limit=_CHUNK)

    is_gone = False
    while not is_gone:
        is_gone = await database.write(body)
        await rest(pause)
