"""Rules over the bytes of files: what goes is overwritten, so that every byte keeps its place."""

import re
from collections.abc import Iterator
from typing import Final

from urgentry.privacy.paths import State
from urgentry.privacy.redaction import Step
from urgentry.privacy.rules import Method, Redaction, hashed

_PADDING: Final = "x"
# At least this many characters of UTF-16 in a row are a text, as Windows and Java keep them.
_WIDE_TEXT: Final = re.compile(rb"(?:[\t\n\r -~\xa0-\xff]\x00){5,}")

Spans = list[tuple[int, int]]


def scrub_bytes(content: bytearray, start: int, stop: int, state: State) -> None:
    """Applies the rules of a place to a range of a file, in place: to its bytes as UTF-8, and to
    the texts in UTF-16 that it holds."""
    for step in state.steps:
        part = bytes(content[start:stop])
        for first, last in [(0, len(part))] if step.whole else _spans(part, step):
            _overwrite(content, start + first, part[first:last], step, "utf-8")
        if step.whole:
            continue
        for wide in _WIDE_TEXT.finditer(bytes(content[start:stop])):
            text = wide[0].decode("utf-16-le")
            for first, last in _spans(text, step):
                found = text[first:last].encode("utf-16-le")
                _overwrite(content, start + wide.start() + 2 * first, found, step, "utf-16-le")


def scrub_name(content: bytearray, start: int, stop: int, encoding: str, state: State) -> None:
    """The same for a range that holds the path of a file: the file's own name stays, symbols are
    found by it."""
    for step in state.steps:
        text = bytes(content[start:stop]).decode(encoding, "replace")
        end = max(text.rfind("/"), text.rfind("\\"), 0)
        for first, last in [(0, end)] if step.whole else _spans(text[:end], step):
            place = start + len(text[:first].encode(encoding, "replace"))
            found = text[first:last].encode(encoding, "replace")
            _overwrite(content, place, found, step, encoding)


def _spans(searched: bytes | str, step: Step) -> Spans:
    return list(_found(searched, step))


def _found(searched: bytes | str, step: Step) -> Iterator[tuple[int, int]]:
    pattern = step.rule.pattern
    end = 0
    for match in pattern.regex.finditer(searched) if pattern else ():
        # A rule that takes whole values takes no more of a file than what it found.
        for group in sorted((pattern and pattern.groups) or (0,)):
            first, last = match.span(group)
            if end <= first < last:
                yield first, last
                end = last


def _overwrite(content: bytearray, at: int, found: bytes, step: Step, encoding: str) -> None:
    characters = len(found) // len(_PADDING.encode(encoding))
    text = _filling(found.decode(encoding, "replace"), step.rule.redaction)
    padded = (text + _PADDING * characters).encode(encoding)[: len(found)]
    content[at : at + len(found)] = padded


def _filling(found: str, redaction: Redaction) -> str:
    if redaction.method is Method.HASH:
        return hashed(found)
    if redaction.method is Method.MASK:
        return "*" * len(found.encode(errors="replace"))
    return redaction.text if redaction.method is Method.REPLACE else ""
