"""The contract that both drivers keep: named queries inside read and write transactions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from urgentry.storage.queries import Query

Row = Mapping[str, Any]
"""One row by column name. Booleans are told by `bool(…)`: SQLite answers 0 and 1."""

T = TypeVar("T")


class Transaction(Protocol):
    """Runs queries. A query is the name of a text in `sql/` ("issues.get_issue") or one that was
    composed of such texts (`Query`). Parameters are named; each name of the text must be given and
    no other may be. Rows come in the order the query says, else in none.
    """

    async def one(self, query: str | Query, /, **params: Any) -> Row | None:
        """The first row, or None."""

    async def all(self, query: str | Query, /, **params: Any) -> list[Row]:
        """Every row."""

    async def value(self, query: str | Query, /, **params: Any) -> Any:
        """The first column of the first row, or None."""

    async def run(self, query: str | Query, /, **params: Any) -> int:
        """Runs a statement; the number of rows that it changed."""

    async def many(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> list[Row]:
        """Runs one statement for many rows and answers what its RETURNING gives, in any order.

        The text holds one tuple in the form `VALUES (:a, :b)`, which stands for each row.
        `params` are those outside the tuple. Aggregate by key first: two rows with one conflict key
        in one statement are an error on PostgreSQL. No rows: no statement.
        """

    def defer(
        self, query: str | Query, rows: Sequence[Mapping[str, Any]], /, **params: Any
    ) -> None:
        """`many` whose answer nobody needs: it runs when the body has returned, right before the
        commit, which raises its error. No statement of the body sees what it writes. Deferred
        statements keep their order and cost one hand-over together."""


class Database(Protocol):
    """A pool of connections to one database."""

    dialect: str
    """For `storage` and `migrations` only: "sqlite" or "postgres"."""

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A connection for reading. Never waits for the writer. On SQLite one snapshot, on
        PostgreSQL each statement has its own."""

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        """The same for several statements that must see one moment, on PostgreSQL too. Not for
        long: what was deleted since then is kept for it."""

    async def write(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs `body` in one transaction and commits.

        Atomic; not ordered against others on PostgreSQL. `body` may run more than once (deadlock,
        serialisation failure, a connection lost before COMMIT), so it must have no effect but on
        the transaction. Raises what `body` raises after rolling back; `CommitAmbiguous` when the
        connection broke during COMMIT; `DatabaseUnavailable`, `DataRejected`, `UniqueViolation`.
        """

    async def ping(self) -> None:
        """Returns when the database answers; `DatabaseUnavailable` otherwise."""

    async def close(self) -> None:
        """Closes every connection; what is under way is finished first."""
