"""Collects from a payload, without looking into them, the values that each search goes through."""

from collections import defaultdict
from typing import Any

from urgentry.privacy.paths import State
from urgentry.privacy.places import ByType, Listing, Struct
from urgentry.privacy.plans import UNPROVABLE, Plan, Plans

JsonObject = dict[str, Any]


class Gathering:
    """The values of one payload, by the number of the search that they go through."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self.values: defaultdict[int, list[Any]] = defaultdict(list)
        self.owners: dict[int, Any] = {}
        """Whose members are searched together with their names, by the id of what is searched."""

    def payload(self, payload: JsonObject) -> None:
        """Gathers all that rules may look at."""
        self._object(payload, self._plans.plan_of(self._plans.paths.root))

    def _object(self, value: JsonObject, plan: Plan) -> None:
        for name, number in plan.units:
            member = value.get(name)
            if member is not None:
                self.values[number].append(member)
        if plan.enters:
            self._enter(value, plan)

    def _enter(self, value: JsonObject, plan: Plan) -> None:
        for name, below in plan.objects:
            member = value.get(name)
            if type(member) is dict:
                self._object(member, below)
        for name, below in plan.lists:
            member = value.get(name)
            if type(member) is list:
                self._alike([each for each in member if type(each) is dict], below)
        for name in plan.various:
            member = value.get(name)
            if state := plan.state.child(name, member):
                self._various(member, state)
        if plan.others is not None and not plan.known.issuperset(value):
            others = value.keys() - plan.known
            self._together({name: value[name] for name in others}, value, plan.others)

    def _alike(self, objects: list[JsonObject], plan: Plan) -> None:
        """Objects of one plan, member by member: most of a payload is in few long lists."""
        for name, number in plan.units:
            self.values[number].extend([each[name] for each in objects if name in each])
        if plan.enters:
            for each in objects:
                self._enter(each, plan)

    def _various(self, value: Any, state: State) -> None:
        if isinstance(state.place, ByType):
            for name, member in value.items():
                if below := state.child(name, member):
                    self._one_of_various(name, member, below, state)
        elif isinstance(state.place, Listing):
            for index, member in enumerate(value):
                below = state.member(index, member)
                if below is not None and isinstance(below.place, Struct):
                    self._object(member, self._plans.plan_of(below))

    def _one_of_various(self, name: str, member: Any, state: State, above: State) -> None:
        if state.removed_by is not None:
            self.values[UNPROVABLE].append(member)
        elif isinstance(state.place, Struct):
            self._object(member, self._plans.plan_of(state))
        elif (number := self._plans.number_of_bag(above, state.place)) is not None:
            self._together({name: member}, member, number)

    def _together(self, searched: JsonObject, owner: Any, number: int) -> None:
        self.values[number].append(searched)
        self.owners[id(searched)] = owner
