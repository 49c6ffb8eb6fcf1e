"""How far selectors have been followed: the steps that they have in common are followed once."""

from collections.abc import Iterable, Iterator

from urgentry.privacy.selectors import (
    PLAIN_KINDS,
    Deep,
    Index,
    Key,
    Kind,
    Not,
    Path,
    Selector,
    Step,
)


class Prefix:
    """The first steps of selector paths, and where each next step leads."""

    def __init__(self, steps: tuple[Step, ...] = ()) -> None:
        self.steps = steps
        self.ends = False
        """Whether a selector's path ends here."""
        self._stays = bool(steps) and isinstance(steps[-1], Deep)
        self._names: dict[str, Prefix] = {}
        self._numbers: dict[int, Prefix] = {}
        self._kinds: dict[Kind, Prefix] = {}
        self._any: list[Prefix] = []

    @property
    def counts_members(self) -> bool:
        """Whether a next step is one member of a list."""
        return bool(self._numbers)

    def after_name(self, lower: str, kinds: frozenset[Kind]) -> "Iterator[Prefix]":
        """What is reached by a member of a name in lower case."""
        if lower in self._names:
            yield self._names[lower]
        yield from self._after_any(kinds)

    def after_number(self, number: int, kinds: frozenset[Kind]) -> "Iterator[Prefix]":
        """What is reached by a member of a list."""
        if number in self._numbers:
            yield self._numbers[number]
        yield from self._after_any(kinds)

    def _after_any(self, kinds: frozenset[Kind]) -> "Iterator[Prefix]":
        if self._stays:
            yield self
        yield from self._any
        yield from self.after_kinds(kinds)

    def after_kinds(self, kinds: frozenset[Kind]) -> "Iterator[Prefix]":
        """What is reached by a value of which no more is known."""
        for kind in kinds:
            if kind in self._kinds:
                yield self._kinds[kind]

    def add(self, steps: tuple[Step, ...]) -> None:
        """Makes the way for one path."""
        here = self
        for count, step in enumerate(steps, 1):
            here = here._next(step, steps[:count])
        here.ends = True

    def _next(self, step: Step, steps: tuple[Step, ...]) -> "Prefix":
        if isinstance(step, Key):
            return self._names.setdefault(step.name, Prefix(steps))
        if isinstance(step, Index):
            return self._numbers.setdefault(step.number, Prefix(steps))
        if isinstance(step, Kind):
            return self._kinds.setdefault(step, Prefix(steps))
        for known in self._any:
            if known.steps[-1] == step:
                return known
        self._any.append(Prefix(steps))
        return self._any[-1]


Reached = frozenset[Prefix]


def prefixes_of(paths: Iterable[tuple[Step, ...]]) -> Prefix:
    """The start of all paths."""
    start = Prefix()
    for steps in paths:
        start.add(steps)
    return start


def paths_of(selector: Selector) -> Iterator[tuple[Step, ...]]:
    """The paths that a selector is made of."""
    if isinstance(selector, Path):
        yield selector.steps
    elif isinstance(selector, Not):
        yield from paths_of(selector.inner)
    else:
        for part in selector.parts:
            yield from paths_of(part)


def names_place(steps: tuple[Step, ...]) -> bool:
    """Whether a path says where it means, as it has to for what is only perhaps personal."""
    return not any(
        isinstance(step, Deep) or (isinstance(step, Kind) and (number or step in PLAIN_KINDS))
        for number, step in enumerate(steps)
    )
