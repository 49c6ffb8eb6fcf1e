"""A stack while rules run over it: what is known of its frames, and for which of them a rule holds.

`passes` changes it rule by rule, `votes` reads what became of it (spec §8.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from urgentry.grouping.enhancements.bits import Bits
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.rules import Matcher, Rule
from urgentry.grouping.families import Family
from urgentry.grouping.frame import Grouped

Verdicts = tuple[bool, ...]
Step = tuple[Rule, str | None, Bits]


@dataclass(slots=True)
class Stack:
    """Made by `stack_of`."""

    index: RuleIndex
    frames: Sequence[Grouped]
    everything: Bits
    in_app: Bits = 0
    known: Bits = 0
    """Frames of which somebody said whether they are the app's."""
    moved: Bits = 0
    """Frames of which some rule changed that, even if another changed it back."""
    categories: dict[str, Bits] = field(default_factory=dict)
    families: dict[Family, Bits] = field(default_factory=dict)
    found: dict[int, Bits] = field(default_factory=dict)
    """By number of a rule or of a fact in the index: where it may hold by what frames are by
    themselves."""
    steps: Sequence[Step] = ()
    """The rules that may hold somewhere, in order, each with the category that a frame must have
    for it (None: no matter) and where to look."""

    def by_itself(self, rule: Rule) -> Bits:
        """The frames for which a broad rule holds as far as it does not depend on others."""
        bits = self.everything
        for matcher in rule.on_itself:
            bits &= self._matching(matcher)
        return bits

    def holding(self, step: Step) -> Bits:
        """The frames for which a rule holds as things stand."""
        rule, category, bits = step
        if category is not None:
            bits &= self.categories.get(category, 0)
        for matcher in rule.on_state:
            if not bits:
                return 0
            bits &= self._matching(matcher)
        if bits and rule.caller:
            bits &= self._matching(rule.caller) << 1
        if bits and rule.callee:
            bits &= self._matching(rule.callee) >> 1
        return bits

    def _matching(self, matcher: Matcher) -> Bits:
        if matcher.attribute == "category":
            found = self._of_category(matcher)
        elif matcher.attribute == "app":
            found = self._of_app(matcher)
        elif matcher.attribute == "family":
            found = self._of_family(matcher)
        else:
            found = self.found.get(self.index.facts[matcher], 0)
        return self.everything & ~found if matcher.negated else found

    def _of_category(self, matcher: Matcher) -> Bits:
        if matcher.glob.exact is not None:
            return self.categories.get(matcher.glob.exact, 0)
        found = 0
        for category, bits in self.categories.items():
            if matcher.glob.test(category):
                found |= bits
        return found

    def _of_family(self, matcher: Matcher) -> Bits:
        if "all" in matcher.families:
            return self.everything
        return sum([bits for name, bits in self.families.items() if name in matcher.families])

    def _of_app(self, matcher: Matcher) -> Bits:
        if matcher.in_app is None:
            return 0
        return self.in_app if matcher.in_app else self.everything & ~self.in_app

    def categorize(self, category: str, bits: Bits) -> None:
        for name in self.categories:
            self.categories[name] &= ~bits
        self.categories[category] = self.categories.get(category, 0) | bits


def stack_of(index: RuleIndex, frames: Sequence[Grouped], verdicts: Verdicts) -> Stack:
    """Before the first rule. `verdicts` are those on the exception that owns the stack."""
    stack = Stack(index, frames, (1 << len(frames)) - 1)
    found, families, categories = stack.found, stack.families, stack.categories
    bit = 1
    for grouped in frames:
        frame = grouped.frame
        if frame.in_app is not None:
            stack.known |= bit
            stack.in_app |= bit if frame.in_app else 0
        if frame.category is not None:
            categories[frame.category] = categories.get(frame.category, 0) | bit
        families[frame.family] = families.get(frame.family, 0) | bit
        for number in grouped.rules:
            found[number] = found.get(number, 0) | bit
        bit <<= 1
    stack.steps = _steps(stack, verdicts)
    return stack


def _steps(stack: Stack, verdicts: Verdicts) -> Sequence[Step]:
    """In order: rules that hang on what some frame is, and broad ones that can hold."""
    index, rules = stack.index, stack.index.rules
    anchored = [number for number in stack.found if number < len(rules)]
    found = {number: stack.found[number] for number in anchored}
    categorizes = (
        index.broad_ones_categorize
        or stack.categories
        or any(rules[number].categories for number in anchored)
    )
    for number in index.broad:
        if categorizes or number not in index.needed_category:
            found[number] = stack.by_itself(rules[number])
    numbers = sorted(found)
    if index.exception_matchers:
        judged = dict(zip(index.exception_matchers, verdicts, strict=True))
        numbers = [n for n in numbers if all(judged[m] for m in rules[n].on_exception)]
    return [(rules[n], index.needed_category.get(n), found[n]) for n in numbers]


def exception_verdicts(index: RuleIndex, exception: dict[str, Any] | None) -> Verdicts:
    """How each matcher on exceptions judges the owner of a stack; this is part of its identity."""
    matchers = index.exception_matchers
    return tuple([_judges(matcher, exception or {}) for matcher in matchers]) if matchers else ()


def _judges(matcher: Matcher, exception: dict[str, Any]) -> bool:
    if matcher.attribute == "mechanism":
        mechanism = exception.get("mechanism")
        value = mechanism.get("type") if isinstance(mechanism, dict) else None
    else:
        value = exception.get(matcher.attribute)
    text = value if isinstance(value, str) and value else "<unknown>"
    return bool(matcher.glob.test(text)) is not matcher.negated
