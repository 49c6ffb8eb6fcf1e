"""One attribute of all signals of a block: how it is written, and how it is read back.

A column of one value is that value; one of few values is a code a signal; any other is a list in
JSON. Values are kept apart by type, so that a number never meets a text of the same name.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

import msgspec
import orjson

TEXT, NUMBER, BOOLEAN, LIST = "s", "n", "b", "a"
TYPES = {str: TEXT, int: NUMBER, float: NUMBER, bool: BOOLEAN, list: LIST}

MOST_CODES = 256
_SHARE_OF_CODES = 2
"""Signals a value, from which on codes are worth it."""
_SHOWN_VALUES = 64
_SHOWN_CHARS = 2_000
"""Few, short values stand in the directory, where they are seen without opening the block."""


class Form(IntEnum):
    """How a column is written."""

    CONSTANT = 0
    CODED = 1
    CODED_APART = 2
    PLAIN = 3


class Column(msgspec.Struct, array_like=True):
    """A column in the directory of a block. `values` are its distinct ones where they are few, and
    None among them where some signals have none; `low` and `high` bound numbers."""

    type: str
    key: str
    form: Form
    start: int = 0
    length: int = 0
    values: list[Any] = []
    low: float | None = None
    high: float | None = None


def write_column(key: str, kind: str, values: Sequence[Any]) -> tuple[Column, bytes]:
    """A column and what of it does not stand in the directory."""
    column = Column(key=key, type=kind, form=Form.PLAIN)
    if kind == LIST:
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    distinct = dict.fromkeys(values)
    if kind == NUMBER:
        present = [value for value in distinct if value is not None]
        column.low, column.high = min(present), max(present)
    if len(distinct) == 1:
        column.form, column.values = Form.CONSTANT, list(distinct)
        return column, b""
    if len(distinct) > MOST_CODES or len(distinct) * _SHARE_OF_CODES > len(values) + 2:
        return column, orjson.dumps(values)
    return _coded(column, distinct, values)


def _coded(column: Column, distinct: Iterable[Any], values: Sequence[Any]) -> tuple[Column, bytes]:
    known = list(distinct)
    code_of = dict(zip(known, range(len(known)), strict=True))
    codes = bytes(map(code_of.__getitem__, values))
    if len(known) <= _SHOWN_VALUES and sum(len(str(value)) for value in known) <= _SHOWN_CHARS:
        column.form, column.values = Form.CODED, known
        return column, codes
    column.form = Form.CODED_APART
    return column, codes + orjson.dumps(known)


class View:
    """A column as it is asked: distinct values and a code for each signal, or a value for each.
    Lists stand in it as JSON. `raw` is the JSON of values that were not read yet."""

    __slots__ = ("_values", "codes", "raw", "type")

    def __init__(
        self,
        kind: str,
        values: Sequence[Any] | None = None,
        codes: bytes | None = None,
        *,
        raw: bytes | None = None,
    ) -> None:
        self.type = kind
        self.codes = codes
        self.raw = raw
        self._values = values

    @property
    def values(self) -> Sequence[Any]:
        """The distinct values, or those of all signals where there are no codes."""
        if self._values is None:
            self._values = orjson.loads(self.raw or b"[]")
        return self._values

    def expand(self) -> Sequence[Any]:
        """A value for each signal, None where it has none."""
        if self.codes is None:
            return self.values
        return list(map(self.values.__getitem__, self.codes))


def read_column(column: Column, written: bytes, count: int) -> View:
    """The column of a block of so many signals."""
    match column.form:
        case Form.CONSTANT:
            return View(column.type, column.values, bytes(count))
        case Form.CODED:
            return View(column.type, column.values, written)
        case Form.CODED_APART:
            return View(column.type, codes=written[:count], raw=written[count:])
        case _:
            return View(column.type, raw=written)
