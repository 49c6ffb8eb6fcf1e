"""A cursor over one line of a project's rules, for the readers of both languages: stack-trace rules
and fingerprint rules."""

import re
from collections.abc import Iterator
from typing import NoReturn

from urgentry.grouping.invalid import InvalidRule

BLANKS = re.compile(r"\s*")


class RuleLine:
    """A line and how far it has been read."""

    def __init__(self, text: str, number: int) -> None:
        self.text = text
        self.at = 0
        self._number = number

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What a pattern finds at the cursor, which stays where it is."""
        return pattern.match(self.text, self.at)

    def ended(self, blanks: re.Pattern[str] = BLANKS) -> bool:
        """Skips blanks; whether a comment or nothing is left."""
        self.skip(blanks)
        return self.at >= len(self.text) or self.text[self.at] == "#"

    def take(self, mark: str) -> bool:
        """Skips blanks, and the mark if it stands there."""
        self.skip()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def skip(self, blanks: re.Pattern[str] = BLANKS) -> None:
        """Moves the cursor behind blanks."""
        if match := self.match(blanks):
            self.at = match.end()

    def fail(self, message: str, *, at: int | None = None) -> NoReturn:
        """Raises InvalidRule with the line and the column: where the cursor is, unless told."""
        column = (self.at if at is None else at) + 1
        raise InvalidRule(message, line=self._number, column=column)


def rule_lines(text: str) -> Iterator[RuleLine]:
    """The lines of a text that are neither empty nor comments."""
    for number, line in enumerate(text.splitlines(), start=1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield RuleLine(line, number)
