"""What a backup says of itself. It is written last: a backup without it is not finished."""

import hashlib
import os
from pathlib import Path

import msgspec

from urgentry.errors import BackupError

FORMAT = 1
NAME = "manifest.json"
SUM_NAME = "manifest.sha256"
KEY_NAME = "secret_key"


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A file of rows. `plain_bytes` is its size when it is unpacked."""

    file: str
    rows: int
    bytes: int
    plain_bytes: int
    sha256: str


class TableColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column by name and kind, as `storage.tables` calls kinds."""

    name: str
    kind: str


class TableContent(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one table."""

    name: str
    columns: list[TableColumn]
    rows: int
    chunks: list[Chunk]


class BlobContent(msgspec.Struct, frozen=True, kw_only=True):
    """The blobs: their number and bytes, and the files that list them. `missing` were named by rows
    and gone when their turn came, as is what expires meanwhile."""

    count: int
    bytes: int
    missing: int
    chunks: list[Chunk]


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the data directory."""

    file: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`migrations` are the names of those that the schema has, in order; `last_ids` the last id
    that each table gave out; `taken_at` is in microseconds."""

    format: int
    program: str
    taken_at: int
    migrations: list[str]
    tables: list[TableContent]
    last_ids: dict[str, int]
    blobs: BlobContent
    files: list[KeptFile]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes it and its checksum, kept through a loss of power."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    write_file(folder / SUM_NAME, _sum_line(text))
    write_file(folder / NAME, text)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. BackupError when there is none, or it is not what was written."""
    try:
        text = (folder / NAME).read_bytes()
        line = (folder / SUM_NAME).read_bytes()
    except OSError as error:
        raise BackupError(
            f"{folder} is no finished backup: {error.strerror}: {error.filename}",
            hint="name the folder that `urgentry backup` made",
        ) from error
    if line != _sum_line(text):
        raise BackupError(f"{folder / NAME} is damaged: its checksum is another one")
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise _unknown(folder) from error
    if manifest.format != FORMAT:
        raise _unknown(folder)
    return manifest


def write_file(path: Path, content: bytes) -> None:
    """Writes a new file that only its owner may read, kept through a loss of power."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """What was made or renamed in a folder is kept through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sum_line(text: bytes) -> bytes:
    return f"{hashlib.sha256(text).hexdigest()}  {NAME}\n".encode()


def _unknown(folder: Path) -> BackupError:
    return BackupError(
        f"{folder} has a form that this program does not know",
        hint="restore it with the program that made it, or a newer one",
    )
