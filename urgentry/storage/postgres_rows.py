"""Statements for many rows on PostgreSQL: one array for each column, whatever the number of rows.

`VALUES (:a, :b)` becomes `SELECT given.a, given.b FROM unnest($1::…[], $2::…[]) AS given(a, b)`. So
a query has one text, the server keeps it prepared, and the statements of a batch that merge into
one still have one text together. The arrays' types are what the server itself says of the same
statement for one row; `postgres.py` asks for them once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from urgentry.storage.queries import Query
from urgentry.storage.statement import (
    Tuple,
    check_names,
    column_values,
    replace_names,
    statement,
    tuple_in,
)

Types = Mapping[str, str]
"""By parameter of a tuple, the type of its column."""

_VALUES = re.compile(r"\bvalues\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnTemplate:
    """A query for many rows. Its places are those of `row_names`, an array each, and then those of
    `outer_names`."""

    query: Query
    cut: Tuple
    row_names: tuple[str, ...]
    outer_names: tuple[str, ...]

    def for_one_row(self) -> tuple[str, tuple[str, ...]]:
        """The query for a single row, from which the server tells the types of its parameters, and
        their names in order."""
        compiled = statement(self.query, "postgres")
        return compiled.text, compiled.names

    def text(self, types: Types, above: int = 0) -> str:
        """The statement; its places are numbered from `above` on."""
        names = (*self.row_names, *self.outer_names)
        places = {name: f"${above + number}" for number, name in enumerate(names, start=1)}
        arrays = ", ".join(f"{places[name]}::{types[name]}[]" for name in self.row_names)
        values = replace_names(self.cut.row[1:-1], lambda name: f"given.{name}")
        head = replace_names(_VALUES.sub("", self.cut.head), places.__getitem__)
        tail = replace_names(self.cut.tail, places.__getitem__)
        given = f"unnest({arrays}) AS given({', '.join(self.row_names)})"
        return f"{head}SELECT {values} FROM {given}{tail}"  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Columns:
    """A query with the values of its rows."""

    template: ColumnTemplate
    values: list[Any]


def columns(
    query: Query, rows: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
) -> Columns | None:
    """What `many` sends; None when there are no rows. TypeError when names disagree."""
    template = _template(query)
    check_names(query.name, template.outer_names, params)
    if not rows:
        return None
    values: list[Any] = column_values(query.name, template.row_names, rows)
    values += [params[name] for name in template.outer_names]
    return Columns(template, values)


@lru_cache(maxsize=256)
def _template(query: Query) -> ColumnTemplate:
    cut = tuple_in(query, "postgres")
    return ColumnTemplate(query, cut, cut.row_names, cut.outer_names)
