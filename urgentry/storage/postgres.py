"""The PostgreSQL driver: asyncpg, right behind a transaction-mode pooler as well.

Everything that belongs to a transaction is said inside of it: BEGIN and the time limit travel as
one message, ahead of the first statement. There is no LISTEN, no session lock, no SET without
LOCAL. `open.py` makes the database; nobody else imports this module.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import asyncpg
from asyncpg.exceptions import _base as asyncpg_client

from urgentry.errors import (
    CommitAmbiguous,
    DatabaseUnavailable,
    DataRejected,
    StorageError,
    UniqueViolation,
)
from urgentry.storage.database import Row
from urgentry.storage.dsn import PoolSettings, PostgresTarget
from urgentry.storage.postgres_merge import Merged, Texts, merged
from urgentry.storage.postgres_pool import Connection, Pool
from urgentry.storage.postgres_rows import Columns, ColumnTemplate, columns
from urgentry.storage.queries import Library, Query, library
from urgentry.storage.statement import statement

T = TypeVar("T")

ATTEMPTS = 5
ROLLBACK_SECONDS = 1.0

_LOST = (asyncpg.PostgresConnectionError, ConnectionError)
_DRIVER_ERRORS = (
    *(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(OSError, TimeoutError, UnicodeError, OverflowError),
)
_FOREIGN_STATEMENT = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)
_STALE_PLAN = asyncpg.InvalidCachedStatementError  # another process migrated; asyncpg forgets it

_BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CONFLICTS = frozenset({"40001", "40P01"})
_TAKEN = frozenset({"23505", "42710", "42P07"})
"""There is such a row, or such a name: which of them two hear that make a table at once depends on
how far the first has come."""
_DEFINITE_AT_COMMIT = ("08", "57P", "58")


class PostgresDatabase:
    """Keeps the contract of `storage.database.Database` over a pool of connections.

    `statement_seconds` limits each statement of a writing transaction on the server; None sets no
    limit, for migrations. `observe_wait` is told the seconds that each caller waited for the pool.
    """

    dialect = "postgres"

    def __init__(
        self,
        target: PostgresTarget,
        *,
        queries: Library | None = None,
        pool: PoolSettings | None = None,
        statement_seconds: float | None = 10.0,
        observe_wait: Callable[[float], None] | None = None,
    ) -> None:
        self._queries = queries or library()
        self._texts = Texts()
        self._pool = Pool(target, pool or PoolSettings(), observe_wait)
        self._begin = "BEGIN"
        if statement_seconds is not None:
            self._begin += f"; SET LOCAL statement_timeout = {int(statement_seconds * 1000)}"

    def read(self) -> AbstractAsyncContextManager["PostgresTransaction"]:
        return self._reading(None)

    def snapshot(self) -> AbstractAsyncContextManager["PostgresTransaction"]:
        return self._reading(self._begin.replace("BEGIN", _BEGIN_SNAPSHOT, 1))

    @asynccontextmanager
    async def _reading(self, begin: str | None) -> AsyncIterator["PostgresTransaction"]:
        connection = await self._pool.acquire()
        transaction = PostgresTransaction(connection, self._queries, self._texts, begin)
        try:
            yield transaction
        finally:
            await self._finish(connection, transaction)

    async def write(self, body: Callable[["PostgresTransaction"], Awaitable[T]]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(body)
            except _TryAgainError as again:
                if attempt == ATTEMPTS - 1:
                    raise again.error from again.error.__cause__
            await asyncio.sleep(random.uniform(0.2, 1.0) * 0.01 * 4**attempt)  # noqa: S311
        raise AssertionError("unreachable")

    async def ping(self) -> None:
        async with self.read() as transaction:
            await transaction.ping()

    async def close(self) -> None:
        await self._pool.close()

    @property
    def behind_pooler(self) -> bool | None:
        """Whether a pooler stands in between; None before the first connection."""
        return self._pool.behind_pooler

    async def _attempt(self, body: Callable[["PostgresTransaction"], Awaitable[T]]) -> T:
        connection = await self._pool.acquire()
        transaction = PostgresTransaction(connection, self._queries, self._texts, self._begin)
        try:
            result = await body(transaction)
            await transaction.commit()
        except Exception as error:
            if transaction.try_again and transaction.failure is not None:
                raise _TryAgainError(transaction.failure) from error
            raise
        finally:
            await self._finish(connection, transaction)
        return result

    async def _finish(self, connection: Connection, transaction: "PostgresTransaction") -> None:
        try:
            await transaction.end()
        finally:
            if transaction.met_foreign_statement:
                self._pool.suspect_pooler()
            self._pool.release(connection, broken=transaction.broken)


class PostgresTransaction:
    """One transaction, or with `begin` None a connection on which each statement is its own.

    `broken` says that the connection must not be used again, which holds from the moment that a
    statement is sent until it is answered. Whoever is cancelled in between leaves it so; asyncpg
    then cancels the statement on the server, and `end` makes the connection whole again.
    """

    def __init__(
        self,
        connection: Connection,
        queries: Library,
        texts: Texts,
        begin: str | None,
    ) -> None:
        self.broken = False
        self.try_again = False
        self.met_foreign_statement = False
        self.failure: StorageError | None = None
        self._connection = connection
        self._queries = queries
        self._texts = texts
        self._pending_begin = begin
        self._deferred: list[Columns] = []
        self._writes = begin is not None
        self._committed = False
        self._ended = False

    async def one(self, query: str | Query, /, **params: Any) -> Row | None:
        rows = await self._fetch(query, params)
        return dict(rows[0].items()) if rows else None

    async def all(self, query: str | Query, /, **params: Any) -> list[Row]:
        return [dict(row.items()) for row in await self._fetch(query, params)]

    async def value(self, query: str | Query, /, **params: Any) -> Any:
        rows = await self._fetch(query, params)
        return rows[0][0] if rows else None

    async def run(self, query: str | Query, /, **params: Any) -> int:
        found = self._queries.get(query)
        compiled = statement(found, "postgres")
        values = compiled.bind(found.name, params)
        status: str = await self._send(found.name, self._connection.execute, compiled.text, values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() and not status.startswith("SELECT") else 0

    async def many(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> list[Row]:
        part = columns(self._queries.get(query), rows, params)
        if part is None:
            return []
        return [dict(record.items()) for record in await self._send_rows(Merged([part]))]

    def defer(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> None:
        part = columns(self._queries.get(query), rows, params)
        if part is not None:
            self._deferred.append(part)

    async def ping(self) -> None:
        await self._send("ping", self._connection.execute, "SELECT 1", [])

    async def commit(self) -> None:
        if self.failure is not None:
            raise self.failure
        for group in merged(self._deferred):
            await self._send_rows(group)
        self._ended = True
        if self._pending_begin is not None or not self._writes:
            return
        self.broken = True
        try:
            status = await self._connection.execute("COMMIT")
        except _DRIVER_ERRORS as error:
            raise self._commit_failed(error) from error
        self.broken = False
        if status != "COMMIT":
            raise StorageError(f"COMMIT was answered with {status}")
        self._committed = True

    async def end(self) -> None:
        """Undoes what was not committed; a connection that does not answer is given up."""
        self._ended = True
        open_or_unknown = self.broken or (self._writes and self._pending_begin is None)
        if self._committed or not open_or_unknown or self._connection.is_closed():
            return
        self.broken = True
        with suppress(*_DRIVER_ERRORS):
            await self._connection.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
            self.broken = False

    async def _fetch(self, query: str | Query, params: Mapping[str, Any]) -> "list[asyncpg.Record]":
        found = self._queries.get(query)
        compiled = statement(found, "postgres")
        values = compiled.bind(found.name, params)
        records: list[asyncpg.Record] = await self._send(
            found.name, self._connection.fetch, compiled.text, values
        )
        return records

    async def _send_rows(self, group: Merged) -> "list[asyncpg.Record]":
        for part in group.parts:
            if self._texts.needs_types(part.template):
                await self._learn_types(part.template)
        records: list[asyncpg.Record] = await self._send(
            group.name, self._connection.fetch, self._texts.of(group.templates), group.values
        )
        return records

    async def _learn_types(self, template: ColumnTemplate) -> None:
        """Asks the server for the types of a query's columns. The statement has no name, so that it
        leaves nothing behind on a connection that a pooler lends out."""
        text, names = template.for_one_row()
        prepared = await self._send(
            template.query.name, partial(self._connection.prepare, name=""), text, []
        )
        types = (kind.name for kind in prepared.get_parameters())
        self._texts.learn_types(template, dict(zip(names, types, strict=True)))

    async def _send(
        self, name: str, call: Callable[..., Awaitable[Any]], text: str, values: list[Any]
    ) -> Any:
        if self._ended:
            raise StorageError(f"{name}: the transaction has ended")
        if self.failure is not None:
            raise StorageError(f"{name}: a statement before it failed") from self.failure
        self.broken = True
        try:
            if self._pending_begin is not None:
                await self._connection.execute(self._pending_begin)
                self._pending_begin = None
            answer = await call(text, *values)
        except _DRIVER_ERRORS as error:
            raise self._failed(error, name) from error
        self.broken = False
        return answer

    def _failed(self, error: BaseException, name: str) -> StorageError:
        failure = translated(error, name)
        state = getattr(error, "sqlstate", None)
        self.met_foreign_statement = isinstance(error, _FOREIGN_STATEMENT)
        closed = self._connection.is_closed()
        lost = closed or isinstance(error, _LOST) or str(state).startswith("57P")
        self.broken = lost or isinstance(error, TimeoutError)
        stale = self.met_foreign_statement or isinstance(error, _STALE_PLAN)
        self.try_again = self._writes and (lost or stale or state in _CONFLICTS)
        self.failure = failure
        return failure

    def _commit_failed(self, error: BaseException) -> StorageError:
        state: str | None = getattr(error, "sqlstate", None)
        answered = isinstance(error, asyncpg.PostgresError) and state is not None
        if answered and state is not None and not state.startswith(_DEFINITE_AT_COMMIT):
            self.broken = self._connection.is_closed()
            self.try_again = state in _CONFLICTS
            self.failure = translated(error, "COMMIT")
            return self.failure
        return CommitAmbiguous(f"the connection broke during COMMIT: {error!r}")


class _TryAgainError(Exception):
    """The transaction is undone and may go through when it is run again."""

    def __init__(self, error: StorageError) -> None:
        super().__init__(str(error))
        self.error = error


def translated(error: BaseException, name: str) -> StorageError:
    """The error of the driver in this program's words."""
    said = f"{name}: {error or type(error).__name__}"
    if isinstance(error, (asyncpg_client.DataError, UnicodeError, OverflowError)):
        return DataRejected(said)
    if isinstance(error, (*_LOST, OSError, TimeoutError, asyncpg.InterfaceError)):
        return DatabaseUnavailable(said, hint="look at the database server and the network")
    state: str = getattr(error, "sqlstate", None) or ""
    if state in _TAKEN:
        return UniqueViolation(said)
    if state.startswith(("22", "23", "54")):
        return DataRejected(said)
    if state.startswith(("08", "40", "53", "55P03", "57", "58")):
        return DatabaseUnavailable(said, hint="look at the log of the database server")
    return StorageError(said)
