"""An apsw connection with a thread of its own, and what its errors mean. `sqlite` has one to write
with, a few to read with and one that copies the log back into the file.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import apsw

from urgentry.errors import (
    CommitAmbiguous,
    DatabaseUnavailable,
    DataRejected,
    StorageError,
    UniqueViolation,
)
from urgentry.storage.database import Row
from urgentry.storage.worker import Worker, finished

T = TypeVar("T")

Statement = tuple[str, str, list[Any]]
"""Name, text and values."""

STATEMENTS_KEPT = 256
"""Prepared statements of a connection: those of a batch in each of their sizes, and some."""

BEGIN = "begin"
BEGIN_READ = "BEGIN"
BEGIN_WRITE = "BEGIN IMMEDIATE"

BUSY_MILLISECONDS = 5_000

# Foreign keys stay off: each would cost a look-up for every ingested row, the event tables have
# none by design, and the few rows of configuration are deleted by use cases that know the order.
_SETTINGS = """
    pragma synchronous = full;
    pragma secure_delete = off;
    pragma foreign_keys = off;
    pragma wal_autocheckpoint = 0;
    pragma journal_size_limit = 67108864;
    pragma trusted_schema = off;
"""
_NEW_FILE = "pragma page_size = 8192; pragma auto_vacuum = incremental; pragma journal_mode = wal"
WRITER = "pragma cache_size = -6000"
READER = "pragma cache_size = -1000; pragma query_only = on"

CHECKPOINTER = "pragma cache_size = -500"

_UNAVAILABLE: dict[type[apsw.Error], str] = {
    apsw.FullError: "free space on the volume of the data directory",
    apsw.ReadOnlyError: "make the data directory writable for the server's user",
    apsw.CantOpenError: "check that the data directory exists and belongs to the server's user",
    apsw.BusyError: "another process holds the write lock: look for long-running commands",
    apsw.LockedError: "another process holds the write lock: look for long-running commands",
    apsw.IOError: "check the disk and the free space of the data directory",
    apsw.CorruptError: "restore the database from a backup",
    apsw.NotADBError: "the file is no SQLite database: check URGENTRY_DATABASE_DSN",
    apsw.PermissionsError: "make the data directory writable for the server's user",
    apsw.InterruptError: "the statement was interrupted",
}
_UNIQUE = (
    apsw.SQLITE_CONSTRAINT_UNIQUE,
    apsw.SQLITE_CONSTRAINT_PRIMARYKEY,
    apsw.SQLITE_CONSTRAINT_ROWID,
)
DRIVER_ERRORS = (apsw.Error, OverflowError, UnicodeError)
_REJECTED = (apsw.ConstraintError, apsw.TooBigError, apsw.RangeError, apsw.MismatchError)


class DeferredError(Exception):
    """A statement that was sent ahead of another failed."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


class Connection:
    """An apsw connection and its thread. The methods below `submit` run on that thread."""

    def __init__(self, path: Path, name: str, settings: str) -> None:
        self._path = path
        self._settings = settings
        self._worker = Worker(name)
        self._db: apsw.Connection | None = None
        self.log_pages = 0
        """Pages in the log after the last commit of this connection."""

    async def open(self) -> None:
        """Connects, if that was not done."""
        try:
            await finished(self._worker.submit(self._connected))
        except apsw.Error as error:
            raise translated(error, "open") from error

    def submit(self, job: Callable[[], T]) -> asyncio.Future[T]:
        return self._worker.submit(job)

    def interrupt(self) -> None:
        """Stops the statement that runs at this moment, if one does; from any thread."""
        if self._db is not None:
            self._db.interrupt()

    async def close(self) -> None:
        await finished(self._worker.submit(self._disconnect))
        self._worker.stop()

    def fetch(self, before: Sequence[Statement], text: str, values: list[Any]) -> list[Row]:
        cursor = self._after(before).execute(text, values)
        try:
            names = [column[0] for column in cursor.get_description()]
        except apsw.ExecutionCompleteError:  # there is no row
            return []
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def change(self, before: Sequence[Statement], text: str, values: list[Any]) -> int:
        db = self._after(before)
        changes = db.total_changes()
        db.execute(text, values).fetchall()
        return db.total_changes() - changes

    def commit(self, before: Sequence[Statement]) -> None:
        try:
            self._after(before).execute("COMMIT")
        except DeferredError as error:
            raise translated(error.error, error.name) from error.error
        except apsw.IOError as error:
            # the log may hold the commit although the disk did not say so
            raise CommitAmbiguous(f"COMMIT: {error}", hint=_UNAVAILABLE[apsw.IOError]) from error
        except apsw.Error as error:
            raise translated(error, "COMMIT") from error

    def rollback(self) -> None:
        if self._db is not None and self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def begin_here(self, statements: list[Statement]) -> list[Statement]:
        """On the loop's thread: takes the write lock if the first of the statements asks for it and
        nobody holds it, and returns those that are left. Waits for nothing."""
        if self._db is None or not statements or statements[0][1] != BEGIN_WRITE:
            return statements
        self._db.set_busy_timeout(0)
        try:
            self._db.execute(BEGIN_WRITE)
        except apsw.BusyError:
            return statements
        except apsw.Error as error:
            raise DeferredError(BEGIN, error) from error
        finally:
            self._db.set_busy_timeout(BUSY_MILLISECONDS)
        return statements[1:]

    def run(self, statements: Sequence[Statement]) -> None:
        """Runs statements whose rows nobody wants."""
        self._after(statements)

    def checkpoint(self) -> int:
        """Copies what the log holds into the file as far as nobody reads it; how many pages of the
        log are copied."""
        _in_log, copied = self._connected().wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        return copied

    def _note_log(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        self.log_pages = pages
        return apsw.SQLITE_OK

    def _after(self, before: Sequence[Statement]) -> apsw.Connection:
        """The connection, when the statements that come first are done."""
        db = self._connected()
        for name, text, values in before:
            try:
                db.execute(text, values).fetchall()
            except DRIVER_ERRORS as error:
                raise DeferredError(name, error) from error
        return db

    def _connected(self) -> apsw.Connection:
        if self._db is None:
            db = apsw.Connection(str(self._path), statementcachesize=STATEMENTS_KEPT)
            db.set_busy_timeout(BUSY_MILLISECONDS)
            if self._settings is WRITER and not db.pragma("page_count"):
                db.execute(_NEW_FILE).fetchall()
            db.execute(_SETTINGS + self._settings).fetchall()
            if self._settings is WRITER:
                db.set_wal_hook(self._note_log)
            self._db = db
        return self._db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def translated(error: Exception, name: str) -> StorageError:
    """The error of the driver in this program's words."""
    said = f"{name}: {error}"
    if getattr(error, "extendedresult", 0) in _UNIQUE:
        return UniqueViolation(said)
    if isinstance(error, (*_REJECTED, OverflowError, UnicodeError)):
        return DataRejected(said)
    hint = _UNAVAILABLE.get(type(error)) if isinstance(error, apsw.Error) else None
    return DatabaseUnavailable(said, hint=hint) if hint else StorageError(said)
