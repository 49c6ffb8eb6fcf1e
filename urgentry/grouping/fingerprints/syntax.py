"""Reads the text of a project's fingerprint rules; every error names its line and column.

Used when a project's settings are saved and when its grouping configuration is built (spec §10.2).
"""

import re
from typing import Final

from urgentry.grouping.fingerprints.rules import FingerprintMatcher, FingerprintRule, matcher
from urgentry.grouping.rule_line import RuleLine, rule_lines

_QUOTED: Final = r'"([^"\\]*+(?:\\.[^"\\]*+)*)"'
_KEY = re.compile(rf"(!?)(?:([A-Za-z0-9_.-]+)|{_QUOTED}):")
_ARGUMENT = re.compile(rf"(?:{_QUOTED}|(\S+))")
_VALUE = re.compile(rf"{_QUOTED}|(\{{\{{\s*\S+\s*\}}\}})|([^\s{{,]+)")
_TITLE = re.compile(rf"title\s*=\s*{_QUOTED}")
_ATTRIBUTE = re.compile(r"([A-Za-z_]\w*)\s*=\s*\"")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMA = re.compile(r"[\s,]*")


def parse_fingerprint_rules(text: str) -> tuple[FingerprintRule, ...]:
    """The rules of a text, in order; raises InvalidRule."""
    return tuple(_Reader(line).rule() for line in rule_lines(text))


class _Reader:
    """Reads one line."""

    def __init__(self, line: RuleLine) -> None:
        self._line = line

    def rule(self) -> FingerprintRule:
        matchers = []
        while not self._line.take("->"):
            matchers.append(self._matcher())
        if not matchers:
            self._line.fail("expected a matcher")
        values, title = self._outcome()
        return FingerprintRule(tuple(matchers), tuple(values), title)

    def _matcher(self) -> FingerprintMatcher:
        match = self._line.match(_KEY) or self._line.fail("expected a matcher or ->")
        negated, bare, quoted = match.groups()
        key = bare if bare is not None else _unescape(quoted)
        argument = _ARGUMENT.match(self._line.text, match.end())
        if argument is None:
            self._line.at = match.end()
            self._line.fail("expected a pattern")
        pattern = argument[2] if argument[1] is None else _unescape(argument[1])
        try:
            made = matcher(key, pattern, negated=bool(negated))
        except KeyError:
            self._line.fail(f"unknown matcher {key!r}")
        except ValueError as error:
            self._line.at = match.end()
            self._line.fail(f"invalid pattern: {error}")
        self._line.at = argument.end()
        return made

    def _outcome(self) -> tuple[list[str], str | None]:
        values: list[str] = []
        title = None
        while not self._line.ended(_COMMA):
            if match := self._line.match(_TITLE):
                title = _unescape(match[1])
            elif match := self._line.match(_ATTRIBUTE):
                self._line.fail(f"unknown attribute {match[1]!r}")
            elif match := self._line.match(_VALUE):
                values.append(_unescape(match[1]) if match[1] is not None else match[0])
            else:
                self._line.fail("expected a value")
            self._line.at = match.end()
        if not values:
            self._line.fail("expected a fingerprint after ->")
        return values, title


def _unescape(text: str) -> str:
    """`\\"` is a quote and `\\\\` a backslash; other escapes belong to the pattern."""
    return _ESCAPE.sub(lambda match: match[1] if match[1] in '"\\' else match[0], text)
