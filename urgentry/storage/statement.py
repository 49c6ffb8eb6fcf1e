"""Named parameters to places: what a driver sends for a query. Both drivers call this.

`:a` becomes `$1` or `?1`, and a name that occurs twice keeps its number. For many rows SQLite's
driver repeats the tuple after VALUES once a row; `postgres_rows` has the other way.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from urgentry.storage.queries import Query

MAX_PARAMETERS = 32_766
"""SQLite's limit."""

_LARGEST_POWER = 64

_PARAM = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|::|:([a-z_][a-z0-9_]*)""")
_VALUES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(values)\s*\(""", re.IGNORECASE)
_BRACKET = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|([()])""")


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with numbered parameters and the names behind the numbers, in order."""

    text: str
    names: tuple[str, ...]

    def bind(self, query: str, params: Mapping[str, Any]) -> list[Any]:
        """The values in order. TypeError when names are missing or unknown."""
        if len(params) == len(self.names):
            try:
                return [params[name] for name in self.names]
            except KeyError:
                pass
        raise TypeError(_disagreement(query, frozenset(self.names), params))


@dataclass(frozen=True, slots=True)
class Tuple:
    """A text cut at the tuple after VALUES. `row` is that tuple with its brackets."""

    head: str
    row: str
    tail: str

    @property
    def row_names(self) -> tuple[str, ...]:
        """The parameters of the tuple, in order, each once."""
        return tuple(dict.fromkeys(named_in(self.row)))

    @property
    def outer_names(self) -> tuple[str, ...]:
        """The parameters outside of the tuple, in order, each once."""
        return tuple(dict.fromkeys(named_in(self.head) + named_in(self.tail)))


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """A text whose tuple is repeated. Each occurrence of a parameter is a place of its own, a plain
    `?`, filled in the order of the text: `head_names`, then `row_names` once a row, then
    `tail_names`. SQLite looks up each number of a numbered place among all that it has read so
    far, so that reading a long statement would take the square of its parameters."""

    head: str
    row: str
    tail: str
    head_names: tuple[str, ...]
    row_names: tuple[str, ...]
    tail_names: tuple[str, ...]
    outer_names: frozenset[str]
    texts: dict[int, str] = field(default_factory=dict, compare=False)
    """By number of rows, for the small numbers that come again and again."""

    def batches(
        self, query: str, rows: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
    ) -> "list[Batch]":
        """The statements for the rows: as few as the limit of parameters allows."""
        if params.keys() != self.outer_names:
            check_names(query, tuple(self.outer_names), params)
        made: list[Batch] = []
        start = 0
        for size in _sizes(len(rows), self.most_rows):
            part = rows if size == len(rows) else rows[start : start + size]
            start += size
            values = row_values(query, self.row_names, part)
            if params:
                values[:0] = [params[name] for name in self.head_names]
                values += [params[name] for name in self.tail_names]
            made.append(Batch(self.text(size), values))
        return made

    @property
    def most_rows(self) -> int:
        """How many rows one statement can take."""
        return (MAX_PARAMETERS - len(self.outer_names)) // len(self.row_names)

    def text(self, count: int) -> str:
        """The statement for so many rows."""
        text = self.texts.get(count)
        if text is None:
            text = self.texts[count] = self.head + ",".join([self.row] * count) + self.tail
        return text


class Batch(NamedTuple):
    """One statement for several rows."""

    text: str
    values: list[Any]


@lru_cache(maxsize=4096)
def _sizes(count: int, most: int) -> tuple[int, ...]:
    """How many rows each statement takes: powers of two, so that a connection meets few texts and
    keeps them all prepared. To prepare one costs more than to run several."""
    sizes = []
    while count > 0:
        size = min(count, most, _LARGEST_POWER)
        sizes.append(1 << (size.bit_length() - 1))
        count -= sizes[-1]
    return tuple(sizes)


def statement(query: Query, dialect: str) -> Statement:
    """What `one`, `all`, `value` and `run` send. TypeError for what cannot run alone."""
    if query.is_fragment or query.slots:
        raise TypeError(f"{query.name} is a fragment or has open slots: compose it first")
    if not query.params:
        return Statement(query.text(dialect), ())
    return _statement(query.text(dialect), "?" if dialect == "sqlite" else "$")


@lru_cache(maxsize=256)
def row_template(query: Query) -> RowTemplate:
    """What SQLite's `many` sends. TypeError when the text has no `VALUES (…)` with parameters."""
    cut = tuple_in(query, "sqlite")
    head, row, tail = (replace_names(text, lambda _: "?") for text in (cut.head, cut.row, cut.tail))
    return RowTemplate(
        head=head,
        row=row,
        tail=tail,
        head_names=tuple(named_in(cut.head)),
        row_names=tuple(named_in(cut.row)),
        tail_names=tuple(named_in(cut.tail)),
        outer_names=frozenset(cut.outer_names),
    )


def tuple_in(query: Query, dialect: str) -> Tuple:
    """The tuple of a text that takes many rows. TypeError when it has none with parameters."""
    if query.is_fragment or query.slots:
        raise TypeError(f"{query.name} is a fragment or has open slots: compose it first")
    found = _tuple_in(query.text(dialect))
    if found is None:
        raise TypeError(f"{query.name} has no VALUES (:a, …) to repeat")
    return found


def named_in(text: str) -> list[str]:
    """The parameters of a text, in order."""
    return [match[1] for match in _PARAM.finditer(text) if match[1] is not None]


def replace_names(text: str, place: Callable[[str], str]) -> str:
    """The text with what `place` says instead of each parameter."""
    return _PARAM.sub(lambda match: match[0] if match[1] is None else place(match[1]), text)


def row_values(query: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The values of rows, row by row in the order of the names, which may name one twice.
    TypeError when names are missing or unknown."""
    try:
        values = [row[name] for row in rows for name in names]
    except KeyError:
        values = []
    _check_rows(query, names, rows, is_complete=bool(values))
    return values


def column_values(
    query: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[list[Any]]:
    """The values of rows, a list for each name. TypeError when names are missing or unknown."""
    try:
        values = [[row[name] for row in rows] for name in names]
    except KeyError:
        values = []
    _check_rows(query, names, rows, is_complete=bool(values))
    return values


def check_names(query: str, names: Sequence[str], params: Mapping[str, Any]) -> None:
    """TypeError when parameters are missing or unknown."""
    if params.keys() != set(names):
        raise TypeError(_disagreement(query, frozenset(names), params))


@lru_cache(maxsize=1024)
def _statement(text: str, mark: str) -> Statement:
    names: dict[str, int] = {}
    numbered = _PARAM.sub(lambda m: _numbered(m, mark, names), text)
    return Statement(numbered, tuple(names))


@lru_cache(maxsize=256)
def _tuple_in(text: str) -> Tuple | None:
    start, end = _tuple_span(text)
    cut = Tuple(text[:start], text[start:end], text[end:])
    return cut if cut.row_names else None


def _numbered(match: re.Match[str], mark: str, names: dict[str, int]) -> str:
    name = match[1]
    return match[0] if name is None else f"{mark}{names.setdefault(name, len(names) + 1)}"


def _tuple_span(text: str) -> tuple[int, int]:
    """Where the brackets after the first VALUES open and close; (0, 0) when there are none."""
    found = next((m for m in _VALUES.finditer(text) if m[1]), None)
    if found is None:
        return 0, 0
    depth = 0
    for bracket in _BRACKET.finditer(text, found.end() - 1):
        depth += {"(": 1, ")": -1}.get(bracket[1] or "", 0)
        if depth == 0:
            return found.end() - 1, bracket.end()
    return 0, 0


def _check_rows(
    query: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], *, is_complete: bool
) -> None:
    width = len(set(names))
    for row in rows:
        if not is_complete or len(row) != width:
            check_names(query, names, row)


def _disagreement(query: str, names: frozenset[str], params: Mapping[str, Any]) -> str:
    missing = ", ".join(sorted(names - params.keys())) or "none"
    unknown = ", ".join(sorted(params.keys() - names)) or "none"
    return f"{query}: missing parameters: {missing}; unknown: {unknown}"
