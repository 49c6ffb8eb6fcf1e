"""Finds the rules that a frame may match without running every rule's patterns.

Each rule hangs on its most telling static matcher, which `patterns` finds. What remains (category,
in-app, neighbours) depends on the stack and is asked by `stack`.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from urgentry.grouping.enhancements.patterns import PathPatterns, Patterns
from urgentry.grouping.enhancements.rules import NEVER, PATH_ATTRIBUTES, Matcher, Rule
from urgentry.grouping.families import FAMILIES, Family
from urgentry.grouping.frame import Frame

_STATIC: Final = ("function", "module", "package", "path")


@dataclass(slots=True)
class _FamilyIndex:
    function: Patterns = field(default_factory=Patterns)
    module: Patterns = field(default_factory=Patterns)
    path: PathPatterns = field(default_factory=PathPatterns)
    package: PathPatterns = field(default_factory=PathPatterns)

    def add(self, matcher: Matcher, number: int) -> None:
        getattr(self, matcher.attribute).add(matcher, number)

    def find(self, frame: Frame) -> list[int]:
        """Numbers of the patterns that match, in no order."""
        found = self.function.find(frame.match_function)
        if frame.module is not None:
            found = found + self.module.find(frame.module)
        if frame.match_path is not None:
            found = found + self.path.find(frame.match_path)
        if frame.match_package is not None:
            found = found + self.package.find(frame.match_package)
        return found


class RuleIndex:
    """All rules of a configuration, base rules first."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.exception_matchers = tuple(dict.fromkeys(m for r in rules for m in r.on_exception))
        self.broad: list[int] = []
        """Rules that say nothing about what a frame is, or only what it is not, or its family."""
        self.needed_category: dict[int, str] = {}
        """Of a broad rule, the category that some frame of the stack must have for it."""
        self.broad_ones_categorize = False
        """Whether a broad rule gives a category without need of one."""
        self.facts: dict[Matcher, int] = {}
        """Static matchers of neighbours and of broad rules, negated or not: the number that
        `rules_for` answers where the matcher without negation holds."""
        self._next = len(rules)
        self._simple: set[int] = set()
        """Numbers that have nothing but their pattern to ask of a frame by itself."""
        self._families: dict[Family, _FamilyIndex] = {f: _FamilyIndex() for f in FAMILIES}
        for number, rule in enumerate(rules):
            if rule.modifies or rule.votes:
                self._place(number, rule)

    def rules_for(self, frame: Frame) -> tuple[int, ...]:
        """Numbers, in order, of the rules whose static matchers all hold for this frame, and after
        them of the facts that do."""
        found = self._families[frame.family].find(frame)
        if not found:
            return ()
        simple, rules = self._simple, self.rules
        return tuple(
            [i for i in sorted(set(found)) if i in simple or _holds_static(rules[i], frame)]
        )

    def _place(self, number: int, rule: Rule) -> None:
        for neighbour in (rule.caller, rule.callee):
            if neighbour and neighbour.attribute in _STATIC:
                self._add_fact(neighbour)
        anchor = _anchor(rule)
        if anchor is None:
            self._place_broad(number, rule)
            return
        if sum(matcher.attribute in _STATIC for matcher in rule.on_frame) == 1:
            self._simple.add(number)
        on_family = [matcher for matcher in rule.on_frame if matcher.attribute == "family"]
        for family, place in self._families.items():
            if all(matcher.accepts_family(family) for matcher in on_family):
                place.add(anchor, number)

    def _place_broad(self, number: int, rule: Rule) -> None:
        self.broad.append(number)
        category = _needed_category(rule)
        if category is not None:
            self.needed_category[number] = category
        elif rule.categories:
            self.broad_ones_categorize = True
        for matcher in rule.on_frame:
            if matcher.attribute in _STATIC:
                self._add_fact(matcher)

    def _add_fact(self, matcher: Matcher) -> None:
        positive = replace(matcher, negated=False)
        if positive not in self.facts:
            number = self.facts[positive] = self._next
            self._next += 1
            self._simple.add(number)
            for place in self._families.values():
                place.add(positive, number)
        self.facts[matcher] = self.facts[positive]


def _holds_static(rule: Rule, frame: Frame) -> bool:
    """Whether the matchers on what a frame is by itself hold; a missing value never matches, so its
    negation does."""
    return all(
        _tests(matcher, frame.attribute(matcher.attribute)) is not matcher.negated
        for matcher in rule.on_frame
        if matcher.attribute in _STATIC
    )


def _tests(matcher: Matcher, value: str | None) -> bool:
    if value is None:
        return False
    if matcher.glob.test(value):
        return True
    is_path = matcher.attribute in PATH_ATTRIBUTES
    return is_path and not value.startswith("/") and bool(matcher.glob.test(f"/{value}"))


def _anchor(rule: Rule) -> Matcher | None:
    anchors = [m for m in rule.on_frame if m.attribute in _STATIC and not m.negated]
    return min(anchors, key=_cost, default=None)


def _cost(matcher: Matcher) -> int:
    if matcher.glob.one_of or matcher.glob is NEVER:
        return 0
    return 1 if matcher.glob.prefix is not None else 2


def _needed_category(rule: Rule) -> str | None:
    for matcher in rule.on_frame:
        if matcher.attribute == "category" and not matcher.negated:
            return matcher.glob.exact
    return None
