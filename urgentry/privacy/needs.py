"""By which traces in its JSON a value would betray that a rule changes something in it.

`need` of a place is a set of regular expressions of which one matches the JSON of its value
whenever a rule would change the value, or None where no search can tell.
"""

import re
from collections.abc import Iterable
from typing import Final

import orjson
import re2

from urgentry.privacy.paths import Paths, State, remaining
from urgentry.privacy.patterns import Pattern
from urgentry.privacy.places import (
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    VALUE,
    Bag,
    Named,
    Pairs,
    Personal,
    Text,
)
from urgentry.privacy.prefixes import Reached
from urgentry.privacy.rules import Rule
from urgentry.privacy.selectors import PLAIN_KINDS, And, Key, Kind, Not, Path, Selector

Need = frozenset[str] | None
NOTHING: Final[frozenset[str]] = frozenset()

_CONTROL: Final = r"\\u00[01]"
"""An escape in which digits stand: what a trace expects before a number may be hidden by it."""
_ESCAPE: Final = r"\\"
"""Any escape: a pattern of a person's own may match what it stands for."""
_ANCHORS: Final = re.compile(r"\\[AzbB]|[$^]|\(\?[a-z]*m")
_START: Final = re.compile(r"(?:\(\?i\))?\^")


def need_of_member(state: State, name: str) -> Need:
    """The need of whatever stands under a name."""
    needs = [
        _own_need(child) if code == TEXT else _union((_own_need(child), need_below(child)))
        for code, sample in _SAMPLES.items()
        if (child := state.child(name, sample)) is not None
    ]
    return _union(needs)


def need_below(state: State) -> Need:
    """The need of all that may be in a container, names and values."""
    if not isinstance(state.place, Bag | Named | Pairs):
        return NOTHING
    personal = Personal.LIKELY if isinstance(state.place, Named) else state.place.personal
    return need_of_bag(state.paths, state.reached, personal)


def need_of_bag(paths: Paths, reached: Reached, personal: Personal) -> Need:
    """The same for members of any names below a path that was followed so far."""
    if personal is Personal.NEVER:
        return NOTHING
    return _union(
        _need_of_application(selector, rules, reached, personal, paths)
        for selector, rules in paths.applications
    )


_SAMPLES: Final = {TEXT: "", NUMBER: 0, OBJECT: {}, LIST: []}


def _own_need(state: State) -> Need:
    if state.removed_by is not None:
        return None
    if state.steps and isinstance(state.place, Text) and state.place.keeps_name:
        return None  # rules see only a part of it
    needs = [None if step.whole else _value_need(step.rule.pattern) for step in state.steps]
    return _union(needs)


def _need_of_application(
    selector: Selector, rules: Iterable[Rule], reached: Reached, personal: Personal, paths: Paths
) -> Need:
    names = _names_needed(selector, reached, personal, paths)
    if names is not None:
        return frozenset(map(_quoted, names)) if all(map(str.isascii, names)) else None
    return _union(_rule_need(rule) for rule in rules)


def _names_needed(
    selector: Selector, reached: Reached, personal: Personal, paths: Paths
) -> frozenset[str] | None:
    """Names of which one must occur for the selector to select anything; None for no such names."""
    if isinstance(selector, Not):
        return None
    if isinstance(selector, Path):
        return _names_of_path(selector, reached, personal, paths)
    found = [_names_needed(part, reached, personal, paths) for part in selector.parts]
    if isinstance(selector, And):
        known = [names for names in found if names is not None]
        return min(known, key=len, default=None)
    return None if None in found else frozenset[str]().union(*(names for names in found if names))


def _names_of_path(
    selector: Path, reached: Reached, personal: Personal, paths: Paths
) -> frozenset[str] | None:
    if not paths.may_select(selector, personal):
        return NOTHING
    needed: set[str] = set()
    for steps in remaining(selector, reached):
        if any(isinstance(step, Kind) and step not in PLAIN_KINDS for step in steps):
            continue  # nothing of that kind is in a bag
        names = [step.name for step in steps if isinstance(step, Key)]
        if not set(names) - {VALUE}:  # an attribute is found by that too, and does not say it
            return None
        needed.add(max((name for name in names if name != VALUE), key=len))
    return frozenset(needed)


def _rule_need(rule: Rule) -> Need:
    if rule.pattern is None:
        return None
    key_trace = rule.pattern.key_trace
    return _union((_value_need(rule.pattern), frozenset((key_trace,)) if key_trace else NOTHING))


def _value_need(pattern: Pattern | None) -> Need:
    if pattern is None:
        return None
    if pattern.trace is not None:
        return frozenset((pattern.trace, _CONTROL))
    trace = _trace_of(pattern.value)
    return None if trace is None else frozenset((trace, _ESCAPE))


def _trace_of(pattern: str) -> str | None:
    """A pattern as it matches in JSON without escapes, where every text stands in quotes."""
    start = _START.match(pattern)
    if start:
        pattern = pattern[: start.end() - 1] + '"' + pattern[start.end() :]
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        pattern = pattern[:-1] + '"'
    left = _ANCHORS.sub(lambda match: "" if match[0] in {r"\b", r"\B"} else match[0], pattern)
    return None if _ANCHORS.search(left) else pattern


def _quoted(name: str) -> str:
    escaped: str = re2.escape(orjson.dumps(name).decode())
    return f"(?i){escaped}"


def _union(needs: Iterable[Need]) -> Need:
    joined: frozenset[str] = NOTHING
    for need in needs:
        if need is None:
            return None
        joined |= need
    return joined
