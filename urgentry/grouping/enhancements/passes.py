"""The first pass of stack-trace rules: which frames are the app's, and of what category each is.

Called by `stacktrace` for stacks that it does not remember (spec §8.3); `votes` is the second pass.
"""

from collections.abc import Sequence

from urgentry.grouping.enhancements.bits import Bits, decided, span
from urgentry.grouping.enhancements.rules import Flag
from urgentry.grouping.enhancements.stack import Stack


def modify(stack: Stack) -> None:
    """Afterwards in-app of every frame is known."""
    for step in stack.steps:
        rule = step[0]
        if rule.modifies and (bits := stack.holding(step)):
            for category in rule.categories:
                stack.categorize(category, bits)
            if rule.app_flags:
                _move(stack, rule.app_flags, bits)
    stack.known = stack.everything


def _move(stack: Stack, flags: Sequence[Flag], bits: Bits) -> None:
    inside, outside = stack.known & stack.in_app, stack.known & ~stack.in_app
    into = _reached(flags, bits, stack, value=True)
    out = _reached(flags, bits, stack, value=False)
    stack.moved |= (into & ~inside) | (out & ~outside) | (into & out)
    stack.known |= into | out
    for flag, reached in decided(flags, bits, stack.everything):
        stack.in_app = stack.in_app | reached if flag.value else stack.in_app & ~reached


def _reached(flags: Sequence[Flag], bits: Bits, stack: Stack, *, value: bool) -> Bits:
    found = 0
    for flag in flags:
        if flag.value is value:
            found |= span(flag.span, bits, stack.everything)
    return found
