r"""Values as people type them: numbers with suffixes, relative and absolute times, wildcards.

`*` stands for any text, `\*` for a star. A time without an operator means the span that it names:
a day, or ten minutes around an instant, as in Sentry.
"""

import re
from datetime import UTC, datetime

from urgentry import clock
from urgentry.search.syntax import InvalidSearch, Term, Value

LARGEST = 2**62
"""Numbers beyond are cut: both databases count to 2**63 - 1."""

_STAR = re.compile(r"(?<!\\)\*")
_PIECES = re.compile(r"\\\*|\*|[%_\\]")
_NUMBER = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,9})?)([kmb]?)", re.IGNORECASE)
_SUFFIXES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_RELATIVE = re.compile(r"([+-])([0-9]{1,6})([smhdw])")
_UNITS = {
    "s": clock.SECOND,
    "m": clock.MINUTE,
    "h": clock.HOUR,
    "d": clock.DAY,
    "w": 7 * clock.DAY,
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_AROUND = 5 * clock.MINUTE

Span = tuple[int | None, int | None]
"""From the first (included) to the second (not included); None where it is open."""


def has_wildcard(value: Value) -> bool:
    """Whether the value is a pattern."""
    return _STAR.search(value.text) is not None


def literal(value: Value) -> str:
    """The text that a value without wildcards stands for."""
    return value.text.replace("\\*", "*")


def like_pattern(value: Value) -> str:
    r"""The value as a pattern for `lower(x) LIKE … ESCAPE '\'`; letters A to Z in lower case, as
    `lower` makes them on both databases."""
    return _ascii_lower(_PIECES.sub(_like_piece, value.text))


def contains_pattern(value: Value) -> str:
    r"""The value as a pattern anywhere in a casefolded text, for `LIKE … ESCAPE '\'`."""
    return f"%{_PIECES.sub(_like_piece, value.text).casefold()}%"


def number_span(term: Term, value: Value) -> Span:
    """The whole numbers that `term` allows: `>100`, `<=1k`, `5`."""
    match = _NUMBER.fullmatch(value.text)
    if match is None:
        raise InvalidSearch(f'"{value.text}" is not a number for {term.key}', term.position)
    number = round(float(match[1]) * _SUFFIXES[match[2].lower()])
    number = max(-LARGEST, min(number, LARGEST))
    return _span(term.operator, number, number + 1)


def time_span(term: Term, value: Value, now: int) -> Span:
    """The microseconds that `term` allows: `-24h` (since then), `+2d` (before then), a day, an
    instant, or any of these behind an operator."""
    if match := _RELATIVE.fullmatch(value.text.lower()):
        instant = now - int(match[2]) * _UNITS[match[3]]
        if term.operator in ("", "="):
            return (instant, None) if match[1] == "-" else (None, instant)
        return _span(term.operator, instant, instant + 1)
    instant = _instant(term, value)
    if term.operator not in ("", "="):
        return _span(term.operator, instant, instant + 1)
    if _DATE.fullmatch(value.text):
        return instant, instant + clock.DAY
    return instant - _AROUND, instant + _AROUND + clock.MINUTE


def boolean(term: Term, value: Value) -> bool:
    """Whether the value says yes: 1, true, yes, or their opposites."""
    word = value.text.lower()
    if word in ("1", "true", "yes"):
        return True
    if word in ("0", "false", "no"):
        return False
    raise InvalidSearch(f'"{value.text}" is neither true nor false for {term.key}', term.position)


def with_operator(term: Term, value: Value) -> Value:
    """The value of a key to which operators mean nothing: they are part of the text."""
    return Value(term.operator + value.text, value.quoted) if term.operator else value


def _instant(term: Term, value: Value) -> int:
    try:
        at = datetime.fromisoformat(value.text)
    except ValueError:
        raise InvalidSearch(f'"{value.text}" is not a time for {term.key}', term.position) from None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    whole = (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    return round(whole * clock.SECOND)


def _span(operator: str, at: int, after: int) -> Span:
    """`at` is the value itself, `after` what follows it."""
    match operator:
        case ">":
            return after, None
        case ">=":
            return at, None
        case "<":
            return None, at
        case "<=":
            return None, after
        case _:
            return at, after


def _like_piece(match: re.Match[str]) -> str:
    piece = match[0]
    if piece == "*":
        return "%"
    return "*" if piece == "\\*" else "\\" + piece


def _ascii_lower(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)
