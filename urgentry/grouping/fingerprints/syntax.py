"""Reads the text of a project's fingerprint rules; every error names its line and column.

Used when a project's settings are saved and when its grouping configuration is built (spec §10.2).
"""

import re
from typing import Final, NoReturn

from urgentry.grouping.fingerprints.rules import FingerprintMatcher, FingerprintRule, matcher
from urgentry.grouping.invalid import InvalidRule

_QUOTED: Final = r'"((?:[^"\\]|\\.)*+)"'
_KEY = re.compile(rf"(!?)(?:([A-Za-z0-9_.-]+)|{_QUOTED}):")
_ARGUMENT = re.compile(rf"(?:{_QUOTED}|(\S+))")
_VALUE = re.compile(rf"{_QUOTED}|(\{{\{{\s*\S+\s*\}}\}})|([^\s{{,]+)")
_TITLE = re.compile(rf"title\s*=\s*{_QUOTED}")
_ATTRIBUTE = re.compile(r"([A-Za-z_]\w*)\s*=\s*\"")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BLANKS = re.compile(r"\s*")
_COMMA = re.compile(r"[\s,]*")


def parse_fingerprint_rules(text: str) -> tuple[FingerprintRule, ...]:
    """The rules of a text, in order; raises InvalidRule."""
    rules = []
    for number, line in enumerate(text.splitlines(), start=1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            rules.append(_Line(line, number).rule())
    return tuple(rules)


class _Line:
    """A cursor over one line."""

    def __init__(self, text: str, number: int) -> None:
        self._text = text
        self._number = number
        self._at = 0

    def rule(self) -> FingerprintRule:
        matchers = []
        while not self._take("->"):
            matchers.append(self._matcher())
        if not matchers:
            self._fail("expected a matcher")
        values, title = self._outcome()
        return FingerprintRule(tuple(matchers), tuple(values), title)

    def _matcher(self) -> FingerprintMatcher:
        start = self._at
        match = _KEY.match(self._text, start) or self._fail("expected a matcher or ->")
        negated, bare, quoted = match.groups()
        key = bare if bare is not None else _unescape(quoted)
        argument = _ARGUMENT.match(self._text, match.end())
        if argument is None:
            self._at = match.end()
            self._fail("expected a pattern")
        pattern = argument[2] if argument[1] is None else _unescape(argument[1])
        try:
            made = matcher(key, pattern, negated=bool(negated))
        except KeyError:
            self._fail(f"unknown matcher {key!r}")
        except ValueError as error:
            self._at = match.end()
            self._fail(f"invalid pattern: {error}")
        self._at = argument.end()
        return made

    def _outcome(self) -> tuple[list[str], str | None]:
        values: list[str] = []
        title = None
        while not self._ended():
            if match := _TITLE.match(self._text, self._at):
                title = _unescape(match[1])
            elif match := _ATTRIBUTE.match(self._text, self._at):
                self._fail(f"unknown attribute {match[1]!r}")
            elif match := _VALUE.match(self._text, self._at):
                values.append(_unescape(match[1]) if match[1] is not None else match[0])
            else:
                self._fail("expected a value")
            self._at = match.end()
        if not values:
            self._fail("expected a fingerprint after ->")
        return values, title

    def _ended(self) -> bool:
        self._skip(_COMMA)
        return self._at >= len(self._text) or self._text[self._at] == "#"

    def _take(self, mark: str) -> bool:
        self._skip(_BLANKS)
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _skip(self, blanks: re.Pattern[str]) -> None:
        match = blanks.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _fail(self, message: str) -> NoReturn:
        raise InvalidRule(message, line=self._number, column=self._at + 1)


def _unescape(text: str) -> str:
    """`\\"` is a quote and `\\\\` a backslash; other escapes belong to the pattern."""
    return _ESCAPE.sub(lambda match: match[1] if match[1] in '"\\' else match[0], text)
