"""The error of a rule text that cannot be read; the settings API and page show where."""

from urgentry.errors import UrgentryError


class InvalidRule(UrgentryError):
    """A stack-trace or fingerprint rule is not in the grammar; lines and columns start at 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.reason = message
