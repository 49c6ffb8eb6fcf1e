"""The files of one spool: numbered, appended to in turn, each deleted when it is drained.

A spool is a folder below the data directory, `spool/<name>/`. The process that writes to it holds a
lock on it; a spool whose lock is free was left by a process that is gone, and any process may take
it over.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from urgentry.errors import SpoolUnavailable

FILE_BYTES = 16 << 20
"""A file that has grown to this size is closed, so that it can go when it is drained."""

_LOCK_NAME = "lock"
_SUFFIX = ".spool"
_DAMAGED_SUFFIX = "-damaged"
_DIGITS = 8


class SpoolFiles:
    """One spool, locked for this process."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock: int | None = lock
        self._file: int | None = None
        self._written = 0
        self.number = max(self.numbers(), default=0)

    @property
    def name(self) -> str:
        """What the database knows it by."""
        return self.folder.name

    def numbers(self) -> list[int]:
        """The numbers of the files, the oldest first."""
        return sorted(int(path.stem) for path in self.folder.glob(f"*{_SUFFIX}"))

    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.folder.glob(f"*{_SUFFIX}"))

    def append(self, frame: bytes) -> None:
        """Writes a frame; it is on disk when this returns. SpoolUnavailable when it is not, and
        then nothing of it counts."""
        try:
            if self._file is None or self._written >= FILE_BYTES:
                self._begin_file()
            assert self._file is not None  # noqa: S101 - it was begun
            _write_all(self._file, frame)
            os.fdatasync(self._file)
        except OSError as error:
            self._take_back()
            raise SpoolUnavailable(
                f"cannot write to {self.folder}: {error.strerror}",
                hint="look at the free space and the rights of the data directory",
            ) from error
        self._written += len(frame)

    def read(self, number: int) -> bytes:
        """What a file holds."""
        return self._path(number).read_bytes()

    def close_file(self) -> None:
        """What comes next goes to a new file."""
        self._give_up_file()

    def keep_aside(self, number: int) -> Path | None:
        """Gives a damaged file a second name where nothing drains or deletes it, and says which;
        None when it has one."""
        folder = self.folder.parent.with_name(f"{self.folder.parent.name}{_DAMAGED_SUFFIX}")
        kept = folder / f"{self.name}-{self._path(number).name}"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            os.link(self._path(number), kept)
        except FileExistsError:
            return None
        except OSError as error:
            raise SpoolUnavailable(
                f"cannot keep {self._path(number)} in {folder}: {error.strerror}",
                hint="look at the free space and the rights of the data directory",
            ) from error
        return kept

    def delete(self, number: int) -> None:
        """Deletes a file that is closed and drained."""
        self._path(number).unlink(missing_ok=True)

    def release(self) -> None:
        """Gives the spool up, and deletes it when nothing is left in it."""
        self._give_up_file()
        if self._lock is not None:
            if not self.numbers():
                with suppress(OSError):
                    (self.folder / _LOCK_NAME).unlink(missing_ok=True)
                    self.folder.rmdir()
            os.close(self._lock)
            self._lock = None

    def _begin_file(self) -> None:
        self._give_up_file()
        self.number += 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(self._path(self.number), flags, 0o600)
        self._written = 0
        _sync_folder(self.folder)

    def _take_back(self) -> None:
        """Cuts off what an append that failed may have left, and goes on in a new file."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, self._written)
        self._give_up_file()

    def _give_up_file(self) -> None:
        """What was appended is on disk, so that closing has nothing left to say."""
        if self._file is not None:
            descriptor, self._file = self._file, None
            with suppress(OSError):
                os.close(descriptor)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:0{_DIGITS}d}{_SUFFIX}"


def new_spool(root: Path) -> SpoolFiles:
    """A spool of this process's own. SpoolUnavailable where there can be none."""
    folder = root / secrets.token_hex(8)
    try:
        folder.mkdir(mode=0o700, parents=True)
        lock = _locked(folder)
        _sync_folder(root)
    except OSError as error:
        raise SpoolUnavailable(
            f"cannot make a spool in {root}: {error.strerror}",
            hint="make the data directory writable, or set URGENTRY_MAX_SPOOL_BYTES=0",
        ) from error
    assert lock is not None  # noqa: S101 - nobody else knows the folder
    return SpoolFiles(folder, lock)


def abandoned_spools(root: Path) -> Iterator[SpoolFiles]:
    """Spools of processes that are gone, each locked for this one."""
    with suppress(FileNotFoundError):
        for folder in sorted(root.iterdir()):
            with suppress(OSError):
                if folder.is_dir() and (lock := _locked(folder)) is not None:
                    yield SpoolFiles(folder, lock)


def _locked(folder: Path) -> int | None:
    descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
