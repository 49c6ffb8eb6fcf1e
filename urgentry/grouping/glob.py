"""Glob patterns of stack-trace and fingerprint rules, compiled to tests over whole values.

The language is that of the rules (spec §8.2): `?`, `*`, classes, braces, and `**` as a whole path
component. A pattern with an unclosed brace or class raises ValueError: its owner decides whether
that is an error of the rule or a matcher that never matches.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

Test = Callable[[str], object]

_NOT_PLAIN = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|\{[^{}\[\\]*\}", re.DOTALL)
_SPECIAL = frozenset("*?[{\\")


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern, and what an index can use to find it without running it."""

    test: Test
    exact: str | None = None
    """The one value that matches, if there is only one."""
    prefix: str | None = None
    """The pattern is this prefix and then anything."""
    needle: str = ""
    """Text that every matching value contains."""


@lru_cache(maxsize=2048)
def compile_glob(pattern: str, *, path: bool = False, ignore_case: bool = False) -> Glob:
    """Whole-value test; on paths `*` and `?` stop at `/` and case does not count."""
    if path:
        pattern = pattern.replace("\\", "/").lower()
    if ignore_case:
        pattern = pattern.lower()
    if not _SPECIAL & set(pattern):
        return Glob(test=pattern.__eq__, exact=pattern, needle=pattern)
    head = pattern[:-1]
    if not path and pattern.endswith("*") and not _SPECIAL & set(head):
        return Glob(test=re.compile(re.escape(head)).match, prefix=head, needle=head)
    regex = re.compile(_translate(pattern, path=path), re.DOTALL)
    return Glob(test=regex.fullmatch, needle=_needle(pattern))


def _needle(pattern: str) -> str:
    """The longest run of plain characters outside classes, escapes and braces."""
    pattern = _NOT_PLAIN.sub("*", pattern)
    if "{" in pattern:
        return ""
    # A `**/` may match nothing, its slash included.
    parts = re.split(r"(?:^|/)\*\*(?:/|$)|[*?]+", pattern)
    return max(parts, key=len)


@dataclass(slots=True)
class _Piece:
    regex: str
    star: bool = False


def _translate(pattern: str, *, path: bool) -> str:
    pieces = _parse(pattern, path=path)
    if path or "{" in pattern:
        return "".join(piece.regex for piece in pieces)
    return _without_backtracking(pieces)


def _without_backtracking(pieces: list[_Piece]) -> str:
    """Between stars the leftmost match is as good as any, so each is taken once and kept."""
    segments = [""]
    for piece in pieces:
        if piece.star:
            segments.append("")
        else:
            segments[-1] += piece.regex
    if len(segments) == 1:
        return segments[0]
    middle = "".join(f"(?>.*?{segment})" for segment in segments[1:-1] if segment)
    return f"{segments[0]}{middle}.*{segments[-1]}"


def _parse(pattern: str, *, path: bool) -> list[_Piece]:
    anything = "[^/]*" if path else ".*"
    single = "[^/]" if path else "."
    pieces: list[_Piece] = []
    index, depth = 0, 0
    while index < len(pattern):
        char = pattern[index]
        taken = 1
        if char == "*":
            piece, taken = _stars(pattern, index, anything)
        elif char == "?":
            piece = _Piece(single)
        elif char == "[":
            piece, taken = _char_class(pattern, index)
        elif char == "{":
            depth += 1
            piece = _Piece("(?:")
        elif char == "}" and depth:
            depth -= 1
            piece = _Piece(")")
        elif char == "," and depth:
            piece = _Piece("|")
        elif char == "\\" and index + 1 < len(pattern):
            piece, taken = _Piece(re.escape(pattern[index + 1])), 2
        else:
            piece = _Piece(re.escape(char))
        pieces.append(piece)
        index += taken
    if depth:
        raise ValueError("unclosed {")
    return pieces


def _stars(pattern: str, index: int, anything: str) -> tuple[_Piece, int]:
    """A run of stars: `**` that fills a path component crosses directories, all else does not."""
    end = index
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    starts = index == 0 or pattern[index - 1] == "/"
    ends = end == len(pattern) or pattern[end] == "/"
    if end - index != len("**") or not (starts and ends):
        return _Piece(anything, star=True), end - index
    if end == len(pattern):
        return (_Piece(".*", star=True) if index == 0 else _Piece(".+")), 2
    if index == 0:
        return _Piece("(?:/?|.*/)"), 3
    return _Piece("(?:|.*/)"), 3


def _char_class(pattern: str, index: int) -> tuple[_Piece, int]:
    end = index + 1
    if end < len(pattern) and pattern[end] in "!^":
        end += 1
    if end < len(pattern) and pattern[end] == "]":
        end += 1
    end = pattern.find("]", end)
    if end < 0:
        raise ValueError("unclosed [")
    body = pattern[index + 1 : end]
    negated = body[:1] in ("!", "^")
    body = re.sub(r"([\\\[\]^&~|])", r"\\\1", body[1:] if negated else body)
    return _Piece(f"[{'^' if negated else ''}{body}]"), end + 1 - index
