"""Severity: the five levels, and the names and numbers that clients use for them."""

from typing import Any, Literal

LEVELS = frozenset({"debug", "info", "warning", "error", "fatal"})
_NAMES = {"log": "info", "critical": "fatal", "warn": "warning"}
PLAIN_LEVEL: Any = Literal["debug", "info", "warning", "error", "fatal", "log", "critical", "warn"]
_PYTHON_NUMBERS = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "fatal"}


def read_level(value: Any) -> str | None:
    """The level that a name or a number of Python's `logging` means, or None."""
    if type(value) is str:
        if value in LEVELS:
            return value
        name = value.strip().lower()
        if name in LEVELS:
            return name
        if name.isdecimal():
            return _PYTHON_NUMBERS.get(int(name[:4]))
        return _NAMES.get(name)
    return _PYTHON_NUMBERS.get(value) if type(value) is int else None
