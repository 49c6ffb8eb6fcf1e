"""What is known of a block before it is opened: that no signal of it meets a condition, or that all
do. A block of which neither is known has to be asked.
"""

from enum import IntEnum

from urgentry.telemetry import bloom
from urgentry.telemetry.block import Block
from urgentry.telemetry.columns import NUMBER, Column, Form
from urgentry.telemetry.conditions import All, Between, Condition, Either, Equals, Not, Test, passes
from urgentry.telemetry.encoding import NUMBERS_EXACT_BELOW, token
from urgentry.telemetry.names import NEVER_ASKED_FOR, PARENT, PROJECT, ROW, SEGMENT, SPAN, TRACE

_NOT_IN_BLOOM = NEVER_ASKED_FOR | {PARENT, PROJECT, ROW, SEGMENT, SPAN, TRACE}


class Verdict(IntEnum):
    """Which signals of a block meet a condition."""

    NONE = 0
    SOME = 1
    """Or none, or all: nobody knows without asking."""
    ALL = 2


def may_hold(condition: Condition, bits: bytes) -> bool:
    """Whether some signal may meet the condition, by the Bloom filter of its block alone."""
    match condition:
        case All():
            return all(may_hold(part, bits) for part in condition.parts)
        case Either():
            return any(may_hold(part, bits) for part in condition.parts)
        case Equals() if condition.key not in _NOT_IN_BLOOM:
            return any(_text_may_occur(condition.key, text, bits) for text in condition.texts)
        case _:
            return True


def verdict(condition: Condition, block: Block) -> Verdict:
    """What the directory of a block says of a condition."""
    match condition:
        case All():
            return min((verdict(part, block) for part in condition.parts), default=Verdict.ALL)
        case Either():
            return max((verdict(part, block) for part in condition.parts), default=Verdict.NONE)
        case Not():
            return Verdict(Verdict.ALL - verdict(condition.part, block))
        case _:
            return _verdict_of_test(condition, block)


def _text_may_occur(key: str, text: str, bits: bytes) -> bool:
    if bloom.may_hold(bits, token(key, text)):
        return True
    try:
        number = float(text)
    except ValueError:
        return False
    if not number.is_integer() or abs(number) >= NUMBERS_EXACT_BELOW:
        return True
    return bloom.may_hold(bits, token(key, str(int(number))))


def _verdict_of_test(test: Test, block: Block) -> Verdict:
    if test.key == TRACE and isinstance(test, Equals):
        return _verdict_of_traces(test, block)
    if test.key.startswith("@"):
        return Verdict.SOME
    columns = block.columns(test.key)
    return max((_verdict_of_column(test, column) for column in columns), default=Verdict.NONE)


def _verdict_of_traces(test: Equals, block: Block) -> Verdict:
    for text in test.texts:
        try:
            trace_id = bytes.fromhex(text)
        except ValueError:
            continue
        if block.has_trace(trace_id):
            return Verdict.SOME
    return Verdict.NONE


def _verdict_of_column(test: Test, column: Column) -> Verdict:
    if column.form in (Form.CONSTANT, Form.CODED):
        passed = passes(test, column.type, column.values)
        if all(passed):
            return Verdict.ALL
        return Verdict.SOME if any(passed) else Verdict.NONE
    if column.type == NUMBER and not _meets_bounds(test, column):
        return Verdict.NONE
    return Verdict.SOME


def _meets_bounds(test: Test, column: Column) -> bool:
    low, high = column.low, column.high
    if low is None or high is None:
        return True
    if isinstance(test, Between):
        return test.above_low(high) and test.below_high(low)
    if isinstance(test, Equals):
        return any(low <= number <= high for number in test.numbers)
    return True
