"""Glob patterns of stack-trace and fingerprint rules, compiled to tests over whole values.

Both kinds of rules call `compile_glob`. A pattern that is not in the language raises ValueError:
its owner decides whether that is an error of the rule or a matcher that never matches.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from urgentry.grouping.glob_pieces import Pieces, read_pattern, regex_of, split_at

Test = Callable[[str], object]

_PATTERNS_REMEMBERED: Final = 512


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


@lru_cache(maxsize=_PATTERNS_REMEMBERED)
def compile_glob(pattern: str, *, path: bool = False, ignore_case: bool = False) -> Glob:
    """Whole-value test; on paths `*` and `?` stop at `/` and case does not count."""
    if path:
        pattern = pattern.replace("\\", "/")
    if path or ignore_case:
        pattern = pattern.lower()
    alternatives = read_pattern(pattern, path=path)
    if len(alternatives) > 1:
        return Glob(test=_Matching(alternatives, path=path))
    (pieces,) = alternatives
    texts = _texts(pieces)
    if texts is None or (path and len(texts) > 1):
        return Glob(test=_Matching(alternatives, path=path), needle=_needle(pieces))
    if len(texts) == 1:
        return Glob(test=texts[0].__eq__, exact=texts[0], needle=texts[0])
    prefix = texts[0] if texts[1:] == [""] else None
    return Glob(test=_InOrder(texts), prefix=prefix, needle=_needle(pieces))


class _Matching:
    """Tests by a regular expression, which is compiled when it is first asked: few ever are."""

    __slots__ = ("_alternatives", "_path", "_regex")

    def __init__(self, alternatives: Sequence[Pieces], *, path: bool) -> None:
        self._alternatives = alternatives
        self._path = path
        self._regex: re.Pattern[str] | None = None

    def __call__(self, value: str) -> bool:
        if self._regex is None:
            self._regex = re.compile(regex_of(self._alternatives, path=self._path), re.DOTALL)
            self._alternatives = ()
        return self._regex.fullmatch(value) is not None


class _InOrder:
    """Texts with stars between them: the first where the value begins, the last where it ends."""

    __slots__ = ("_first", "_last", "_middle")

    def __init__(self, texts: Sequence[str]) -> None:
        self._first, *self._middle, self._last = texts

    def __call__(self, value: str) -> bool:
        at, end = len(self._first), len(value) - len(self._last)
        if at > end or not value.startswith(self._first) or not value.endswith(self._last):
            return False
        for text in self._middle:
            found = value.find(text, at, end)
            if found < 0:
                return False
            at = found + len(text)
        return True


def _texts(pieces: Pieces) -> list[str] | None:
    """What stands between stars, or None where that is more than plain text."""
    if any(piece.literal is None and piece.kind != "star" for piece in pieces):
        return None
    return ["".join([p.literal or "" for p in part]) for part in split_at("star", pieces)]


def _needle(pieces: Pieces) -> str:
    """The longest run of plain characters."""
    runs = [""]
    for piece in pieces:
        if piece.literal is None:
            runs.append("")
        else:
            runs[-1] += piece.literal
    return max(runs, key=len)
