"""Takes a backup beside a running server: the database at one moment, then the blobs it names.

A blob is written before the row that names it and removed long after, so what the rows of that
moment name is there when its turn comes, but for what expired meanwhile.
"""

import hashlib
import shutil
from pathlib import Path

import structlog

from urgentry import __version__
from urgentry.backup.chunks import ChunkWriter, Values, read_chunk
from urgentry.backup.manifest import (
    FORMAT,
    KEY_NAME,
    BlobContent,
    KeptFile,
    Manifest,
    TableColumn,
    TableContent,
    flush_folder,
    write_file,
    write_manifest,
)
from urgentry.blobs.base import BlobStore
from urgentry.blobs.copying import copy_blob, each
from urgentry.errors import BackupError, BlobDamaged, BlobNotFound
from urgentry.storage import tables
from urgentry.storage.database import Database, Transaction
from urgentry.storage.migrate import applied_names

_BLOB_COLUMN = "blob_key"
"""What every table that names blobs calls the column."""

log = structlog.get_logger(__name__)


async def take(
    database: Database,
    source: BlobStore,
    kept: BlobStore,
    folder: Path,
    *,
    taken_at: int,
    key_file: Path,
) -> Manifest:
    """Fills a new folder; `kept` is the store of the blobs below it. The manifest is written last.
    BackupError when the database holds no schema."""
    named = ChunkWriter(folder, "named")
    async with database.snapshot() as tx:
        migrations = await applied_names(tx)
        if not migrations:
            raise BackupError("the database is empty", hint="check URGENTRY_DATABASE_DSN")
        contents = [
            await _take_table(tx, folder, table, named) for table in await tables.list_tables(tx)
        ]
        last_ids = await tables.last_ids(tx)
    named.close()
    manifest = Manifest(
        format=FORMAT,
        program=__version__,
        taken_at=taken_at,
        migrations=migrations,
        tables=contents,
        last_ids=last_ids,
        blobs=await _take_blobs(folder, named, source, kept),
        files=_take_key(folder, key_file),
    )
    write_manifest(folder, manifest)
    _flush(folder)
    return manifest


async def _take_table(
    tx: Transaction, folder: Path, table: tables.Table, named: ChunkWriter
) -> TableContent:
    writer = ChunkWriter(folder, f"tables/{table.name}")
    place = table.names.index(_BLOB_COLUMN) if _BLOB_COLUMN in table.names else None
    async for rows in tables.read_rows(tx, table):
        writer.add(rows)
        if place is not None:
            named.add([(row[place],) for row in rows if row[place]])
    writer.close()
    return TableContent(
        name=table.name,
        columns=[TableColumn(name=column.name, kind=column.kind) for column in table.columns],
        rows=writer.rows,
        chunks=writer.chunks,
    )


class _Copying:
    """Blobs on their way into a backup."""

    def __init__(self, source: BlobStore, kept: BlobStore) -> None:
        self.copied: list[Values] = []
        self.missing = 0
        self._source = source
        self._kept = kept

    async def copy(self, key: str) -> None:
        """Unless another row named it before."""
        if await self._kept.size(key) is not None:
            return
        try:
            size = await copy_blob(key, self._source, self._kept)
        except (BlobNotFound, BlobDamaged) as error:
            log.warning("blob_left_out", key=key, problem=str(error))
            self.missing += 1
        else:
            self.copied.append((key, size))


async def _take_blobs(
    folder: Path, named: ChunkWriter, source: BlobStore, kept: BlobStore
) -> BlobContent:
    """Copies what rows name, each once, and lists it."""
    copying, writer, total = _Copying(source, kept), ChunkWriter(folder, "blob_list"), 0
    for chunk in named.chunks:
        keys = list(dict.fromkeys(key for (key,) in read_chunk(folder, chunk)))
        await each(keys, copying.copy)
        writer.add(copying.copied)
        total += sum(size for _, size in copying.copied)
        copying.copied = []
    writer.close()
    if named.chunks:
        shutil.rmtree(folder / "named")
    return BlobContent(
        count=writer.rows, bytes=total, missing=copying.missing, chunks=writer.chunks
    )


def _take_key(folder: Path, key_file: Path) -> list[KeptFile]:
    try:
        content = key_file.read_bytes()
    except FileNotFoundError:
        return []
    write_file(folder / KEY_NAME, content)
    digest = hashlib.sha256(content).hexdigest()
    return [KeptFile(file=KEY_NAME, bytes=len(content), sha256=digest)]


def _flush(folder: Path) -> None:
    """What lies in the folders is there; their own entries are kept through a loss of power too."""
    for place in (*folder.glob("tables/*"), *folder.iterdir(), folder):
        if place.is_dir():
            flush_folder(place)


def begin(target: Path) -> Path:
    """Makes the folder that is filled beside `target`, whose name it gets in `finish`: a backup
    that broke off never has that name. BackupError when either is there."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    if target.exists():
        raise BackupError(f"{target} exists", hint="name a folder that does not exist yet")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError(
            f"{unfinished} exists: another backup is being made, or one broke off",
            hint="remove it when no backup is running",
        ) from None
    except OSError as error:
        raise BackupError(f"{unfinished} cannot be made: {error.strerror}") from error
    return unfinished


def finish(unfinished: Path, target: Path) -> None:
    """Gives the folder its name."""
    unfinished.rename(target)
    flush_folder(target.parent)
