"""Runs stack-trace rules over a stack: which rules match where, and the pass that modifies frames.

Called by `stacktrace` for stacks that it does not remember (spec §8.3); `votes` is the second pass.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from urgentry.grouping.enhancements.index import RuleIndex, matches
from urgentry.grouping.enhancements.rules import Action, Flag, Matcher, Range, Rule
from urgentry.grouping.frame import Grouped

Verdicts = tuple[bool, ...]


@dataclass(slots=True)
class Stack:
    """The frames of one stack while rules run over them."""

    frames: Sequence[Grouped]
    in_app: list[bool | None]
    categories: list[str | None]
    present: set[str | None] = field(init=False)
    """Every category that some frame has or had."""

    moved: set[int] = field(default_factory=set)
    """Frames whose in-app some rule changed, even if another changed it back."""

    def __post_init__(self) -> None:
        self.present = set(self.categories)


def exception_verdicts(index: RuleIndex, exception: dict[str, Any] | None) -> Verdicts:
    """How each matcher on exceptions judges the owner of a stack; this is part of its identity."""
    matchers = index.exception_matchers
    return tuple([_judges(matcher, exception or {}) for matcher in matchers]) if matchers else ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules that can match somewhere in a stack, in order, each with where to look."""

    steps: tuple[tuple[Rule, str | None, Sequence[int]], ...]
    """Rule, the category that some frame must have by then (None: no matter), places."""

    @classmethod
    def of(cls, index: RuleIndex, frames: Sequence[Grouped], verdicts: Verdicts) -> "Plan":
        found: dict[int, Sequence[int]] = {}
        for place, grouped in enumerate(frames):
            for number in grouped.rules:
                found[number] = (*found.get(number, ()), place)
        has_categories = any(grouped.frame.category for grouped in frames) or any(
            index.rules[number].categorizes for number in found
        )
        places = range(len(frames))
        for number in index.stack_rules if has_categories else index.free_rules:
            found[number] = places
        if index.exception_matchers:
            judged = dict(zip(index.exception_matchers, verdicts, strict=True))
            found = {
                number: places
                for number, places in found.items()
                if all(judged[matcher] for matcher in index.rules[number].on_exception)
            }
        needed = index.needed_category
        return cls(tuple((index.rules[n], needed.get(n), found[n]) for n in sorted(found)))

    def matching(self, stack: Stack, *, first_pass: bool) -> Iterator[tuple[Rule, list[int]]]:
        """Rules with the frames that match as things stand when their turn comes."""
        present, categories = stack.present, stack.categories
        for rule, category, everywhere in self.steps:
            if category is not None and category not in present:
                continue
            if not (rule.modifies if first_pass else rule.votes):
                continue
            places = everywhere
            if category is not None:
                places = [place for place in places if categories[place] == category]
            held = [place for place in places if _holds(rule, place, stack)]
            if held:
                yield rule, held


def modify(plan: Plan, frames: Sequence[Grouped]) -> Stack:
    """The first pass; afterwards in-app of every frame is known."""
    stack = Stack(
        frames=frames,
        in_app=[grouped.frame.in_app for grouped in frames],
        categories=[grouped.frame.category for grouped in frames],
    )
    for rule, places in plan.matching(stack, first_pass=True):
        for place in places:
            for action in rule.modifies:
                _apply(action, place, stack)
    stack.in_app = [bool(value) for value in stack.in_app]
    return stack


def span(spec: Range, place: int, length: int) -> Iterable[int]:
    """The frames that a flag at `place` speaks of: `^` towards the crash, `v` before."""
    if spec == "^":
        return range(place + 1, length)
    return range(place) if spec == "v" else (place,)


def _holds(rule: Rule, place: int, stack: Stack) -> bool:
    """The conditions that depend on the stack: category, in-app, and the two neighbours."""
    for matcher in rule.on_state:
        if matcher.attribute == "category":
            if not _category_matches(matcher, stack.categories[place]):
                return False
        elif matcher.attribute == "app" and not _app_matches(matcher, stack.in_app[place]):
            return False
    if rule.caller and not _neighbour_matches(rule.caller, place - 1, stack):
        return False
    return not rule.callee or _neighbour_matches(rule.callee, place + 1, stack)


def _neighbour_matches(matcher: Matcher, place: int, stack: Stack) -> bool:
    if not 0 <= place < len(stack.frames):
        return False
    if matcher.attribute == "category":
        return _category_matches(matcher, stack.categories[place])
    if matcher.attribute == "app":
        return _app_matches(matcher, stack.in_app[place])
    return matches(matcher, stack.frames[place].frame)


def _category_matches(matcher: Matcher, category: str | None) -> bool:
    found = category is not None and bool(matcher.glob.test(category))
    return found is not matcher.negated


def _app_matches(matcher: Matcher, in_app: bool | None) -> bool:
    found = matcher.in_app is not None and bool(in_app) is matcher.in_app
    return found is not matcher.negated


def _apply(action: Action, place: int, stack: Stack) -> None:
    if isinstance(action, Flag):
        for target in span(action.span, place, len(stack.frames)):
            if stack.in_app[target] is not action.value:
                stack.in_app[target] = action.value
                stack.moved.add(target)
    else:
        stack.categories[place] = action.value
        stack.present.add(action.value)


def _judges(matcher: Matcher, exception: dict[str, Any]) -> bool:
    if matcher.attribute == "mechanism":
        mechanism = exception.get("mechanism")
        value = mechanism.get("type") if isinstance(mechanism, dict) else None
    else:
        value = exception.get(matcher.attribute)
    text = value if isinstance(value, str) and value else "<unknown>"
    return bool(matcher.glob.test(text)) is not matcher.negated
