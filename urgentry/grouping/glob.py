"""Glob patterns of stack-trace and fingerprint rules, compiled to tests over whole values.

Both kinds of rules call `compile_glob`. A pattern that is not in the language raises ValueError:
its owner decides whether that is an error of the rule or a matcher that never matches.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Final

from urgentry.grouping.glob_pieces import ANYTHING_BELOW, Pieces, read_pattern, regex_of, split_at

Test = Callable[[str], object]

_PATTERNS_REMEMBERED: Final = 512


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern, and what an index can use to find it without running it."""

    test: Test
    exact: str | None = None
    """The one value that matches, if there is only one."""
    one_of: frozenset[str] = frozenset()
    """The values that match, if they can be listed."""
    prefix: str | None = None
    """The pattern is this prefix and then anything."""
    needle: str = ""
    """Text that every matching value contains."""
    of_directory: bool = False
    """Whether all files of a directory match, or none of them."""


@lru_cache(maxsize=_PATTERNS_REMEMBERED)
def compile_glob(pattern: str, *, path: bool = False, ignore_case: bool = False) -> Glob:
    """Whole-value test; on paths `*` and `?` stop at `/` and case does not count."""
    if path:
        pattern = pattern.replace("\\", "/")
    if path or ignore_case:
        pattern = pattern.lower()
    alternatives = read_pattern(pattern, path=path)
    if listed := _listed(alternatives):
        exact = next(iter(listed)) if len(listed) == 1 else None
        return Glob(test=listed.__contains__, exact=exact, one_of=listed, needle=exact or "")
    if len(alternatives) > 1:
        beginnings = [each[0].literal or "" if each else "" for each in alternatives]
        return Glob(
            test=_Matching(alternatives, path=path),
            needle=_common_beginning(beginnings),
            of_directory=all(map(_is_of_directory, alternatives)),
        )
    return _glob(alternatives[0], path=path)


def _glob(pieces: Pieces, *, path: bool) -> Glob:
    """The cheapest test there is for a pattern without alternatives."""
    needle = _needle(pieces)
    if directory := _directory(pieces):
        return Glob(test=_Below(directory), needle=needle, of_directory=True)
    texts = _texts(pieces)
    if texts is None or (path and len(texts) > 1):
        test = _Matching([pieces], path=path)
        return Glob(test=test, needle=needle, of_directory=_is_of_directory(pieces))
    prefix = texts[0] if texts[1:] == [""] else None
    return Glob(test=_InOrder(texts), prefix=prefix, needle=needle)


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


class _Below:
    """`**/directory/**`."""

    __slots__ = ("_directory",)

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def __call__(self, value: str) -> bool:
        found = 0
        if not value.startswith(self._directory):
            found = value.find(f"/{self._directory}") + 1
            if not found:
                return False
        return found + len(self._directory) < len(value)


def _common_beginning(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join([char for char, _ in alike])


def _is_of_directory(pieces: Pieces) -> bool:
    if not pieces:
        return False
    *before, last = pieces
    slashed = bool(before) and (before[-1].literal or "").endswith("/")
    return slashed and last.regex == ANYTHING_BELOW


def _directory(pieces: Pieces) -> str | None:
    """What stands between `**/` and `/**`, with its last slash, if that is plain text."""
    if [piece.kind for piece in pieces] != ["tree", "fixed", "fixed"]:
        return None
    text = pieces[1].literal or ""
    return text if text.endswith("/") and pieces[2].regex == ANYTHING_BELOW else None


def _listed(alternatives: Sequence[Pieces]) -> frozenset[str]:
    """The values, where no alternative has anything but plain text."""
    texts = [_texts(pieces) for pieces in alternatives]
    plain = [text[0] for text in texts if text is not None and len(text) == 1]
    return frozenset(plain) if len(plain) == len(texts) else frozenset()


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
