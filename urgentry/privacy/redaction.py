"""Takes out of one text what rules find in it, and tells what stood where.

A text that something was taken from before is cut into chunks by the remarks on it, so that rules
see only what is left of it and remarks keep naming the right places. Positions count bytes of
UTF-8, as all Sentry clients read them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from urgentry.privacy.regexes import Regex
from urgentry.privacy.rules import Rule

Remark = list[Any]
"""`[rule, kind, start, end]`; without a place where the whole value went."""

MOST_PLACES: Final = 500
"""In one text: where a rule finds more, all of the text goes."""
_CUT: Final = "!limit"
_DOTS: Final = 3
_TAKEN: Final = "\0"


class Step(NamedTuple):
    """One rule at one place; `whole` says that all of the text goes, whatever it is."""

    rule: Rule
    whole: bool


class Redacted(msgspec.Struct, frozen=True):
    """What became of a text; None where nothing is left of it."""

    text: str | None
    remarks: list[Remark]
    cut: bool = True
    """Whether parts of the text went, so that its length before is worth knowing."""


class _Chunk(NamedTuple):
    text: str
    rule: str | None = None
    kind: str = ""


def redact(text: str, remarks: Sequence[Any], steps: Sequence[Step]) -> Redacted | None:
    """The text after all steps, with all remarks on it; None where nothing changes."""
    encoded = text.encode(errors="replace")
    plain = text if text.isascii() else encoded.decode()  # without lone surrogates
    plain = plain.replace(_TAKEN, "")
    chunks = given = _split(plain, remarks) if remarks else [_Chunk(plain)]
    for step in steps:
        pattern = step.rule.pattern
        if step.whole or pattern is None:
            if step.rule.removes:
                places = [*_join(chunks)[1], [step.rule.origin, "x"]]
                return Redacted(None, places, cut=chunks is not given)
        elif chunks is given and not remarks and not pattern.regex.search(encoded):
            continue
        chunks = _apply(chunks, step)
    if chunks is given:
        return None
    new, places = _join(chunks)
    return None if new == text else Redacted(new, places)


def _apply(chunks: list[_Chunk], step: Step) -> list[_Chunk]:
    plain = [chunk for chunk in chunks if chunk.rule is None]
    if not plain:
        return chunks
    rule, pattern = step.rule, step.rule.pattern
    if len(plain) == len(chunks) == 1:
        searched = plain[0].text
    else:
        searched = "".join(_TAKEN if chunk.rule else chunk.text for chunk in chunks)
    if step.whole or pattern is None:
        return [_replacement(rule, searched)]
    if not pattern.regex.search(searched):
        return chunks
    if pattern.groups is None:
        return [_replacement(rule, searched)]
    spans = list(islice(_spans(searched, pattern.regex, pattern.groups), MOST_PLACES + 1))
    if len(spans) > MOST_PLACES:
        return [_replacement(rule, searched)]
    return _replaced(searched, spans, chunks, rule)


def _replaced(
    searched: str, spans: list[tuple[int, int]], chunks: list[_Chunk], rule: Rule
) -> list[_Chunk]:
    taken = iter([chunk for chunk in chunks if chunk.rule])
    replaced: list[_Chunk] = []
    end = 0
    for start, stop in spans:
        replaced += _kept(searched[end:start], taken)
        replaced.append(_replacement(rule, searched[start:stop]))
        # What was taken before goes again with what surrounds it.
        for _ in range(searched.count(_TAKEN, start, stop)):
            next(taken)
        end = stop
    return replaced + list(_kept(searched[end:], taken)) if spans else chunks


def _spans(text: str, regex: Regex, groups: frozenset[int]) -> Iterator[tuple[int, int]]:
    end = 0
    for match in regex.finditer(text):
        for group in sorted(groups):
            start, stop = match.span(group)
            if start >= end:
                yield start, stop
                end = stop


def _kept(text: str, taken: Iterator[_Chunk]) -> Iterator[_Chunk]:
    for number, part in enumerate(text.split(_TAKEN)):
        if number:
            yield next(taken)
        if part:
            yield _Chunk(part)


def _replacement(rule: Rule, found: str) -> _Chunk:
    return _Chunk(rule.redaction(found), rule.origin, rule.redaction.method.value)


def _split(text: str, remarks: Sequence[Any]) -> list[_Chunk]:
    places = sorted(filter(None, (_place(text, remark) for remark in remarks)))
    if not places:
        return [_Chunk(text.replace(_TAKEN, ""))]
    encoded = text.encode(errors="replace")
    chunks: list[_Chunk] = []
    end = 0
    for start, stop, rule, kind in places:
        if not end <= start <= stop <= len(encoded):
            continue
        if start > end:
            chunks.append(_Chunk(_decoded(encoded[end:start]).replace(_TAKEN, "")))
        chunks.append(_Chunk(_decoded(encoded[start:stop]), rule, kind))
        end = stop
    if end < len(encoded):
        chunks.append(_Chunk(_decoded(encoded[end:]).replace(_TAKEN, "")))
    return chunks


def _place(text: str, remark: Any) -> tuple[int, int, str, str] | None:
    """Where a remark says that something was taken; None where it names no place."""
    match remark:
        case [_, _]:
            return None
        case [str(rule), str(kind), int(start), int(stop)]:
            if rule == _CUT:
                # Whatever the limit counted, what is left of the text ends in dots.
                stop = len(text.encode(errors="replace"))
                start = stop - _DOTS
            return (start, stop, rule, kind) if rule else None
        case _:
            return None


def _join(chunks: list[_Chunk]) -> tuple[str, list[Remark]]:
    remarks: list[Remark] = []
    position = 0
    for chunk in chunks:
        length = len(chunk.text.encode(errors="replace"))
        if chunk.rule:
            remarks.append([chunk.rule, chunk.kind, position, position + length])
        position += length
    return "".join(chunk.text for chunk in chunks), remarks


def _decoded(encoded: bytes) -> str:
    return encoded.decode(errors="replace")
