"""Reads a glob pattern into pieces, and makes of them a regular expression that never backtracks
far: no pattern makes a test slow.

`glob` builds its tests on these. The language is that of the rules (spec §8.2), which is globset's.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

ANYTHING_BELOW: Final = ".+"
_MOST_ALTERNATIVES: Final = 256
_MOST_PIECES: Final = 20_000
_DEEPEST_BRACES: Final = 8
_PLAIN = re.compile(r"[^*?\[\\{}]+")
_PLAIN_OPTION = re.compile(r"[^*?\[\\{},]+")

Kind = Literal["fixed", "star", "tree"]


class TooManyAlternatives(ValueError):
    """A pattern is in the language, but its braces stand for more than we work out."""


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A run of `*` is a `star`, `**/` of any directories a `tree`; all else is `fixed`."""

    regex: str
    kind: Kind = "fixed"
    literal: str | None = None
    """The one text that it matches, if there is only one."""


Pieces = Sequence[Piece]


def read_pattern(pattern: str, *, path: bool) -> list[list[Piece]]:
    """The alternatives of a pattern, none of which has braces; ValueError says what is wrong."""
    reader = _Reader(pattern, path=path)
    found = reader.alternatives()
    if not reader.ended:
        raise ValueError("unopened }")
    return found


def regex_of(alternatives: Sequence[Pieces], *, path: bool) -> str:
    """For a full match, with `.` as any character."""
    star = "[^/]*" if path else ".*"
    return "|".join([_regex(pieces, star) for pieces in alternatives])


def split_at(kind: Kind, pieces: Pieces) -> list[list[Piece]]:
    """What stands between the wildcards of a kind; one part more than there are wildcards."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind == kind:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _regex(pieces: Pieces, star: str) -> str:
    """Of all places where a part between two wildcards fits, the first leaves most room to those
    that follow. So it is taken and kept; only what stands at the end is looked for."""
    *front, end = split_at("tree", pieces)
    found = [_part(part, star) for part in front]
    found.append(_part(end, star, at_end=True))
    head, *tail = found
    *middle, last = (head, *(f"(?:|.*?/){part}" for part in tail))
    return "".join([f"(?>{part})" for part in middle if part]) + last


def _part(pieces: Pieces, star: str, *, at_end: bool = False) -> str:
    head, *tail = ["".join([piece.regex for piece in part]) for part in split_at("star", pieces)]
    end = f"{star}{tail.pop()}" if tail and at_end else ""
    return head + "".join([f"(?>{star}?{part})" for part in tail if part]) + end


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, text: str, *, path: bool) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._any = "[^/]" if path else "."

    @property
    def ended(self) -> bool:
        return self._at >= len(self._text)

    def alternatives(self) -> list[list[Piece]]:
        """What stands up to the end of the braces, or of the text."""
        found: list[list[Piece]] = [[]]
        while not self.ended and not self._ends_option():
            if self._text[self._at] == "{":
                options = self._braces()
                found = [[*before, *option] for before in found for option in options]
            else:
                piece = self._piece()
                for option in found:
                    option.append(piece)
            if len(found) > 1:
                _check_size(found)
        return found

    def _ends_option(self) -> bool:
        char = self._text[self._at]
        return char == "}" or (char == "," and self._depth > 0)

    def _braces(self) -> list[list[Piece]]:
        """The options between braces; one that is empty is none."""
        self._depth += 1
        if self._depth > _DEEPEST_BRACES:
            raise TooManyAlternatives("braces are too deep")
        options: list[list[Piece]] = []
        closed = False
        while not closed:
            self._at += 1
            options += [option for option in self.alternatives() if option]
            if self.ended:
                raise ValueError("unclosed {")
            closed = self._text[self._at] == "}"
        self._at += 1
        self._depth -= 1
        return options or [[]]

    def _piece(self) -> Piece:
        run = _PLAIN_OPTION if self._depth else _PLAIN
        if plain := run.match(self._text, self._at):
            self._at = plain.end()
            return Piece(re.escape(plain[0]), literal=plain[0])
        char = self._text[self._at]
        if char == "*":
            return self._stars()
        if char == "[":
            return self._char_class()
        self._at += 1
        if char == "?":
            return Piece(self._any)
        if char == "\\":
            if self.ended:
                raise ValueError("nothing after \\")
            char = self._text[self._at]
            self._at += 1
        return Piece(re.escape(char), literal=char)

    def _stars(self) -> Piece:
        """`**` that fills a component of a path crosses directories, other runs are one star."""
        start = self._at
        while not self.ended and self._text[self._at] == "*":
            self._at += 1
        if self._at - start != len("**") or not self._is_component(start):
            return Piece("", "star")
        if self.ended or self._ends_option():
            return Piece(".*" if start == 0 else ANYTHING_BELOW)
        self._at += 1
        return Piece("", "tree")

    def _is_component(self, start: int) -> bool:
        opens = "/{," if self._depth else "/"
        begins = start == 0 or self._text[start - 1] in opens
        return begins and (self.ended or self._text[self._at] == "/" or self._ends_option())

    def _char_class(self) -> Piece:
        first = self._at + 1
        negated = self._text[first : first + 1] in ("!", "^")
        first += negated
        end = self._text.find("]", first + 1)
        if end < 0:
            raise ValueError("unclosed [")
        self._at = end + 1
        return Piece(f"[{'^' * negated}{_class_body(self._text[first:end])}]")


def _check_size(alternatives: Sequence[Pieces]) -> None:
    if len(alternatives) > _MOST_ALTERNATIVES or sum(map(len, alternatives)) > _MOST_PIECES:
        raise TooManyAlternatives("too many alternatives")


def _class_body(text: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(text):
        low, dash, high = (*text[at : at + 3], "", "", "")[:3]
        is_range = bool(high) and dash == "-"
        if is_range and low > high:
            raise ValueError(f"reversed range {low}-{high}")
        parts.append(f"{re.escape(low)}-{re.escape(high)}" if is_range else re.escape(low))
        at += 3 if is_range else 1
    return "".join(parts)
