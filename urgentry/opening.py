"""From settings to what they name: the database, the blob store, the keys, the first password.
Called by `serving` and by the commands of `cli`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from urgentry.access.seals import Seals, new_key
from urgentry.blobs.base import BlobStore
from urgentry.blobs.disk import DiskStore
from urgentry.blobs.moving import MovingStore
from urgentry.blobs.s3 import S3Store, S3Target
from urgentry.config import BlobSettings, Settings
from urgentry.errors import ConfigError
from urgentry.storage.data_directory import kept_key
from urgentry.storage.database import Database
from urgentry.storage.dsn import PoolSettings
from urgentry.storage.open import open_database

if TYPE_CHECKING:
    from urgentry.ingest.places import Places

_COMMAND_SECONDS = 12.0
_STATEMENT_CACHES = {"auto": None, "yes": 0, "no": 100}
"""By what the operator says of a pooler in between: prepared statements survive none."""
_ENCRYPTIONS = {"none": "", "aes256": "AES256"}

log = structlog.get_logger(__name__)


def open_seals(settings: Settings) -> Seals:
    """Signs by the configured keys, else by one that is kept in the data directory. Where nothing
    can be kept, sessions end with the process."""
    if settings.secret_keys:
        return Seals(settings.secret_keys)
    try:
        return Seals((kept_key(settings.data_dir, new_key),))
    except OSError as error:
        log.warning(
            "key_not_kept",
            problem=str(error),
            hint="set URGENTRY_SECRET_KEYS, or people are signed out at each start",
        )
        return Seals()


def bootstrap_password(settings: Settings) -> str | None:
    """The password that the environment gives for the first account, if it gives one."""
    if settings.bootstrap.password_file:
        return read_password_file(settings.bootstrap.password_file)
    return settings.bootstrap.password or None


def read_password_file(path: str) -> str:
    """The first line of a file."""
    try:
        return Path(path).read_text().partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise ConfigError(f"cannot read the password file {path}: {error.strerror}") from error


def is_embedded(settings: Settings) -> bool:
    """Whether the database is a SQLite file."""
    return settings.database.dsn.startswith("sqlite:")


def open_settings_database(
    settings: Settings,
    *,
    observe_wait: Callable[[float], None] | None = None,
    is_limited: bool = True,
) -> Database:
    """The database that the settings name. Statements of a migration are not limited in time."""
    configured = settings.database
    return open_database(
        configured.dsn,
        pool=PoolSettings(
            size=configured.pool_size,
            statement_cache=_STATEMENT_CACHES[configured.pooler],
            application_name=f"urgentry-{os.getpid()}",
            command_seconds=_COMMAND_SECONDS if is_limited else None,
        ),
        statement_seconds=configured.statement_timeout_ms / 1000 if is_limited else None,
        observe_wait=observe_wait,
    )


def open_places(path: Path | None) -> "Places | None":
    """The database of places that the settings name, if they name one."""
    if path is None:
        return None
    from urgentry.ingest.places import Places  # noqa: PLC0415 - its reader takes a megabyte

    return Places(path)


def open_backup_blobs(folder: Path) -> BlobStore:
    """The blobs of the backup in a folder."""
    return DiskStore(folder / "blobs")


def open_blob_store(settings: BlobSettings) -> BlobStore:
    """The blob store that the settings name, with the former behind it while blobs are moved;
    nothing is asked of it yet."""
    present, former = open_present_blobs(settings), open_former_blobs(settings)
    return present if former is None else MovingStore(present, former)


def open_present_blobs(settings: BlobSettings) -> BlobStore:
    """The store that blobs go to."""
    return _blob_store(settings, settings.store)


def open_former_blobs(settings: BlobSettings) -> BlobStore | None:
    """The store that blobs are moved from; None where nothing is moved."""
    if settings.former_store == "none":
        return None
    return _blob_store(settings, settings.former_store)


def _blob_store(settings: BlobSettings, store: str) -> BlobStore:
    if store == "disk":
        return DiskStore(settings.dir, min_free_bytes=settings.min_free_bytes)
    is_path_style = {"auto": bool(settings.s3_endpoint), "yes": True, "no": False}
    return S3Store(
        S3Target(
            bucket=settings.s3_bucket,
            prefix=settings.s3_prefix,
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key,
            session_token=settings.s3_session_token,
            is_path_style=is_path_style[settings.s3_path_style],
            encryption=_ENCRYPTIONS.get(settings.s3_encryption, settings.s3_encryption),
            kms_key_id=settings.s3_kms_key_id,
            deletes_in_bulk=settings.s3_bulk_delete,
        )
    )
