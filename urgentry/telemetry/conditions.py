"""What a question asks of a signal: tests of attributes, joined by all, any and not.

A test knows how to look at distinct values, so that a column of codes is tested once a value and
not once a signal. Which signals of a block hold is a `Mask`: a whole number with a byte a signal,
which `&`, `|` and `^` work on in one step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from urgentry.domain.patterns import Patterns
from urgentry.telemetry.block import Block
from urgentry.telemetry.columns import LIST, View

Mask = int

_CODES = 256
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
"""What stands in JSON as it is."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute is one of some texts, or the number or truth value that they spell."""

    key: str
    texts: frozenset[str]
    numbers: frozenset[float] = field(init=False)

    def __post_init__(self) -> None:
        spelled = filter(None, map(_number, self.texts))
        object.__setattr__(self, "numbers", frozenset(number[0] for number in spelled))

    def passes(self, values: Sequence[Any]) -> list[bool]:
        """For each value whether it passes; what is absent never does."""
        texts, numbers = self.texts, self.numbers
        return [
            value in texts
            if type(value) is str
            else _spell(value) in texts
            if type(value) is bool
            else value in numbers
            for value in values
        ]


@dataclass(frozen=True, slots=True)
class Matches:
    """A text matches a pattern as a whole, whatever the case of its letters."""

    key: str
    pattern: Patterns

    def passes(self, values: Sequence[Any]) -> list[bool]:
        match = self.pattern.match
        return [value is not None and match(_text(value)) for value in values]


@dataclass(frozen=True, slots=True)
class Contains:
    """A text has another in it, whatever the case of its letters. `part` is in lower case."""

    key: str
    part: str

    def passes(self, values: Sequence[Any]) -> list[bool]:
        part = self.part
        return [value is not None and part in _text(value).lower() for value in values]

    def may_stand_in(self, raw: bytes) -> bool:
        """Whether the part may be in one of many texts, by their JSON: a tenth of the work."""
        if not (_PLAIN.fullmatch(self.part) and raw.isascii()):
            return True
        return self.part.encode() in raw.lower()


@dataclass(frozen=True, slots=True)
class Between:
    """A number lies between two others, of which each may be missing and is included or not."""

    key: str
    low: float | None = None
    high: float | None = None
    with_low: bool = True
    with_high: bool = False

    def passes(self, values: Sequence[Any]) -> list[bool]:
        return [
            type(value) in (int, float) and self.above_low(value) and self.below_high(value)
            for value in values
        ]

    def above_low(self, value: float) -> bool:
        return self.low is None or value > self.low or (self.with_low and value == self.low)

    def below_high(self, value: float) -> bool:
        return self.high is None or value < self.high or (self.with_high and value == self.high)


@dataclass(frozen=True, slots=True)
class Has:
    """There is such an attribute."""

    key: str

    def passes(self, values: Sequence[Any]) -> list[bool]:
        return [value is not None for value in values]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, always."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; without parts, never."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Test = Equals | Matches | Contains | Between | Has
Condition = Test | All | Either | Not

ALWAYS = All()


def tests_of(condition: Condition) -> Iterator[Test]:
    """Every test in a condition."""
    match condition:
        case All() | Either():
            for part in condition.parts:
                yield from tests_of(part)
        case Not():
            yield from tests_of(condition.part)
        case _:
            yield condition


def keys_of(condition: Condition) -> frozenset[str]:
    """The attributes that a condition looks at."""
    return frozenset(test.key for test in tests_of(condition))


def mask_of(condition: Condition, block: Block) -> Mask:
    """The signals of an opened block for which a condition holds."""
    match condition:
        case All():
            mask = everything(block.count)
            for part in condition.parts:
                mask &= mask_of(part, block)
            return mask
        case Either():
            mask = 0
            for part in condition.parts:
                mask |= mask_of(part, block)
            return mask
        case Not():
            return mask_of(condition.part, block) ^ everything(block.count)
        case _:
            return _mask_of_test(condition, block)


def between_times(block: Block, start: int, end: int) -> Mask:
    """The signals from a time on and before another."""
    return as_mask(bytes(start <= at < end for at in block.times))


def everything(count: int) -> Mask:
    """The mask of so many signals that all hold."""
    return int.from_bytes(b"\x01" * count, "little")


def as_mask(flags: bytes) -> Mask:
    """The mask of a byte a signal, 0 or 1."""
    return int.from_bytes(flags, "little")


def as_flags(mask: Mask, count: int) -> bytes:
    """A byte a signal, 0 or 1: what `itertools.compress` takes."""
    return mask.to_bytes(count, "little")


def positions(mask: Mask, count: int) -> list[int]:
    """Where the signals stand that hold, in order."""
    return [position for position, holds in enumerate(as_flags(mask, count)) if holds]


def _mask_of_test(test: Test, block: Block) -> Mask:
    mask = 0
    for view in block.view(test.key):
        mask |= as_mask(_flags(test, view))
    return mask


def _flags(test: Test, view: View) -> bytes:
    if isinstance(test, Contains) and view.raw is not None and not test.may_stand_in(view.raw):
        return b""
    passed = bytes(passes(test, view.type, view.values))
    return passed if view.codes is None else view.codes.translate(passed.ljust(_CODES, b"\0"))


def passes(test: Test, kind: str, values: Sequence[Any]) -> list[bool]:
    """For each value of a column of a type whether it passes; a list does when a member does."""
    if kind != LIST:
        return test.passes(values)
    return [value is not None and any(test.passes(orjson.loads(value))) for value in values]


def _number(text: str) -> tuple[float] | None:
    try:
        return (float(text),)
    except ValueError:
        return None


def _spell(value: bool) -> str:
    return "true" if value else "false"


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    return _spell(value) if type(value) is bool else str(value)
