"""Which discard reasons a piece of the program can give, found by following its code from there:
the functions and classes that it names, those that they name, and so on. `ingest_page` asks.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from urgentry.domain.filters import Filter
from urgentry.ingest.store.batch import WRITERS
from urgentry.protocol.outcome import Reason, Rejected, filtered, invalid, too_large

OPEN = "…"
"""Stands for what a reason takes from the input."""


class Found(NamedTuple):
    """What a piece says itself."""

    reasons: frozenset[str]
    pieces: tuple[Any, ...]
    """The functions and classes of ours that it names."""


def reasons_of(roots: Iterable[Any]) -> frozenset[str]:
    """The reasons that are given in what these functions and classes reach."""
    seen: set[Any] = set()
    reasons: set[str] = set()
    waiting = list(roots)
    while waiting:
        piece = waiting.pop()
        if piece in seen:
            continue
        seen.add(piece)
        found = _look_into(piece)
        reasons |= found.reasons
        waiting += found.pieces
    return frozenset(reasons)


@cache
def _look_into(piece: Any) -> Found:
    if piece is filtered:
        return Found(frozenset(Filter), ())
    if isinstance(piece, type):
        return Found(frozenset(), tuple(_parts_of(piece)))
    reader = _Reader(piece)
    reader.visit(_tree(piece))
    closed_over = inspect.getclosurevars(piece).nonlocals.values()
    pieces = (*reader.pieces, *(each for value in closed_over for each in _pieces(value)))
    return Found(frozenset(reader.reasons), pieces)


def _parts_of(kind: type) -> Iterator[Any]:
    """The methods of a class, its bases, and what writes it where it is a kind of record."""
    for member in vars(kind).values():
        function = member.fget if isinstance(member, property) else member
        yield from _pieces(inspect.unwrap(function) if callable(function) else function)
    for base in kind.__bases__:
        yield from _pieces(base)
    yield from _pieces(WRITERS.get(kind))


def _pieces(value: Any) -> Iterator[Any]:
    """The functions and classes of ours in a value: itself, what it holds, or what it is one of."""
    if isinstance(value, FunctionType | type):
        if value.__module__.startswith("urgentry.") and not _is_enum(value):
            yield value
    elif isinstance(value, Mapping):
        yield from (each for held in value.values() for each in _pieces(held))
    elif isinstance(value, list | tuple | frozenset):
        yield from (each for held in value for each in _pieces(held))
    elif not isinstance(value, ModuleType | Enum | None):
        yield from _pieces(type(value))


def _is_enum(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Enum)


def _tree(function: FunctionType) -> ast.AST:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except OSError:  # made by a library
        return ast.Module([], [])


class _Reader(ast.NodeVisitor):
    """Reads one function. Annotations are left out: what they name is not called."""

    def __init__(self, function: FunctionType) -> None:
        self.reasons: set[str] = set()
        self.pieces: list[Any] = []
        self._names = function.__globals__

    def visit_arg(self, node: ast.arg) -> None:
        """A parameter."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function, without what it answers."""
        self._visit_all((node.args, *node.body))

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """A variable with its type."""
        self._visit_all(() if node.value is None else (node.value,))

    def visit_Name(self, node: ast.Name) -> None:
        """A name of the module."""
        self._note(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A name of another module, or a member."""
        if self._note(node) is None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        """A call, whose first argument may be a reason, or a part of one."""
        called = self._value(node.func)
        pattern = too_large(OPEN) if called is too_large else _pattern(called)
        if pattern:
            self.reasons.add(pattern.replace(OPEN, self._text(node.args[0])))
        is_whole = called is invalid and isinstance(node.args[0], ast.JoinedStr)
        taken = 1 if pattern or is_whole else 0
        self._visit_all((node.func, *node.args[taken:], *node.keywords))

    def visit_Try(self, node: ast.Try) -> None:
        """What is tried, unless its refusal is passed over: that costs nobody anything."""
        body = () if any(map(self._passes_over, node.handlers)) else node.body
        self._visit_all((*body, *node.handlers, *node.orelse, *node.finalbody))

    def _passes_over(self, handler: ast.ExceptHandler) -> bool:
        is_refusal = handler.type is not None and self._value(handler.type) is Rejected
        told = handler.name or any(isinstance(each, ast.Raise) for each in ast.walk(handler))
        return is_refusal and not told

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _note(self, node: ast.expr) -> Any:
        value = self._value(node)
        if isinstance(value, Reason):
            self.reasons.add(value.value)
        self.pieces += _pieces(value)
        return value

    def _value(self, node: ast.expr) -> Any:
        """What a name or a dotted name stands for; None where only a run could tell."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute):
            holder = self._value(node.value)
            if isinstance(holder, ModuleType | type | Enum):
                return getattr(holder, node.attr, None)
        return None

    def _text(self, node: ast.expr) -> str:
        value = node.value if isinstance(node, ast.Constant) else self._value(node)
        return value if isinstance(value, str) else OPEN


def _pattern(function: Any) -> str | None:
    """How the reasons read that a function makes of its first argument: `profiling_…`."""
    if not isinstance(function, FunctionType) or function.__module__ == invalid.__module__:
        return None
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr):
            reader = _Reader(function)
            if reader._value(node.func) is invalid:  # noqa: SLF001 - one reader, for its names
                return "".join(map(reader._text, map(_said, node.args[0].values)))  # noqa: SLF001
    return None


def _said(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.FormattedValue) else node
