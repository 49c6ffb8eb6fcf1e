"""`urgentry backup`, `urgentry verify` and `urgentry restore`."""

import argparse
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from urgentry import clock
from urgentry.backup import restoring, taking, verifying
from urgentry.backup.manifest import KEY_NAME as KEPT_KEY_NAME
from urgentry.backup.manifest import Manifest, read_manifest
from urgentry.config import Settings
from urgentry.errors import BackupError
from urgentry.opening import (
    is_embedded,
    open_backup_blobs,
    open_blob_store,
    open_settings_database,
)
from urgentry.storage.data_directory import KEY_NAME, lock_data_directory, put_key
from urgentry.storage.dsn import sqlite_path

EXIT_DAMAGED = 1


def add(commands: Any) -> None:
    """Adds the three commands to the parser's."""
    backup = commands.add_parser(
        "backup",
        help="write database, blobs and key into a folder",
        description="Writes everything of one moment into a new folder, beside running servers.",
    )
    backup.add_argument("folder", type=Path, metavar="FOLDER", help="made; must not exist")
    backup.set_defaults(command=_backup)
    verify = commands.add_parser(
        "verify",
        help="read a backup and find damage",
        description="Reads every byte of a backup and names what is damaged; then the exit status "
        f"is {EXIT_DAMAGED}.",
    )
    verify.add_argument("folder", type=Path, metavar="FOLDER", help="what `backup` made")
    verify.set_defaults(command=_verify)
    restore = commands.add_parser(
        "restore",
        help="fill an empty system from a backup",
        description="Verifies a backup and puts it into the database and the blob store of the "
        "settings, whichever database it was taken from. Stop all servers first.",
    )
    restore.add_argument("folder", type=Path, metavar="FOLDER", help="what `backup` made")
    restore.add_argument(
        "--force", action="store_true", help="delete everything that is in the database first"
    )
    restore.set_defaults(command=_restore)


async def _backup(settings: Settings, arguments: argparse.Namespace) -> int:
    taken_at = clock.now()
    unfinished = taking.begin(arguments.folder)
    async with AsyncExitStack() as stack:
        database = open_settings_database(settings, is_limited=False)
        stack.push_async_callback(database.close)
        source = open_blob_store(settings.blobs)
        stack.push_async_callback(source.close)
        kept = open_backup_blobs(unfinished)
        stack.push_async_callback(kept.close)
        manifest = await taking.take(
            database,
            source,
            kept,
            unfinished,
            taken_at=taken_at,
            key_file=settings.data_dir / KEY_NAME,
        )
    taking.finish(unfinished, arguments.folder)
    _say(f"{arguments.folder}: {_told(manifest)}")
    if manifest.blobs.missing:
        _say(f"  {manifest.blobs.missing} blobs that rows name were not there: see the log")
    return 0


async def _verify(_settings: Settings, arguments: argparse.Namespace) -> int:
    manifest = read_manifest(arguments.folder)
    if await _has_damages(arguments.folder, manifest):
        return EXIT_DAMAGED
    _say(f"{arguments.folder} is sound: {_told(manifest)}")
    return 0


async def _restore(settings: Settings, arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    manifest = read_manifest(folder)
    async with AsyncExitStack() as stack:
        if is_embedded(settings):
            stack.enter_context(lock_data_directory(sqlite_path(settings.database.dsn).parent))
        database = open_settings_database(settings, is_limited=False)
        stack.push_async_callback(database.close)
        await restoring.refuse_unfit(database, manifest, force=arguments.force)
        if await _has_damages(folder, manifest):
            raise BackupError(f"{folder} is damaged: nothing was restored")
        target = open_blob_store(settings.blobs)
        stack.push_async_callback(target.close)
        kept = open_backup_blobs(folder)
        stack.push_async_callback(kept.close)
        await restoring.restore(database, manifest, folder, kept=kept, target=target)
    if any(file.file == KEPT_KEY_NAME for file in manifest.files):
        put_key(settings.data_dir, (folder / KEPT_KEY_NAME).read_text())
    _say(f"restored {folder}: {_told(manifest)}")
    return 0


async def _has_damages(folder: Path, manifest: Manifest) -> bool:
    """Whether there are any; each is told."""
    kept, found = open_backup_blobs(folder), False
    try:
        async for problem in verifying.damages(folder, manifest, kept):
            sys.stderr.write(f"damaged: {problem}\n")
            found = True
    finally:
        await kept.close()
    return found


def _told(manifest: Manifest) -> str:
    blobs = manifest.blobs
    taken = datetime.fromtimestamp(manifest.taken_at / clock.SECOND, UTC)
    return (
        f"{manifest.rows} rows of {len(manifest.tables)} tables at schema version "
        f"{len(manifest.migrations)}, {blobs.count} blobs of {blobs.bytes} bytes, "
        f"taken {taken:%Y-%m-%d %H:%M} UTC by {manifest.program}"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
