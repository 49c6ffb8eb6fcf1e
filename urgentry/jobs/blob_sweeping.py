"""Removes blobs that are not needed any more, once a day, by one of the servers.

A day of expiry that is over goes as a whole. In the days to come, and among what is kept without
one, a blob that no row names is marked, and removed when that is still so after a delay: a backup
of the database that is restored meanwhile finds what its rows name.
"""

import secrets
from collections.abc import Sequence

import structlog

from urgentry import clock
from urgentry.beats import beat, rest
from urgentry.blobs.base import Blob, BlobStore
from urgentry.blobs.keys import folder_day
from urgentry.domain.event import day_of
from urgentry.errors import BlobError, StorageError
from urgentry.storage import blob_names, leases
from urgentry.storage.database import Database, Transaction

_JOB = "blob_sweeping"
_PERIOD = clock.DAY
_LEASE = 30 * clock.MINUTE
_ROUND_SECONDS = 600.0
_PAUSE_SECONDS = 0.02
_PAGE = 500
_FOLDER_SECONDS = 600.0
"""What removing a day of blobs may take in a bucket."""

log = structlog.get_logger(__name__)


async def keep_swept(database: Database, store: BlobStore, *, delay: int) -> None:
    """Looks again and again until it is cancelled whether the store works and sweeping is due."""
    holder = secrets.token_hex(8)
    while True:
        try:
            await store.check()
            await sweep_if_due(database, store, holder=holder, delay=delay)
        except (BlobError, StorageError) as error:
            log.warning("blobs_not_swept", problem=str(error), hint=error.hint)
        await rest(_ROUND_SECONDS)


async def sweep_if_due(database: Database, store: BlobStore, *, holder: str, delay: int) -> bool:
    """Sweeps, if no server did so within a day; whether it did. After a failure another server
    goes on when the lease has run out."""
    now = clock.now()

    async def take(tx: Transaction) -> bool:
        return await leases.take(tx, _JOB, holder, now=now, until=now + _LEASE, period=_PERIOD)

    async def finish(tx: Transaction) -> None:
        await leases.finish(tx, _JOB, holder, now=clock.now())

    async def extend(tx: Transaction) -> bool:
        return await leases.extend(tx, _JOB, holder, until=clock.now() + _LEASE)

    if not await database.write(take):
        return False
    for folder in await store.folders():
        await sweep_folder(database, store, folder, now=now, delay=delay)
        if not await database.write(extend):
            return False
    await database.write(finish)
    return True


async def sweep_folder(
    database: Database, store: BlobStore, folder: str, *, now: int, delay: int
) -> None:
    """Removes what is not needed of the blobs whose keys begin with `folder`."""
    day = folder_day(folder)
    if day is not None and day < day_of(now):
        beat(_FOLDER_SECONDS)
        await store.delete_all(f"{folder}/")
        await _forget_marks(database, folder)
        return
    page: list[Blob] = []
    async for blob in store.walk(f"{folder}/"):
        page.append(blob)
        if len(page) == _PAGE:
            await _sweep_page(database, store, page, now=now, delay=delay)
            page.clear()
    await _sweep_page(database, store, page, now=now, delay=delay)


async def _sweep_page(
    database: Database, store: BlobStore, page: Sequence[Blob], *, now: int, delay: int
) -> None:
    if not page:
        return
    written = {blob.key: blob.written_at for blob in page}
    async with database.read() as tx:
        named = await blob_names.list_named(tx, written)
        marked = await blob_names.list_marked(tx, written)
    before = now - delay
    unnamed = written.keys() - named
    ripe = {
        key
        for key in unnamed & marked.keys()
        # What was put again meanwhile may be named in a moment.
        if marked[key] <= before and written[key] <= before
    }
    await store.delete(ripe)
    forgotten, found = (named & marked.keys()) | ripe, unnamed - marked.keys()

    async def body(tx: Transaction) -> None:
        if forgotten:
            await blob_names.unmark(tx, forgotten)
        if found:
            await blob_names.mark(tx, found, at=now)

    if forgotten or found:
        await database.write(body)
    await rest(_PAUSE_SECONDS)


async def _forget_marks(database: Database, folder: str) -> None:
    async def body(tx: Transaction) -> int:
        return await blob_names.delete_marks(tx, folder, limit=_PAGE)

    forgotten = _PAGE
    while forgotten == _PAGE:
        forgotten = await database.write(body)
