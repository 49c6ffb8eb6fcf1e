"""Sets of a stack's frames as bits of a number, the oldest call lowest: what a rule does to a stack
costs the same whether it holds for one frame or for all of them.

`stack`, `passes` and `votes` compute with these.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from urgentry.grouping.enhancements.rules import Flag, Range

Bits = int

# The last frame for which a rule holds reaches all before it after they had their own turn, and a
# frame has its own turn after it was reached from before.
_LAST_WORD_FIRST: Final[tuple[Range, ...]] = ("v", "", "^")


def span(spec: Range, bits: Bits, everything: Bits) -> Bits:
    """The frames that a flag speaks of where it stands at those: themselves, `^` all nearer to the
    crash than the first of them, `v` all before the last."""
    if not spec:
        return bits
    if spec == "v":
        return (1 << (bits.bit_length() - 1)) - 1
    return everything & -((bits & -bits) << 1)


def decided(flags: Sequence[Flag], bits: Bits, everything: Bits) -> Iterator[tuple[Flag, Bits]]:
    """Which flag has the last word on which frames, where every frame of the set, one after the
    other from the oldest call on, has all flags take effect."""
    last = {flag.span: flag for flag in flags}
    left = everything
    for spec in _LAST_WORD_FIRST:
        if flag := last.get(spec):
            reached = span(spec, bits, everything) & left
            left &= ~reached
            yield flag, reached


def places(bits: Bits) -> Iterator[int]:
    """The numbers of the frames, the oldest call first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def spread(bits: Bits, count: int) -> list[bool]:
    """For each of so many frames whether it is in the set."""
    return [digit == "1" for digit in reversed(f"{bits:0{count}b}")]
