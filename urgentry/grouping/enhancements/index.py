"""Finds the rules that a frame may match without running every rule's patterns.

Each rule hangs on its most telling static matcher: exact values and prefixes in dictionaries,
other patterns behind a search for text that they need. What remains (category, in-app, neighbours)
depends on the stack and is asked by `passes`.
"""

from dataclasses import dataclass, field
from typing import Final

from urgentry.grouping.enhancements.rules import NEVER, PATH_ATTRIBUTES, Matcher, Rule
from urgentry.grouping.families import FAMILIES, Family
from urgentry.grouping.frame import Frame
from urgentry.grouping.glob import Test
from urgentry.grouping.memo import Memo

_STATIC: Final = ("function", "module", "package", "path")
_HEAD: Final = 2
_VALUES_REMEMBERED: Final = 256


@dataclass(slots=True)
class _Patterns:
    """Patterns on one attribute, by how they are found."""

    exact: dict[str, list[int]] = field(default_factory=dict)
    heads: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Prefixes by their first two characters."""
    others: list[tuple[str, Test, int]] = field(default_factory=list)

    def add(self, matcher: Matcher, rule: int) -> None:
        glob = matcher.glob
        if glob.exact is not None:
            self.exact.setdefault(glob.exact, []).append(rule)
        elif glob.prefix is not None and len(glob.prefix) >= _HEAD:
            self.heads.setdefault(glob.prefix[:_HEAD], []).append((glob.prefix, rule))
        else:
            self.others.append((glob.needle, glob.test, rule))

    def find(self, value: str) -> list[int]:
        """Rules whose pattern matches."""
        found = [rule for needle, test, rule in self.others if needle in value and test(value)]
        if value in self.exact:
            found += self.exact[value]
        head = value[:_HEAD]
        if head in self.heads:
            found += [rule for prefix, rule in self.heads[head] if value.startswith(prefix)]
        return found


@dataclass(slots=True)
class _PathPatterns:
    """Patterns on paths, which match with or without the leading slash. Most ask for a directory
    alone, and frames share directories, so what these match is remembered."""

    directories: _Patterns = field(default_factory=_Patterns)
    whole: _Patterns = field(default_factory=_Patterns)
    seen: Memo[str, list[int]] = field(default_factory=lambda: Memo(_VALUES_REMEMBERED))

    def add(self, matcher: Matcher, rule: int) -> None:
        (self.directories if matcher.glob.of_directory else self.whole).add(matcher, rule)

    def find(self, value: str) -> list[int]:
        directory = value[: value.rfind("/") + 1]
        if len(directory) == len(value):
            return self._find(self.directories, value) + self._find(self.whole, value)
        found = self.seen.get(directory)
        if found is None:
            found = self._find(self.directories, value)
            self.seen.put(directory, found)
        return found + self._find(self.whole, value)

    def _find(self, patterns: _Patterns, value: str) -> list[int]:
        found = patterns.find(value)
        return found if value[:1] == "/" else found + patterns.find(f"/{value}")


@dataclass(slots=True)
class _FamilyIndex:
    function: _Patterns = field(default_factory=_Patterns)
    module: _Patterns = field(default_factory=_Patterns)
    path: _PathPatterns = field(default_factory=_PathPatterns)
    package: _PathPatterns = field(default_factory=_PathPatterns)
    unanchored: list[int] = field(default_factory=list)

    def add(self, anchor: Matcher, rule: int) -> None:
        getattr(self, anchor.attribute).add(anchor, rule)

    def find(self, frame: Frame) -> list[int]:
        """Rules whose anchor matches, in no order."""
        found = self.unanchored + self.function.find(frame.match_function)
        if frame.module is not None:
            found += self.module.find(frame.module)
        if frame.match_path is not None:
            found += self.path.find(frame.match_path)
        if frame.match_package is not None:
            found += self.package.find(frame.match_package)
        return found


class RuleIndex:
    """All rules of a configuration, base rules first.

    `stack_rules` have no static condition, so any frame may match; `needed_category` names the one
    that some frame of the stack must have for that, `free_rules` are those without such a need.
    """

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.exception_matchers = tuple(dict.fromkeys(m for r in rules for m in r.on_exception))
        self.stack_rules: list[int] = []
        self.free_rules: list[int] = []
        self.needed_category: dict[int, str] = {}
        self._simple: set[int] = set()
        """Rules with nothing but their anchor to ask of a frame by itself."""
        self._families: dict[Family, _FamilyIndex] = {f: _FamilyIndex() for f in FAMILIES}
        for index, rule in enumerate(rules):
            if rule.modifies or rule.votes:
                self._place(index, rule)

    def rules_for(self, frame: Frame) -> tuple[int, ...]:
        """Indexes, in order, of the rules whose static matchers all hold for this frame."""
        found = self._families[frame.family].find(frame)
        if not found:
            return ()
        simple, rules = self._simple, self.rules
        return tuple(
            [i for i in sorted(set(found)) if i in simple or holds_static(rules[i], frame)]
        )

    def _place(self, index: int, rule: Rule) -> None:
        if not any(m.attribute == "family" or m.attribute in _STATIC for m in rule.on_frame):
            self.stack_rules.append(index)
            category = _needed_category(rule)
            if category is None:
                self.free_rules.append(index)
            else:
                self.needed_category[index] = category
            return
        anchor = _anchor(rule)
        if anchor and sum(matcher.attribute in _STATIC for matcher in rule.on_frame) == 1:
            self._simple.add(index)
        for family, place in self._families.items():
            if not all(m.accepts_family(family) for m in rule.on_frame if m.attribute == "family"):
                continue
            if anchor is None:
                place.unanchored.append(index)
            else:
                place.add(anchor, index)


def holds_static(rule: Rule, frame: Frame) -> bool:
    """Whether the matchers on what a frame is by itself hold."""
    for matcher in rule.on_frame:
        if matcher.attribute in _STATIC and not matches(matcher, frame):
            return False
    return True


def matches(matcher: Matcher, frame: Frame) -> bool:
    """A static matcher against a frame; a missing value never matches, so its negation does."""
    if matcher.attribute == "family":
        return matcher.accepts_family(frame.family)
    value = frame.attribute(matcher.attribute)
    return _tests(matcher, value) is not matcher.negated


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
    if matcher.glob.exact is not None or matcher.glob is NEVER:
        return 0
    return 1 if matcher.glob.prefix is not None else 2


def _needed_category(rule: Rule) -> str | None:
    for matcher in rule.on_frame:
        if matcher.attribute == "category" and not matcher.negated:
            return matcher.glob.exact
    return None
