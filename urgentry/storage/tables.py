"""Every table as a whole, by the database's own catalogue: what a backup reads and a restore fills.

The only place where a text is made for a table that nobody named: names come from the catalogue and
are quoted, values are parameters. What is read is the same from both databases.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from urgentry.errors import StorageError
from urgentry.storage.database import Database, Row, Transaction
from urgentry.storage.queries import Query

Values = tuple[Any, ...]
"""A row's values in the order of its table's columns."""

_KINDS = {
    **dict.fromkeys(("integer", "bigint", "smallint"), "integer"),
    **{kind: kind for kind in ("boolean", "text", "double precision")},
    **dict.fromkeys(("blob", "bytea"), "bytes"),
    "real": "double precision",
}
_SMALL_ROWS = 2_000
_LARGE_ROWS = 64
"""Rows of one question; where a column holds bytes, one row may have a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `kind` is integer, boolean, text, bytes or double precision."""

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table and the columns of its primary key, by which its rows are read in order."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def first_page(self) -> Query:
        return self._page("", ())

    @cached_property
    def next_page(self) -> Query:
        places = [f"k{number}" for number in range(len(self.key))]
        after = ", ".join(f":{place}" for place in places)
        return self._page(f" WHERE ({_listed(self.key)}) > ({after})", places)

    @cached_property
    def filling(self) -> Query:
        """Inserts rows; their values are called `c0`, `c1` and so on."""
        places = [f"c{number}" for number in range(len(self.columns))]
        values = ", ".join(f":{place}" for place in places)
        into = f"INSERT INTO {_quoted(self.name)} ({_listed(self.names)})"
        return _query(f"fill {self.name}", f"{into} VALUES ({values})", places)

    def _page(self, condition: str, places: Sequence[str]) -> Query:
        what = f"SELECT {_listed(self.names)} FROM {_quoted(self.name)}"  # noqa: S608 - quoted
        order = f"ORDER BY {_listed(self.key)} LIMIT :at_most"
        return _query(f"page {self.name}", f"{what}{condition} {order}", [*places, "at_most"])


async def list_tables(tx: Transaction) -> list[Table]:
    """Every table but that of migrations, by name. StorageError for what cannot be carried over."""
    rows = await tx.all("tables.list_columns")
    return [
        _table(name, list(columns)) for name, columns in groupby(rows, itemgetter("table_name"))
    ]


async def read_rows(tx: Transaction, table: Table) -> AsyncIterator[list[Values]]:
    """The rows of a table in the order of its key, some at a time."""
    at_most = _LARGE_ROWS if any(c.kind == "bytes" for c in table.columns) else _SMALL_ROWS
    places = [table.names.index(name) for name in table.key]
    read = [_READ.get(column.kind) for column in table.columns]
    rows = await tx.all(table.first_page, at_most=at_most)
    while rows:
        values = [tuple(row.values()) for row in rows]
        yield [
            tuple(
                value if make is None or value is None else make(value)
                for make, value in zip(read, row, strict=True)
            )
            for row in values
        ]
        if len(rows) < at_most:
            return
        after = {f"k{number}": values[-1][place] for number, place in enumerate(places)}
        rows = await tx.all(table.next_page, at_most=at_most, **after)


async def fill(tx: Transaction, table: Table, rows: Sequence[Values]) -> None:
    """Inserts rows. DataRejected when the database does not take a value."""
    names = [f"c{number}" for number in range(len(table.columns))]
    await tx.many(table.filling, [dict(zip(names, row, strict=True)) for row in rows])


async def empty(tx: Transaction, table: Table) -> None:
    """Deletes every row."""
    await tx.run(_query(f"empty {table.name}", f"DELETE FROM {_quoted(table.name)}", ()))  # noqa: S608


async def count(tx: Transaction, table: Table) -> int:
    """How many rows it has."""
    text = f"SELECT count(*) FROM {_quoted(table.name)}"  # noqa: S608 - quoted
    counted: int = await tx.value(_query(f"count {table.name}", text, ()))
    return counted


async def last_ids(tx: Transaction) -> dict[str, int]:
    """The last id that was given out, by table; those of deleted rows must not come again."""
    rows = await tx.all("tables.list_last_ids")
    return {row["table_name"]: row["last_id"] for row in rows if row["last_id"] is not None}


async def go_on_after(tx: Transaction, known: Mapping[str, int], tables: Sequence[Table]) -> None:
    """Goes on counting ids after those that were given out, and after those that are there."""
    counting = {row["table_name"] for row in await tx.all("tables.list_last_ids")}
    for table in tables:
        if table.name in counting or table.name in known:
            text = f"SELECT max(id) FROM {_quoted(table.name)}"  # noqa: S608 - quoted
            newest: int | None = await tx.value(_query(f"newest {table.name}", text, ()))
            last = max(newest or 0, known.get(table.name, 0))
            if last:
                await tx.run("tables.forget_last_id", table_name=table.name)
                await tx.all("tables.set_last_id", table_name=table.name, last_id=last)


async def has_people(tx: Transaction) -> bool:
    """Whether somebody has begun to use this database."""
    return bool(await tx.value("tables.has_people"))


async def count_others(database: Database) -> int:
    """Other processes of this program that PostgreSQL sees at work; a file has a lock instead."""
    if database.dialect != "postgres":
        return 0
    async with database.read() as tx:
        others: int = await tx.value("tables.count_others")
    return others


_READ = {"boolean": bool, "bytes": bytes}


def _table(name: str, columns: Sequence[Row]) -> Table:
    keyed = sorted((row["key_place"], row["column_name"]) for row in columns if row["key_place"])
    unknown = [row["type"] for row in columns if row["type"] not in _KINDS]
    if unknown or not keyed:
        problem = f"columns of {', '.join(unknown)}" if unknown else "no primary key"
        raise StorageError(
            f"the table {name} has {problem}", hint="keep other programs' tables out of the schema"
        )
    return Table(
        name=name,
        columns=tuple(Column(name=row["column_name"], kind=_KINDS[row["type"]]) for row in columns),
        key=tuple(column for _, column in keyed),
    )


def _query(name: str, text: str, params: Sequence[str]) -> Query:
    return Query(name=name, sqlite=text, postgres=text, params=frozenset(params))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
