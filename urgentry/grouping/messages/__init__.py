"""Messages as templates: ids, numbers and dates give way to their kind, so that texts group.

`shorten` and then a `replacer` make what the exception and message strategies hash (spec §6). The
patterns come in generations, because hashes that were stored under one must be found again; `flags`
names the generation.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import Final

from urgentry.grouping.messages import patterns_2024, patterns_2026

_GENERATIONS: Final = MappingProxyType(
    {"2024": patterns_2024.replace_ids, "2026": patterns_2026.replace_ids}
)
_LINES: Final = 2
_BREAKS: Final = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_LINE_BREAK = re.compile(f"[{_BREAKS}]")
_BLANKS = re.compile(r"\s*+")

Replace = Callable[[str], str]


def replacer(generation: str) -> Replace:
    """The function that replaces ids as this generation of patterns does."""
    return _GENERATIONS[generation]


def shorten(message: str) -> str:
    """The first two lines with text in them; `...` tells that there was more."""
    if message.strip() and not _LINE_BREAK.search(message):
        return message
    short = "\n".join(islice(_lines(message), _LINES))
    return short if short == message else short + "..."


def _lines(message: str) -> Iterator[str]:
    """Those with text in them. Blank ones are skipped together, however many there are."""
    before = 0
    while match := _BLANKS.match(message, before):
        text = match.end()
        if text == len(message):
            return
        start = max(before, *(message.rfind(char, before, text) + 1 for char in _BREAKS))
        end = _LINE_BREAK.search(message, text)
        before = end.start() if end else len(message)
        yield message[start:before]
