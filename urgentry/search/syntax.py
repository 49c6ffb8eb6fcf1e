"""The tree of a search, its errors, and the way back to text.

A tree is canonical: no group holds a group of its own kind or fewer than two parts (the empty
search is `All(())`), so `parse(format_query(tree)) == tree`.
"""

from dataclasses import dataclass

from urgentry.errors import ApiError

MAX_QUERY_CHARS = 4096
MAX_TERMS = 100
MAX_DEPTH = 30


class InvalidSearch(ApiError):
    """The search cannot be understood; `position` counts characters from 0."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(400, f"Error parsing search query: {reason} (column {position + 1})")
        self.reason = reason
        self.position = position


@dataclass(frozen=True, slots=True)
class Value:
    r"""A value as it was typed, without its quotes; `\*` still stands for a literal star."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Free text: one word, or one quoted phrase."""

    value: Value
    position: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """`key:value`. `tag` says that it was written `tags[key]`; `operator` is what stood before
    the value (`>`, `>=`, `<`, `<=`, `=`, `!=`) and means something for numbers and times only."""

    key: str
    values: tuple[Value, ...]
    operator: str = ""
    negated: bool = False
    tag: bool = False
    is_list: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part."""

    parts: tuple["Node", ...]


Node = Text | Term | All | Either


def format_query(node: Node) -> str:
    """The text of a tree; parsing it gives the same tree (positions aside)."""
    match node:
        case Text():
            return _format_value(node.value)
        case Term():
            return _format_term(node)
        case Either():
            return " OR ".join(format_query(part) for part in node.parts)
        case All():
            return " ".join(_format_conjunct(part) for part in node.parts)


def _format_conjunct(part: Node) -> str:
    return f"({format_query(part)})" if isinstance(part, Either) else format_query(part)


def _format_term(term: Term) -> str:
    values = ", ".join(_format_value(value) for value in term.values)
    shown = f"[{values}]" if term.is_list else term.operator + values
    return f"{'!' if term.negated else ''}{_format_key(term)}:{shown}"


def _format_key(term: Term) -> str:
    plain = all(char.isalnum() or char in "_.-" for char in term.key) and term.key.isascii()
    key = term.key if plain else '"' + term.key.replace('"', '\\"') + '"'
    return f"tags[{key}]" if term.tag else key


def _format_value(value: Value) -> str:
    return '"' + value.text.replace('"', '\\"') + '"' if value.quoted else value.text
