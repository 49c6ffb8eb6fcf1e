"""Which members of an object have to be looked at, and by which search: made once per place.

A plan follows from the schema and the rules alone. `gathering` reads payloads by it to prove that
nothing has to change, `walk` to change what has to.
"""

from typing import Any, Final

import msgspec

from urgentry.privacy.needs import NOTHING, Need, need_of_bag, need_of_member
from urgentry.privacy.paths import Paths, State
from urgentry.privacy.places import ByType, Listing, Place, Struct
from urgentry.privacy.regexes import Regex, compile_union

UNPROVABLE: Final = -1
"""The number of the search that tells nothing."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What may have to change in objects at one place."""

    state: State
    units: tuple[tuple[str, int], ...]
    """Members that are searched as a whole, each with the number of its search."""
    objects: tuple[tuple[str, "Plan"], ...]
    """Members that are objects of known members themselves."""
    lists: tuple[tuple[str, "Plan"], ...]
    """Members that are lists of such objects."""
    various: tuple[str, ...]
    """Members whose own members differ, by what they say of themselves or by their number."""
    known: frozenset[str]
    others: int | None
    """The search of members that the schema does not know; None where they are left alone."""

    inner: tuple[str, ...] = ()
    """All members that are entered."""
    enters: bool = False
    """Whether there is more to do than to look at the units."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing can ever have to change."""
        return not self.units and not self.enters


class Plans:
    """The plans and searches of one automaton."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.searches: dict[int, Regex | None] = {UNPROVABLE: None}
        self._numbers: dict[Need, int] = {None: UNPROVABLE}
        self._bags: dict[Any, int | None] = {}

    def plan_of(self, state: State) -> Plan:
        """The plan for an object at a place of known members."""
        if state.plan is None:
            state.plan = self._make(state)
        plan: Plan = state.plan
        return plan

    def number_of_bag(self, state: State, place: Place) -> int | None:
        """The search for members of an object that hold such a place under names of their own;
        None where nothing in them can change."""
        key = (state.reached, place.personal)
        if key not in self._bags:
            need = need_of_bag(self.paths, state.reached, place.personal)
            self._bags[key] = None if need == NOTHING else self._number(need)
        return self._bags[key]

    def _make(self, state: State) -> Plan:
        place = state.place
        assert isinstance(place, Struct)  # noqa: S101 - no other place has known members
        units: list[tuple[str, int]] = []
        objects: list[tuple[str, Plan]] = []
        lists: list[tuple[str, Plan]] = []
        various: list[str] = []
        for name, member in place.members.items():
            below = state.child(name, [] if isinstance(member, Listing) else {})
            if isinstance(member, Struct | Listing | ByType) and below is not None:
                plan = self._plan_below(below)
                if below.removed_by is not None:
                    units.append((name, UNPROVABLE))
                elif plan is None:
                    various.append(name)
                elif not plan.is_idle:
                    (lists if isinstance(member, Listing) else objects).append((name, plan))
            elif (need := need_of_member(state, name)) != NOTHING:
                units.append((name, self._number(need)))
        others = self.number_of_bag(state, place.others) if place.others else None
        inner = (*(name for name, _ in (*objects, *lists)), *various)
        return Plan(
            state=state,
            units=tuple(units),
            objects=tuple(objects),
            lists=tuple(lists),
            various=tuple(various),
            known=frozenset(place.members),
            others=others,
            inner=inner,
            enters=bool(inner) or others is not None,
        )

    def _plan_below(self, state: State) -> Plan | None:
        """The one plan of an object or of all members of a list; None where there are several."""
        place = state.place
        if isinstance(place, Struct):
            return self.plan_of(state)
        if not isinstance(place, Listing) or state.counts_members:
            return None
        found = [state.member(0, sample) for sample in place.member.samples]
        plans = [self.plan_of(each) for each in found if each and isinstance(each.place, Struct)]
        busy = [plan for plan in plans if not plan.is_idle]
        if not busy or not isinstance(place.member, ByType):
            return plans[0]
        return None

    def _number(self, need: Need) -> int:
        if need not in self._numbers:
            search = compile_union(need or NOTHING)
            self._numbers[need] = len(self._numbers) if search else UNPROVABLE
            if search:
                self.searches[self._numbers[need]] = search
        return self._numbers[need]
