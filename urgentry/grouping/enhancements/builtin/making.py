"""Turns facts into rules: every one of these patterns, on this attribute, means those actions."""

from collections.abc import Iterable

from urgentry.grouping.enhancements.rules import Action, Flag, Matcher, Rule, Setting

OUT_OF_APP = Flag("app", value=False)
IN_APP = Flag("app", value=True)
NOT_GROUPING = Flag("group", value=False)
CALLS_FROM_HERE_NOT_GROUPING = Flag("group", value=False, span="^")
CALLERS_NOT_GROUPING = Flag("group", value=False, span="v")
BORDER = (
    CALLS_FROM_HERE_NOT_GROUPING,
    NOT_GROUPING,
    Flag("app", value=False, span="^"),
    OUT_OF_APP,
)
"""What happens from here on is how the error was raised, not why."""
NOISE = (OUT_OF_APP, NOT_GROUPING)


def category(name: str) -> Action:
    return Setting("category", name)


def each(
    attribute: str,
    patterns: Iterable[str] | str,
    *actions: Action,
    family: str | None = None,
    also: dict[str, str] | None = None,
) -> tuple[Rule, ...]:
    """A rule for each pattern (a text is one pattern, or words on lines of their own).

    `also` adds conditions on the same frame; a `!` in front of the attribute negates one.
    """
    if isinstance(patterns, str):
        patterns = [line.strip() for line in patterns.strip().splitlines()]
    front = (Matcher("family", family),) if family else ()
    back = tuple(_condition(*item) for item in (also or {}).items())
    return tuple(
        Rule(matchers=(*front, Matcher(attribute, pattern), *back), actions=actions)
        for pattern in patterns
    )


def between(
    matcher: Matcher,
    *actions: Action,
    caller: Matcher | None = None,
    callee: Matcher | None = None,
) -> Rule:
    """A rule that also asks for the frame's neighbours."""
    return Rule(matchers=(matcher,), actions=actions, caller=caller, callee=callee)


def of(name: str, *, negated: bool = False) -> Matcher:
    """A frame of that category."""
    return Matcher("category", name, negated=negated)


def _condition(attribute: str, pattern: str) -> Matcher:
    return Matcher(attribute.removeprefix("!"), pattern, negated=attribute.startswith("!"))
