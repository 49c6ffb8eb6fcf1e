"""Messages as templates: ids, numbers and dates give way to their kind, so that texts group.

`shorten` and then a `replacer` make what the exception and message strategies hash (spec §6). The
patterns come in generations, because hashes that were stored under one must be found again; `flags`
names the generation.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from urgentry.grouping.messages import patterns_2024, patterns_2026

_GENERATIONS: Final = MappingProxyType(
    {"2024": patterns_2024.replace_ids, "2026": patterns_2026.replace_ids}
)
_LINES: Final = 2

Replace = Callable[[str], str]


def replacer(generation: str) -> Replace:
    """The function that replaces ids as this generation of patterns does."""
    return _GENERATIONS[generation]


def shorten(message: str) -> str:
    """The first two lines with text in them; `...` tells that there was more."""
    if "\n" not in message and message.strip() == message:
        return message
    lines: list[str] = []
    for line in message.split("\n"):
        if line.strip():
            lines.append(line)
            if len(lines) == _LINES:
                break
    short = "\n".join(lines)
    return short if short == message else short + "..."
