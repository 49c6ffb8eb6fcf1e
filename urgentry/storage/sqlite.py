"""The SQLite driver: one writer and a few readers, each a connection with a thread of its own.

WAL with `synchronous=FULL`: a commit is on disk when `write` returns, and readers never wait for
the writer. A statement is one job on the thread, BEGIN travels with the first one. `open.py` makes
the database; nobody else imports this module.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
from urgentry.storage.queries import Library, Query, library
from urgentry.storage.statement import row_template, statement
from urgentry.storage.worker import Worker, finished

T = TypeVar("T")

_Statement = tuple[str, str, list[Any]]
"""Name, text and values."""

STATEMENTS_KEPT = 256
"""Prepared statements of a connection: those of a batch in each of their sizes, and some."""

_BEGIN = "begin"

LONGEST_STAY = 1_000
"""Values of statements for rows that run on the loop's own thread, some 0.3 ms of SQLite's work.
To hand them to the writer's thread and back, past the interpreter lock of a busy loop, costs more
than that. BEGIN, which waits for other processes, COMMIT, which waits for the disk, statements for
many rows, and all that are not for rows go to the connection's thread."""

OLDEST_LIBRARY = (3, 51, 3)
"""Before it a WAL could be corrupted when two connections wrote and checkpointed at once."""

BUSY_MILLISECONDS = 5_000
READERS = 4

# Foreign keys stay off: each would cost a look-up for every ingested row, the event tables have
# none by design, and the few rows of configuration are deleted by use cases that know the order.
_SETTINGS = """
    pragma synchronous = full;
    pragma secure_delete = off;
    pragma foreign_keys = off;
    pragma wal_autocheckpoint = 4000;
    pragma journal_size_limit = 67108864;
    pragma trusted_schema = off;
"""
_NEW_FILE = "pragma page_size = 8192; pragma auto_vacuum = incremental; pragma journal_mode = wal"
_WRITER = "pragma cache_size = -6000"
_READER = "pragma cache_size = -1000; pragma query_only = on"

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
_DRIVER_ERRORS = (apsw.Error, OverflowError, UnicodeError)
_REJECTED = (apsw.ConstraintError, apsw.TooBigError, apsw.RangeError, apsw.MismatchError)


class SqliteDatabase:
    """Keeps the contract of `storage.database.Database` over one file."""

    dialect = "sqlite"

    def __init__(
        self, path: Path, *, queries: Library | None = None, readers: int = READERS
    ) -> None:
        if library_version() < OLDEST_LIBRARY:
            raise StorageError(
                f"SQLite {apsw.sqlite_lib_version()} may corrupt its log",
                hint="install apsw 3.51.3 or later",
            )
        self._path = path
        self._queries = queries or library()
        self._writer = _Connection(path, "sqlite-writer", _WRITER)
        self._write_lock = asyncio.Lock()
        self._readers: list[_Connection] = []
        self._idle: list[_Connection] = []
        self._reader_permits = asyncio.Semaphore(readers)
        self._reader_count = readers
        self._closed = False

    def read(self) -> AbstractAsyncContextManager["SqliteTransaction"]:
        return self._reading()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator["SqliteTransaction"]:
        async with self._reader_permits:
            self._refuse_closed()
            connection = self._idle.pop() if self._idle else await self._new_reader()
            transaction = SqliteTransaction(connection, self._queries, "BEGIN")
            try:
                yield transaction
            finally:
                transaction.forget()
                self._idle.append(connection)

    async def write(self, body: Callable[["SqliteTransaction"], Awaitable[T]]) -> T:
        async with self._write_lock:
            self._refuse_closed()
            transaction = SqliteTransaction(self._writer, self._queries, "BEGIN IMMEDIATE")
            try:
                result = await body(transaction)
                await transaction.commit()
            except BaseException:
                await transaction.rollback()
                raise
            return result

    async def ping(self) -> None:
        async with self.read() as transaction:
            await transaction.ping()

    async def close(self) -> None:
        async with self._write_lock:
            if self._closed:
                return
            self._closed = True
            for _ in range(self._reader_count):
                await self._reader_permits.acquire()
            # the writer comes last: it checkpoints and removes the log
            for connection in (*self._readers, self._writer):
                await connection.close()
            for _ in range(self._reader_count):
                self._reader_permits.release()

    async def _new_reader(self) -> "_Connection":
        if not self._readers:
            # only the writer makes a file, with the settings that must precede the first table
            await self._writer.open()
        connection = _Connection(self._path, f"sqlite-reader-{len(self._readers)}", _READER)
        self._readers.append(connection)
        return connection

    def _refuse_closed(self) -> None:
        if self._closed:
            raise DatabaseUnavailable("the database is closed")


def _is_short(statements: Sequence[_Statement]) -> bool:
    """Whether statements of an open transaction may run on the loop's thread."""
    if statements[0][0] == _BEGIN:
        return False
    return sum(len(values) for _, _, values in statements) <= LONGEST_STAY


class _DeferredError(Exception):
    """A statement that was sent ahead of another failed."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


class SqliteTransaction:
    """One transaction; BEGIN is sent with the first statement, so an empty one costs nothing.

    After an error every further statement fails, as on PostgreSQL.
    """

    def __init__(self, connection: "_Connection", queries: Library, begin: str) -> None:
        self._connection = connection
        self._queries = queries
        self._begin: str | None = begin
        self._deferred: list[_Statement] = []
        self._running: asyncio.Future[Any] | None = None
        self._failure: BaseException | None = None
        self._ended = False

    async def one(self, query: str | Query, /, **params: Any) -> Row | None:
        rows = await self._fetch(query, params)
        return rows[0] if rows else None

    async def all(self, query: str | Query, /, **params: Any) -> list[Row]:
        return await self._fetch(query, params)

    async def value(self, query: str | Query, /, **params: Any) -> Any:
        rows = await self._fetch(query, params)
        return next(iter(rows[0].values())) if rows else None

    async def run(self, query: str | Query, /, **params: Any) -> int:
        found = self._queries.get(query)
        compiled = statement(found, "sqlite")
        values = compiled.bind(found.name, params)
        return await self._send(found.name, self._connection.change, compiled.text, values)

    async def many(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> list[Row]:
        found = self._queries.get(query)
        answers: list[Row] = []
        for batch in row_template(found).batches(found.name, rows, params):
            answers += await self._send(
                found.name, self._connection.fetch, batch.text, batch.values, may_stay=True
            )
        return answers

    def defer(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> None:
        found = self._queries.get(query)
        for batch in row_template(found).batches(found.name, rows, params):
            self._deferred.append((found.name, batch.text, batch.values))

    async def ping(self) -> None:
        await self._send("ping", self._connection.fetch, "SELECT 1", [])

    async def commit(self) -> None:
        self._ended = True
        if self._failure is not None:
            raise self._failure
        last = [*self._begin_first(), *self._deferred] if self._deferred else []
        if last or self._begin is None:
            await finished(self._connection.submit(lambda: self._connection.commit(last)))

    async def rollback(self) -> None:
        """Undoes what was done. It cannot fail and cannot be cancelled half-way."""
        self._ended = True
        if self._begin is None:
            self._interrupt()
            await finished(self._connection.submit(self._connection.rollback))

    def forget(self) -> None:
        """Ends a reading transaction without waiting: the thread does so before its next job."""
        self._ended = True
        if self._begin is None:
            self._interrupt()
            self._connection.submit(self._connection.rollback)

    async def _fetch(self, query: str | Query, params: Mapping[str, Any]) -> list[Row]:
        found = self._queries.get(query)
        compiled = statement(found, "sqlite")
        values = compiled.bind(found.name, params)
        return await self._send(found.name, self._connection.fetch, compiled.text, values)

    async def _send(
        self,
        name: str,
        job: Callable[[Sequence["_Statement"], str, list[Any]], T],
        text: str,
        values: list[Any],
        *,
        may_stay: bool = False,
    ) -> T:
        """Runs a statement after those that come before it: on the connection's thread, or here
        where that is sure to be short. See `LONGEST_STAY`."""
        if self._ended:
            raise StorageError(f"{name}: the transaction has ended")
        if self._failure is not None:
            raise StorageError(f"{name}: a statement before it failed") from self._failure
        before = self._begin_first()
        try:
            if may_stay and _is_short([*before, (name, text, values)]):
                return job(before, text, values)
            self._running = self._connection.submit(lambda: job(before, text, values))
            answer: T = await self._running
        except _DeferredError as error:
            self._failure = translated(error.error, error.name)
            raise self._failure from error.error
        except _DRIVER_ERRORS as error:
            self._failure = translated(error, name)
            raise self._failure from error
        self._running = None
        return answer

    def _begin_first(self) -> "list[_Statement]":
        """BEGIN, unless it was sent."""
        begin, self._begin = self._begin, None
        return [(_BEGIN, begin, [])] if begin is not None else []

    def _interrupt(self) -> None:
        if self._running is not None and self._running.cancelled():
            self._connection.interrupt()


class _Connection:
    """An apsw connection and its thread. The methods below `submit` run on that thread."""

    def __init__(self, path: Path, name: str, settings: str) -> None:
        self._path = path
        self._settings = settings
        self._worker = Worker(name)
        self._db: apsw.Connection | None = None

    async def open(self) -> None:
        """Connects, if that was not done."""
        try:
            await finished(self._worker.submit(self._connected))
        except apsw.Error as error:
            raise translated(error, "open") from error

    def submit(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        return self._worker.submit(job)

    def interrupt(self) -> None:
        """Stops the statement that runs at this moment, if one does; from any thread."""
        if self._db is not None:
            self._db.interrupt()

    async def close(self) -> None:
        await finished(self._worker.submit(self._disconnect))
        self._worker.stop()

    def fetch(self, before: Sequence[_Statement], text: str, values: list[Any]) -> list[Row]:
        cursor = self._after(before).execute(text, values)
        try:
            names = [column[0] for column in cursor.get_description()]
        except apsw.ExecutionCompleteError:  # there is no row
            return []
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def change(self, before: Sequence[_Statement], text: str, values: list[Any]) -> int:
        db = self._after(before)
        changes = db.total_changes()
        db.execute(text, values).fetchall()
        return db.total_changes() - changes

    def commit(self, before: Sequence[_Statement]) -> None:
        try:
            self._after(before).execute("COMMIT")
        except _DeferredError as error:
            raise translated(error.error, error.name) from error.error
        except apsw.IOError as error:
            # the log may hold the commit although the disk did not say so
            raise CommitAmbiguous(f"COMMIT: {error}", hint=_UNAVAILABLE[apsw.IOError]) from error
        except apsw.Error as error:
            raise translated(error, "COMMIT") from error

    def rollback(self) -> None:
        if self._db is not None and self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _after(self, before: Sequence[_Statement]) -> apsw.Connection:
        """The connection, when the statements that come first are done."""
        db = self._connected()
        for name, text, values in before:
            try:
                db.execute(text, values).fetchall()
            except _DRIVER_ERRORS as error:
                raise _DeferredError(name, error) from error
        return db

    def _connected(self) -> apsw.Connection:
        if self._db is None:
            db = apsw.Connection(str(self._path), statementcachesize=STATEMENTS_KEPT)
            db.set_busy_timeout(BUSY_MILLISECONDS)
            if self._settings is _WRITER and not db.pragma("page_count"):
                db.execute(_NEW_FILE).fetchall()
            db.execute(_SETTINGS + self._settings).fetchall()
            self._db = db
        return self._db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def library_version() -> tuple[int, ...]:
    """The version of the SQLite library that is loaded."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


def translated(error: Exception, name: str) -> StorageError:
    """The error of the driver in this program's words."""
    said = f"{name}: {error}"
    if getattr(error, "extendedresult", 0) in _UNIQUE:
        return UniqueViolation(said)
    if isinstance(error, (*_REJECTED, OverflowError, UnicodeError)):
        return DataRejected(said)
    hint = _UNAVAILABLE.get(type(error)) if isinstance(error, apsw.Error) else None
    return DatabaseUnavailable(said, hint=hint) if hint else StorageError(said)
