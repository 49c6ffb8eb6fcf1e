"""Named parameters to numbered ones: what a driver sends for a query. Both drivers call this.

`:a` becomes `$1` or `?1`, and a name that occurs twice keeps its number. For `many` the tuple after
VALUES is repeated once a row, and its parameters are filled in the order of the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from urgentry.storage.queries import Query

MAX_PARAMETERS = 32_766
"""SQLite's limit; asyncpg takes one more."""

_REMEMBERED_ROWS = 64
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
class RowTemplate:
    """A text cut at its tuple. Each occurrence of a parameter is a place of its own, filled in
    the order of the text: `head_names`, then `row_names` once a row, then `tail_names`."""

    head: str
    row: str
    tail: str
    head_names: tuple[str, ...]
    row_names: tuple[str, ...]
    tail_names: tuple[str, ...]
    is_numbered: bool
    """Whether a place is `$%d`, still to be numbered, or a plain `?`."""
    texts: dict[int, str] = field(default_factory=dict, compare=False)
    """By number of rows, for the small numbers that come again and again."""

    def batches(
        self, query: str, rows: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
    ) -> "Iterator[Batch]":
        """The statements for the rows: as few as the limit of parameters allows."""
        outer = (*self.head_names, *self.tail_names)
        if params.keys() != set(outer):
            raise TypeError(_disagreement(query, frozenset(outer), params))
        start = 0
        for size in self._sizes(len(rows), len(outer)):
            part = rows[start : start + size]
            start += size
            values = self._row_values(query, part)
            if outer:
                values[:0] = [params[name] for name in self.head_names]
                values += [params[name] for name in self.tail_names]
            yield Batch(query, self, len(part), values)

    def _sizes(self, count: int, outer: int) -> Iterator[int]:
        """How many rows each statement takes. PostgreSQL's are as few as can be, for each is a
        round trip. SQLite's come in powers of two, so that a connection meets few texts and keeps
        them all prepared: to prepare one costs more than to run several."""
        most = (MAX_PARAMETERS - outer) // len(self.row_names)
        while count > 0:
            size = min(count, most)
            if not self.is_numbered:
                size = min(1 << (size.bit_length() - 1), _LARGEST_POWER)
            yield size
            count -= size

    def text(self, count: int, above: int = 0) -> str:
        """The statement for so many rows; its parameters are numbered from `above` on.

        SQLite's are not numbered: it looks each number up among all that it has read so far, so
        that reading a statement would take the square of its parameters.
        """
        text = None if above else self.texts.get(count)
        if text is None:
            text = self._repeated(count, above)
            if not above and count <= _REMEMBERED_ROWS:
                self.texts[count] = text
        return text

    def _repeated(self, count: int, above: int) -> str:
        repeated = self.head + ",".join([self.row] * count) + self.tail
        if not self.is_numbered:
            return repeated
        size = len(self.head_names) + count * len(self.row_names) + len(self.tail_names)
        return repeated % tuple(range(above + 1, above + size + 1))

    def _row_values(self, query: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        names, width = self.row_names, len(set(self.row_names))
        try:
            values = [row[name] for row in rows for name in names]
        except KeyError:
            values = []
        for row in rows:
            if len(row) != width or not values:
                self._check(query, row)
        return values

    def _check(self, query: str, row: Mapping[str, Any]) -> None:
        wanted = frozenset(self.row_names)
        if row.keys() != wanted:
            raise TypeError(_disagreement(query, wanted, row))


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement for several rows of one query."""

    query: str
    template: RowTemplate
    count: int
    values: list[Any]

    def text(self, above: int = 0) -> str:
        return self.template.text(self.count, above)


def statement(query: Query, dialect: str) -> Statement:
    """What `one`, `all`, `value` and `run` send. TypeError for what cannot run alone."""
    if query.is_fragment or query.slots:
        raise TypeError(f"{query.name} is a fragment or has open slots: compose it first")
    if not query.params:
        return Statement(query.text(dialect), ())
    return _statement(query.text(dialect), "?" if dialect == "sqlite" else "$")


def row_template(query: Query, dialect: str) -> RowTemplate:
    """What `many` sends. TypeError when the text has no `VALUES (…)` with parameters."""
    if query.is_fragment or query.slots:
        raise TypeError(f"{query.name} is a fragment or has open slots: compose it first")
    template = _row_template(query.text(dialect), is_numbered=dialect != "sqlite")
    if template is None:
        raise TypeError(f"{query.name} has no VALUES (:a, …) to repeat")
    return template


@lru_cache(maxsize=1024)
def _statement(text: str, mark: str) -> Statement:
    names: dict[str, int] = {}
    numbered = _PARAM.sub(lambda m: _numbered(m, mark, names), text)
    return Statement(numbered, tuple(names))


@lru_cache(maxsize=256)
def _row_template(text: str, *, is_numbered: bool) -> RowTemplate | None:
    start, end = _tuple_span(text)
    head, head_names = _places(text[:start], is_numbered=is_numbered)
    row, row_names = _places(text[start:end], is_numbered=is_numbered)
    tail, tail_names = _places(text[end:], is_numbered=is_numbered)
    if not row_names:
        return None
    return RowTemplate(head, row, tail, head_names, row_names, tail_names, is_numbered)


def _numbered(match: re.Match[str], mark: str, names: dict[str, int]) -> str:
    name = match[1]
    return match[0] if name is None else f"{mark}{names.setdefault(name, len(names) + 1)}"


def _places(text: str, *, is_numbered: bool) -> tuple[str, tuple[str, ...]]:
    """The text with a place for each parameter, and their names in order."""
    names: list[str] = []

    def place(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        names.append(match[1])
        return "$%d" if is_numbered else "?"

    return _PARAM.sub(place, text.replace("%", "%%") if is_numbered else text), tuple(names)


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


def _disagreement(query: str, names: frozenset[str], params: Mapping[str, Any]) -> str:
    missing = ", ".join(sorted(names - params.keys())) or "none"
    unknown = ", ".join(sorted(params.keys() - names)) or "none"
    return f"{query}: missing parameters: {missing}; unknown: {unknown}"
