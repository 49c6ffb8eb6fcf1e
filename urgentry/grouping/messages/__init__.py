"""Messages as templates: ids, numbers and dates give way to their kind, so that texts group.

`template_of` is what the exception and message strategies hash. The patterns come in generations,
because hashes that were stored under one must be found again; `flags` names the generation.
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


def template_of(message: str, replace_ids: Replace) -> str:
    """The first two non-blank lines, with ids replaced (spec §6)."""
    return replace_ids(shorten(message))


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
