"""Lists of glob patterns, one a line, as people write them in a project's settings; pure.

`*` is anything, `?` one character, `[a-z]` and `[!a-z]` one of a class, `{a,b}` either; a backslash
takes a character as it is. A pattern holds for the whole text, and case counts for nothing. Between
stars the leftmost place is as good as any, so nothing is tried twice: the time grows with the text,
whatever the pattern.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Final, NamedTuple

MAX_LINES: Final = 500
MAX_PATTERN_CHARS: Final = 500
MAX_CHARS: Final = 10_000
MAX_CLASS_CHARS: Final = 1_000
"""Of the patterns of a list that have `?` or classes, together: they cost more than the others."""
_MAX_BRACES: Final = 8
_MAX_CHOICES: Final = 64
"""Of one pattern: its pairs of braces, and what they multiply to."""

_PIECE = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)


class Patterns:
    """The patterns of one list. ValueError for one that is none."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._globs = [_Glob(choice) for line in lines for choice in _choices(line.lower())]

    def match(self, text: str) -> bool:
        """Whether one of them holds for the text."""
        text = text.lower()
        return any(glob.matches(text) for glob in self._globs)


def lines_of(text: str) -> list[str]:
    """What stands in a list: its lines without blanks around them, empty ones left out."""
    return [stripped for line in text.splitlines() if (stripped := line.strip())]


def list_problem(text: str) -> str | None:
    """Why a list of anything is too long, or None."""
    if len(text) > MAX_CHARS:
        return f"Ensure this field has no more than {MAX_CHARS} characters."
    if len(lines_of(text)) > MAX_LINES:
        return f"Ensure this field has no more than {MAX_LINES} lines."
    return None


def patterns_problem(text: str) -> str | None:
    """What is wrong with a list of patterns, or None."""
    if problem := list_problem(text):
        return problem
    for line in lines_of(text):
        if len(line) > MAX_PATTERN_CHARS:
            return f'"{line[:20]}…" is longer than {MAX_PATTERN_CHARS} characters.'
        try:
            Patterns([line])
        except ValueError as error:
            return f'"{line}" is no pattern: {error}.'
    if sum(len(line) for line in lines_of(text) if "?" in line or "[" in line) > MAX_CLASS_CHARS:
        return f"Patterns with ? or [ ] may have {MAX_CLASS_CHARS} characters together."
    return None


class _Unit(NamedTuple):
    """One character of a text, as a pattern asks for it."""

    regex: str
    plain: str = ""
    """The character, where only one will do."""


class _Glob:
    """One pattern without braces, cut at its stars."""

    def __init__(self, pattern: str) -> None:
        self._head, *rest = map(_Run, _cut_at_stars(pattern))
        self._tail = rest.pop() if rest else None
        self._middle = [run for run in rest if run.width]
        self._least = sum(run.width for run in (self._head, *rest, self._tail) if run)

    def matches(self, text: str) -> bool:
        size, position = len(text), self._head.width
        if size < self._least or not self._head.stands(text, 0):
            return False
        if self._tail is None:
            return size == position
        end = size - self._tail.width
        if not self._tail.stands(text, end):
            return False
        for run in self._middle:
            found = run.find(text, position, end)
            if found < 0:
                return False
            position = found + run.width
        return True


class _Run:
    """What stands between two stars: of a fixed width, and mostly plain text."""

    def __init__(self, units: Sequence[_Unit]) -> None:
        self.width = len(units)
        self._plain = "".join(unit.plain for unit in units)
        self._regex: re.Pattern[str] | None = None
        if len(self._plain) < self.width:
            self._regex = re.compile("".join(unit.regex for unit in units), re.DOTALL)

    def stands(self, text: str, at: int) -> bool:
        """Whether it is at this place."""
        if self._regex is None:
            return text.startswith(self._plain, at)
        return self._regex.match(text, at) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """The first place between start and end, or -1."""
        if self._regex is None:
            return text.find(self._plain, start, end)
        found = self._regex.search(text, start, end)
        return found.start() if found else -1


def _cut_at_stars(pattern: str) -> list[list[_Unit]]:
    parts: list[list[_Unit]] = [[]]
    for piece in _PIECE.findall(pattern):
        if piece == "*":
            parts.append([])
        else:
            parts[-1].append(_unit(piece))
    return parts


def _unit(piece: str) -> _Unit:
    if piece == "?":
        return _Unit(".")
    if piece == "[":
        raise ValueError("a [ has no ]")
    if piece[0] == "[":
        return _Unit(_class(piece[1:-1]))
    plain = piece[-1]
    return _Unit(re.escape(plain), plain)


def _class(body: str) -> str:
    """A class as a regular expression; ValueError when its ranges run backwards."""
    is_negated = body[0] in "!^"
    chosen = re.sub(r"([\\\[\]^&~|])", r"\\\1", body[is_negated:])
    regex = f"[{'^' if is_negated else ''}{chosen}]"
    try:
        re.compile(regex)
    except re.error:
        raise ValueError(f"the class [{body}] cannot be read") from None
    return regex


def _choices(pattern: str) -> list[str]:
    """The patterns without braces that one with braces stands for."""
    if pattern.count("{") > _MAX_BRACES:
        raise ValueError(f"it has more than {_MAX_BRACES} pairs of braces")
    choices = list(islice(_expand(pattern), _MAX_CHOICES + 1))
    if len(choices) > _MAX_CHOICES:
        raise ValueError(f"its braces stand for more than {_MAX_CHOICES} patterns")
    return choices


def _expand(pattern: str) -> Iterator[str]:
    """Takes the first pair of braces apart, and what is left likewise."""
    depth, opened, cuts = 0, 0, list[int]()
    for piece in _PIECE.finditer(pattern):
        if piece[0] == "{":
            depth += 1
            opened = piece.start() if depth == 1 else opened
        elif piece[0] == "," and depth == 1:
            cuts.append(piece.start())
        elif piece[0] == "}" and depth:
            depth -= 1
            if not depth:
                edges = [opened, *cuts, piece.start()]
                for left, right in pairwise(edges):
                    choice = pattern[left + 1 : right]
                    yield from _expand(pattern[:opened] + choice + pattern[piece.end() :])
                return
    if depth:
        raise ValueError("a { has no }")
    yield pattern
