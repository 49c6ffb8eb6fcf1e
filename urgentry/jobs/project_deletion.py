"""Removes what deleted projects leave, in transactions so short that no writer notices."""

from urgentry import clock
from urgentry.beats import rest
from urgentry.storage import project_leftovers
from urgentry.storage.database import Database, Transaction

_CHUNK = 200
_PAUSE_SECONDS = 0.05
_GRACE = clock.MINUTE
"""Events that were on their way when a project went have arrived by then."""


async def clear_deleted_projects(database: Database, *, grace: int = _GRACE) -> None:
    """Removes all that is left of projects that went a while ago; may be stopped at any time."""
    now = clock.now()
    async with database.read() as tx:
        waiting = await project_leftovers.list_deleted_projects(tx, before=now - grace)
    for project_id in waiting:
        await _clear(database, project_id, now)


async def _clear(database: Database, project_id: int, now: int) -> None:
    async def body(tx: Transaction) -> bool:
        return await project_leftovers.delete_chunk(tx, project_id, at=now, limit=_CHUNK)

    is_forgotten = False
    while not is_forgotten:
        is_forgotten = await database.write(body)
        await rest(_PAUSE_SECONDS)
