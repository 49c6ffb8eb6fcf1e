"""Named parameters to numbered ones: what a driver sends for a query. Both drivers call this.

`:a` becomes `$1` or `?1`, a name that occurs twice keeps its number. For `many` the tuple after
VALUES is repeated once a row; its parameters are numbered first, those outside of it last.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from urgentry.storage.queries import Query

MAX_PARAMETERS = 32_766
"""SQLite's limit; asyncpg takes one more."""

_REMEMBERED_ROWS = 32

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
    """A text cut at its tuple. `head`, `row` and `tail` are %-formats over parameter numbers."""

    head: str
    row: str
    tail: str
    row_names: tuple[str, ...]
    row_offsets: tuple[int, ...]
    outer_names: tuple[str, ...]
    head_offsets: tuple[int, ...]
    tail_offsets: tuple[int, ...]
    texts: dict[int, str] = field(default_factory=dict, compare=False)
    """By number of rows, for the small numbers that come again and again."""

    def batches(
        self, query: str, rows: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
    ) -> "Iterator[Batch]":
        """The statements for the rows: as few as the limit of parameters allows."""
        if len(params) != len(self.outer_names) or not params.keys() >= set(self.outer_names):
            raise TypeError(_disagreement(query, frozenset(self.outer_names), params))
        outer = [params[name] for name in self.outer_names]
        size = (MAX_PARAMETERS - len(outer)) // len(self.row_names)
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            yield Batch(query, self, len(part), self._values(query, part) + outer)

    def text(self, count: int, above: int = 0) -> str:
        """The statement for so many rows; its parameters are numbered from `above` on."""
        if above:
            return self._repeat(count, above)
        text = self.texts.get(count)
        if text is None:
            text = self._repeat(count, 0)
            if count <= _REMEMBERED_ROWS:
                self.texts[count] = text
        return text

    def _repeat(self, count: int, above: int) -> str:
        width = len(self.row_names)
        last = above + count * width + 1
        numbers = [base + n for base in range(above + 1, last, width) for n in self.row_offsets]
        return "".join((
            self.head % tuple(last + n for n in self.head_offsets),
            ",".join([self.row] * count) % tuple(numbers),
            self.tail % tuple(last + n for n in self.tail_offsets),
        ))  # fmt: skip

    def _values(self, query: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        names, width = self.row_names, len(self.row_names)
        for row in rows:
            if len(row) != width or not all(name in row for name in names):
                raise TypeError(_disagreement(query, frozenset(names), row))
        return [row[name] for row in rows for name in names]


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
    template = _row_template(query.text(dialect), "?" if dialect == "sqlite" else "$")
    if template is None:
        raise TypeError(f"{query.name} has no VALUES (:a, …) to repeat")
    return template


@lru_cache(maxsize=1024)
def _statement(text: str, mark: str) -> Statement:
    names: dict[str, int] = {}
    numbered = _PARAM.sub(lambda m: _numbered(m, mark, names), text)
    return Statement(numbered, tuple(names))


@lru_cache(maxsize=256)
def _row_template(text: str, mark: str) -> RowTemplate | None:
    start, end = _tuple_span(text)
    outer: dict[str, int] = {}
    inner: dict[str, int] = {}
    head, head_offsets = _format(text[:start], mark, outer)
    row, row_offsets = _format(text[start:end], mark, inner)
    tail, tail_offsets = _format(text[end:], mark, outer)
    if not inner:
        return None
    return RowTemplate(
        head, row, tail, tuple(inner), row_offsets, tuple(outer), head_offsets, tail_offsets
    )


def _numbered(match: re.Match[str], mark: str, names: dict[str, int]) -> str:
    name = match[1]
    return match[0] if name is None else f"{mark}{names.setdefault(name, len(names) + 1)}"


def _format(text: str, mark: str, names: dict[str, int]) -> tuple[str, tuple[int, ...]]:
    """The text as a %-format, and for each place in it the index of its name."""
    offsets: list[int] = []

    def place(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        offsets.append(names.setdefault(match[1], len(names)))
        return f"{mark}%d"

    return _PARAM.sub(place, text.replace("%", "%%")), tuple(offsets)


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
