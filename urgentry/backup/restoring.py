"""Fills an empty system from a backup, of whichever database it was taken.

The schema is brought to the version that the backup has, filled, and then brought forward as any
other. Until that is done no server serves the database: one that broke off is no system.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from urgentry.backup.chunks import Values, read_chunk, read_chunks
from urgentry.backup.manifest import Manifest, TableContent
from urgentry.blobs.base import BlobStore
from urgentry.blobs.copying import copy_blob, each
from urgentry.errors import BackupError, SchemaMismatch
from urgentry.storage import migrate as schema
from urgentry.storage import partitions, tables
from urgentry.storage.database import Database, Transaction
from urgentry.storage.tables import Table


async def refuse_unfit(database: Database, manifest: Manifest, *, force: bool) -> None:
    """BackupError when this program does not know the schema of the backup, when servers are at
    work, or, without `force`, when somebody has begun to use the database."""
    known = schema.known_names(database)
    if manifest.migrations != known[: len(manifest.migrations)]:
        raise BackupError(
            f"the backup was taken by program {manifest.program}, whose schema this one does not "
            "know",
            hint="restore it with that program, or a newer one",
        )
    others = await tables.count_others(database)
    if others:
        raise BackupError(
            f"servers are at work on the database ({others} connections)",
            hint="stop them all first",
        )
    if not force and not await _is_empty(database):
        raise BackupError(
            "the database is in use", hint="--force deletes everything in it before it restores"
        )


async def restore(
    database: Database, manifest: Manifest, folder: Path, *, kept: BlobStore, target: BlobStore
) -> None:
    """Puts everything of a backup that was verified in the place of what is there. Blobs first, as
    always: rows find them."""
    await _restore_blobs(manifest, folder, kept, target)
    await schema.begin_restoring(database)
    await schema.migrate(database, to=0, force=True, restoring=True)
    await schema.migrate(database, to=len(manifest.migrations), restoring=True)
    await _restore_tables(database, manifest, folder)
    await schema.migrate(database, restoring=True)
    await schema.end_restoring(database)


async def _is_empty(database: Database) -> bool:
    if await schema.is_untouched(database):
        return True
    try:
        await schema.check(database)
    except SchemaMismatch:
        return False
    async with database.read() as tx:
        return not await tables.has_people(tx)


async def _restore_blobs(
    manifest: Manifest, folder: Path, kept: BlobStore, target: BlobStore
) -> None:
    async def copy(key: str) -> None:
        await copy_blob(key, kept, target)

    for chunk in manifest.blobs.chunks:
        await each([key for key, _ in read_chunk(folder, chunk)], copy)


async def _restore_tables(database: Database, manifest: Manifest, folder: Path) -> None:
    async with database.read() as tx:
        found = await tables.list_tables(tx)
    there = {table.name: table for table in found}
    await database.write(partial(_empty_all, there))
    for content in manifest.tables:
        await _restore_table(database, _fitting(content, there), content, folder)

    async def count_on(tx: Transaction) -> None:
        await tables.go_on_after(tx, manifest.last_ids, found)

    await database.write(count_on)


async def _empty_all(there: Mapping[str, Table], tx: Transaction) -> None:
    """What migrations put into a new schema is in the backup too."""
    for table in there.values():
        await tables.empty(tx, table)


def _fitting(content: TableContent, there: Mapping[str, Table]) -> Table:
    """The table that rows of a backup go to, with its columns in their order."""
    table = there.get(content.name)
    columns = {column.name: column for column in table.columns} if table else {}
    if table is None or columns.keys() != {column.name for column in content.columns}:
        raise BackupError(f"the schema has no table {content.name} with these columns")
    return replace(table, columns=tuple(columns[column.name] for column in content.columns))


async def _restore_table(
    database: Database, table: Table, content: TableContent, folder: Path
) -> None:
    day_column = partitions.day_column(table.name)
    place = table.names.index(day_column) if day_column else None
    prepared: set[int] = set()
    for rows in read_chunks(folder, content.chunks):
        if place is not None:
            days = {row[place] for row in rows} - prepared
            await partitions.prepare_table(database, table.name, days)
            prepared |= days
        await database.write(partial(_fill, table, rows))
    async with database.read() as tx:
        counted = await tables.count(tx, table)
    if counted != content.rows:
        raise BackupError(f"{table.name} has {counted} rows and not {content.rows}")


async def _fill(table: Table, rows: list[Values], tx: Transaction) -> None:
    await tables.fill(tx, table, rows)
