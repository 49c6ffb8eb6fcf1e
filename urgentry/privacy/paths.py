"""Which rules hold at which path: an automaton that is made as payloads are walked.

A `State` stands for all values whose paths have the same effect: how far each selector has been
followed, what the schema knows of the place, and which patterns of names matched. States are made
when they are first needed and remembered, so that a step down costs a few look-ups; there are only
so many, because a name counts by what selectors and patterns see in it.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from urgentry.privacy.config import Config
from urgentry.privacy.places import (
    BYTES,
    CODES,
    OBJECT,
    TEXT,
    VALUE,
    Bag,
    Pairs,
    Personal,
    Place,
    Text,
)
from urgentry.privacy.prefixes import Reached, names_place, paths_of, prefixes_of
from urgentry.privacy.redaction import Step
from urgentry.privacy.regexes import Regex, compile_union
from urgentry.privacy.rules import Rule
from urgentry.privacy.selectors import (
    And,
    Deep,
    Index,
    Key,
    Kind,
    Not,
    Or,
    Path,
    Selector,
    Wildcard,
)
from urgentry.privacy.selectors import Step as SelectorStep

_KINDS: Final = (Kind.STRING, Kind.NUMBER, Kind.OBJECT, Kind.ARRAY, Kind.BINARY)

_NAMES_REMEMBERED: Final = 10_000
_LONGEST_REMEMBERED: Final = 200

Application = tuple[Selector, tuple[Rule, ...]]


class State:
    """What holds for a value; `child` and `member` lead to the values in it."""

    __slots__ = (
        *("_by_name", "_children", "_names", "code", "counts_members", "paths", "place", "plan"),
        *("probe", "reached", "removed_by", "steps"),
    )

    def __init__(self, paths: "Paths", place: Place, code: int, reached: Reached) -> None:
        self.paths = paths
        self.place = place
        self.code = code
        self.reached = reached
        self.counts_members = any(prefix.counts_members for prefix in reached | {paths.start})
        """Whether members of a list are told apart by their number."""
        self.steps: tuple[Step, ...] = ()
        """What is done to a text."""
        self.removed_by: str | None = None
        """The rule because of which a value that is no text goes as a whole."""
        self.probe: Regex | None = None
        """Finds whether any step would change a text; None where only trying tells."""
        self.plan: Any = None
        """Made and read by `plans`."""
        self._children: dict[tuple[Place, int, int], State] = {}
        # What holds values of any name: found by the class of the name alone.
        self._by_name: dict[int, State] | None = {} if isinstance(place, Bag | Pairs) else None
        self._names = paths.classes

    def child(self, name: str, value: Any) -> "State | None":
        """The state of a member; None where no rule can match anything in it."""
        code = CODES.get(type(value))
        if code is None:
            return None
        number = self._names.get(name)
        if number is None:
            number = self.paths.class_of(name)
        if self._by_name is None:
            return self._below(self.place.below(name, value), code, number, name)
        found = self._by_name.get((number << 3) | code)
        if found is None:
            found = self._below(self.place.below(name, value), code, number, name)
            if found is not None:
                self._by_name[(number << 3) | code] = found
        return found

    def member(self, index: int, value: Any) -> "State | None":
        """The same for what stands in a list."""
        code = CODES.get(type(value))
        if code is None:
            return None
        number = -1 - index if self.counts_members else -1
        return self._below(self.place.below("", value), code, number, index)

    def attribute(self, name: str, value: Any) -> "State | None":
        """The state of an attribute's value, which is found by the attribute's name and also by
        `value` below it."""
        code = CODES.get(type(value))
        place = self.place.below(name, value)
        if code is None or place is None or code not in place.codes:
            return None
        key = (place, code, self.paths.class_of(name))
        if key not in self._children:
            self._children[key] = self.paths.state(self.reached, place, code, name, holds=VALUE)
        return self._children[key]

    def _below(
        self, place: Place | None, code: int, number: int, step: str | int
    ) -> "State | None":
        if place is None or code not in place.codes:
            return None
        key = (place, code, number)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = self.paths.state(self.reached, place, code, step)
        return found


class Paths:
    """The automaton of one configuration over one kind of payload."""

    def __init__(self, config: Config, root: Place) -> None:
        self.applications = _applications(config)
        followed = [steps for selector, _ in self.applications for steps in paths_of(selector)]
        self.start = prefixes_of(followed)
        self.classes: dict[str, int] = {}
        """Numbers of names as `class_of` gives them, for those that were seen lately."""
        self._named = {step.name for steps in followed for step in steps if isinstance(step, Key)}
        self._naming = {steps: names_place(steps) for steps in followed}
        self._key_rules = _key_rules(self.applications)
        self._class_numbers: dict[tuple[str | None, tuple[bool, ...]], int] = {}
        self._probes: dict[frozenset[str], Regex | None] = {}
        # A payload has no name: only its kind selects it, and only to name what is in it.
        self.root = State(self, root, OBJECT, frozenset(self.start.after_kinds(root.kinds)))

    def class_of(self, name: str) -> int:
        """A number that is the same for names between which no selector or rule distinguishes."""
        lower = name.lower()
        verdicts = tuple(rule.matches_key(name) for rule in self._key_rules)
        seen = (lower if lower in self._named else None, verdicts)
        number = self._class_numbers.setdefault(seen, len(self._class_numbers))
        if len(name) <= _LONGEST_REMEMBERED:
            if len(self.classes) >= _NAMES_REMEMBERED:
                self.classes.clear()
            self.classes[name] = number
        return number

    def state(
        self, reached: Reached, place: Place, code: int, step: str | int, *, holds: str = ""
    ) -> State:
        """The state of a value of a JSON type under a name, or at a number of a list; `holds` is a
        name below that means the same."""
        kinds = place.kinds | {_KINDS[code]} if isinstance(place, Bag | Text) else place.kinds
        after = self._after(reached, step, kinds)
        if holds:
            after |= self._after(after, holds, kinds)
        made = State(self, place, code, after)
        if place.personal is not Personal.NEVER:
            self._give_rules(made, step if isinstance(step, str) else "")
        return made

    def _after(self, reached: Reached, step: str | int, kinds: frozenset[Kind]) -> Reached:
        if isinstance(step, int):
            ways = (prefix.after_number(step, kinds) for prefix in (*reached, self.start))
        else:
            lower = step.lower()
            ways = (prefix.after_name(lower, kinds) for prefix in (*reached, self.start))
        return frozenset(chain.from_iterable(ways))

    def may_select(self, path: Path, personal: Personal) -> bool:
        """Whether a path can select values that are so personal."""
        return personal is Personal.LIKELY or (
            personal is Personal.PERHAPS and self._naming[path.steps]
        )

    def _give_rules(self, state: State, name: str) -> None:
        ended = frozenset(prefix.steps for prefix in state.reached if prefix.ends)
        rules = [
            rule
            for selector, rules in self.applications
            if self._selects(selector, ended, state.place.personal)
            for rule in rules
        ]
        if state.code in (TEXT, BYTES):
            state.steps = tuple(Step(rule, rule.matches_key(name)) for rule in rules)
            state.probe = self._probe(state.steps)
        else:
            found = (rule.origin for rule in rules if rule.matches_key(name))
            state.removed_by = next(found, None)

    def _selects(self, selector: Selector, ended: frozenset[Any], personal: Personal) -> bool:
        if isinstance(selector, Path):
            return selector.steps in ended and self.may_select(selector, personal)
        if isinstance(selector, Not):
            return not self._selects(selector.inner, ended, personal)
        found = (self._selects(part, ended, personal) for part in selector.parts)
        return all(found) if isinstance(selector, And) else any(found)

    def _probe(self, steps: tuple[Step, ...]) -> Regex | None:
        if any(step.whole for step in steps):
            return None
        values = frozenset(step.rule.pattern.value for step in steps if step.rule.pattern)
        if values not in self._probes:
            self._probes[values] = compile_union(values)
        return self._probes[values]


_RANKS: Final = {And: 0, Or: 1, Not: 2, Path: 3}
_STEP_RANKS: Final = {Kind: 0, Index: 1, Key: 2, Wildcard: 3, Deep: 4}
_KIND_RANKS: Final = {kind: rank for rank, kind in enumerate(Kind)}


def _applications(config: Config) -> list[Application]:
    """Selectors in a fixed order, and the rules of each by their names: the order of effects."""
    found = []
    for selector, names in config.applications:
        rules = {(rule.id, rule.origin): rule for name in names for rule in config.resolve(name)}
        if rules:
            found.append((selector, tuple(rules[key] for key in sorted(rules))))
    return sorted(found, key=lambda each: _order(each[0]))


def _order(selector: Selector) -> tuple[int, Any]:
    """Sentry's order of selectors, by which overlapping rules come one after the other."""
    rank = _RANKS[type(selector)]
    if isinstance(selector, Path):
        return rank, tuple(map(_step_order, selector.steps))
    if isinstance(selector, Not):
        return rank, _order(selector.inner)
    return rank, tuple(map(_order, selector.parts))


def _step_order(step: SelectorStep) -> tuple[int, Any]:
    rank = _STEP_RANKS[type(step)]
    if isinstance(step, Kind):
        return rank, _KIND_RANKS[step]
    if isinstance(step, Key):
        return rank, step.name
    return rank, step.number if isinstance(step, Index) else 0


def _key_rules(applications: list[Application]) -> list[Rule]:
    """One rule for each pattern of names."""
    found: dict[str, Rule] = {}
    for _, rules in applications:
        for rule in rules:
            if rule.pattern and rule.pattern.key:
                found.setdefault(rule.pattern.key, rule)
    return list(found.values())


def remaining(path: Path, reached: Reached) -> Iterator[tuple[Any, ...]]:
    """What of a path has still to be matched below a value, for each way it was followed."""
    yield path.steps
    for prefix in reached:
        count = len(prefix.steps)
        if path.steps[:count] == prefix.steps and path.steps[count:]:
            yield path.steps[count:]
