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

from urgentry.errors import DatabaseUnavailable, StorageError
from urgentry.storage.database import Row
from urgentry.storage.queries import Library, Query, library
from urgentry.storage.sqlite_connection import (
    BEGIN,
    BEGIN_READ,
    BEGIN_WRITE,
    CHECKPOINTER,
    DRIVER_ERRORS,
    READER,
    WRITER,
    Connection,
    DeferredError,
    Statement,
    translated,
)
from urgentry.storage.statement import row_template, statement
from urgentry.storage.worker import finished

T = TypeVar("T")

LONGEST_STAY = 1_000
"""Values of a statement for rows that runs on the loop's own thread, some 0.3 ms of SQLite's work.
To hand it to the writer's thread and back, past the interpreter lock of a busy loop, costs more
than that. COMMIT, which waits for the disk, statements for many rows, and all that are not for rows
go to the connection's thread; so does BEGIN when another process holds the write lock."""

LONGEST_COMMIT = 3 * LONGEST_STAY
"""Values of all deferred statements of a transaction that run on the loop's thread before COMMIT.
The thread would have to win the interpreter lock anew for each statement."""

OLDEST_LIBRARY = (3, 51, 3)
"""Before it a WAL could be corrupted when two connections wrote and checkpointed at once."""

READERS = 4

COPY_PAGES = 1_000
"""Pages by which the log grows before they are copied back into the file, beside the writer."""

FULL_LOG_PAGES = 4_000
"""Pages at which the writer copies what little is left, so that the log begins anew."""


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
        self._writer = Connection(path, "sqlite-writer", WRITER)
        self._copier = Connection(path, "sqlite-checkpoint", CHECKPOINTER)
        self._copying: asyncio.Future[int] | None = None
        self._copied = 0
        """Pages of the present log that are in the file."""
        self._write_lock = asyncio.Lock()
        self._readers: list[Connection] = []
        self._idle: list[Connection] = []
        self._reader_permits = asyncio.Semaphore(readers)
        self._reader_count = readers
        self._closed = False

    def read(self) -> AbstractAsyncContextManager["SqliteTransaction"]:
        return self._reading()

    def snapshot(self) -> AbstractAsyncContextManager["SqliteTransaction"]:
        return self._reading()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator["SqliteTransaction"]:
        async with self._reader_permits:
            self._refuse_closed()
            connection = self._idle.pop() if self._idle else await self._new_reader()
            transaction = SqliteTransaction(connection, self._queries, BEGIN_READ)
            try:
                yield transaction
            finally:
                transaction.forget()
                self._idle.append(connection)

    async def write(self, body: Callable[["SqliteTransaction"], Awaitable[T]]) -> T:
        async with self._write_lock:
            self._refuse_closed()
            await self._keep_log_short()
            transaction = SqliteTransaction(self._writer, self._queries, BEGIN_WRITE)
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
            for connection in (self._copier, *self._readers, self._writer):
                await connection.close()
            for _ in range(self._reader_count):
                self._reader_permits.release()

    async def _keep_log_short(self) -> None:
        """Copies the log back into the file, which no commit waits for: a thread beside the writer
        does nearly all of it. The log begins anew once all of it is copied, which never happens
        while somebody writes; so from time to time the writer copies the rest."""
        pages = self._writer.log_pages
        if self._copying is not None:
            if not self._copying.done():
                return
            self._copied = pages if self._copying.exception() else self._copying.result()
            self._copying = None
        if pages < self._copied:  # it has begun anew
            self._copied = 0
        if pages - self._copied >= COPY_PAGES:
            self._copying = self._copier.submit(self._copier.checkpoint)
        elif pages >= FULL_LOG_PAGES:
            self._copying = self._writer.submit(self._writer.checkpoint)
            await asyncio.wait([self._copying])

    async def _new_reader(self) -> Connection:
        if not self._readers:
            # only the writer makes a file, with the settings that must precede the first table
            await self._writer.open()
        connection = Connection(self._path, f"sqlite-reader-{len(self._readers)}", READER)
        self._readers.append(connection)
        return connection

    def _refuse_closed(self) -> None:
        if self._closed:
            raise DatabaseUnavailable("the database is closed")


class SqliteTransaction:
    """One transaction; BEGIN is sent with the first statement, so an empty one costs nothing.

    After an error every further statement fails, as on PostgreSQL.
    """

    def __init__(self, connection: Connection, queries: Library, begin: str) -> None:
        self._connection = connection
        self._queries = queries
        self._begin: str | None = begin
        self._deferred: list[Statement] = []
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
        for text, values in row_template(found).batches(found.name, rows, params):
            answers += await self._send(
                found.name, self._connection.fetch, text, values, may_stay=True
            )
        return answers

    def defer(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> None:
        found = self._queries.get(query)
        for text, values in row_template(found).batches(found.name, rows, params):
            self._deferred.append((found.name, text, values))

    async def ping(self) -> None:
        await self._send("ping", self._connection.fetch, "SELECT 1", [])

    async def commit(self) -> None:
        self._ended = True
        if self._failure is not None:
            raise self._failure
        last = self._deferred
        if last:
            last = [*self._begin_first(), *last]
            if sum(len(values) for _, _, values in last) <= LONGEST_COMMIT:
                last = self._run_here(last)
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
        job: Callable[[Sequence["Statement"], str, list[Any]], T],
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
            if may_stay and len(values) <= LONGEST_STAY:
                before = self._connection.begin_here(before)
                if not before:
                    return job(before, text, values)
            self._running = self._connection.submit(lambda: job(before, text, values))
            answer: T = await self._running
        except DeferredError as error:
            self._failure = translated(error.error, error.name)
            raise self._failure from error.error
        except DRIVER_ERRORS as error:
            self._failure = translated(error, name)
            raise self._failure from error
        self._running = None
        return answer

    def _run_here(self, statements: "list[Statement]") -> "list[Statement]":
        """Runs statements on the loop's thread; all of them are left when the write lock is not to
        be had at once."""
        try:
            left = self._connection.begin_here(statements)
            if left and left[0][0] == BEGIN:
                return left
            self._connection.run(left)
        except DeferredError as error:
            raise translated(error.error, error.name) from error.error
        return []

    def _begin_first(self) -> "list[Statement]":
        """BEGIN, unless it was sent."""
        begin, self._begin = self._begin, None
        return [(BEGIN, begin, [])] if begin is not None else []

    def _interrupt(self) -> None:
        if self._running is not None and self._running.cancelled():
            self._connection.interrupt()


def library_version() -> tuple[int, ...]:
    """The version of the SQLite library that is loaded."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
