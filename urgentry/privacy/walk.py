"""Changes what rules say has to change: the one way in which anything is removed.

Goes down a payload beside the automaton's states, in place. Plans say which members to look at;
what a proof spares is not entered. A path is that of what holds a value, and the value's slot in
it.
"""

from typing import Any, Final

from urgentry.privacy.paths import State
from urgentry.privacy.places import TEXT, Attributes, Bag, ByType, Listing, Pairs, Struct, Text
from urgentry.privacy.plans import Plan, Plans
from urgentry.privacy.proof import EVERYTHING, NOBODY, Suspects
from urgentry.privacy.redaction import redact
from urgentry.privacy.remarks import ROOT, Path, Remarks
from urgentry.privacy.rules import FILTERED

_SAY_NOTHING: Final = frozenset(("", "true", "false", "null", "undefined"))
_PAIR: Final = 2


class Walk:
    """One walk over one payload."""

    def __init__(self, plans: Plans, suspects: Suspects, remarks: Remarks) -> None:
        self._plans = plans
        self._suspects = suspects
        self._remarks = remarks
        # What is in a suspect was searched with it, and not by itself.
        self._inside = self if suspects is EVERYTHING else Walk(plans, EVERYTHING, remarks)

    def payload(self, payload: dict[str, Any]) -> None:
        """Changes all of the payload that has to change."""
        self._struct(payload, self._plans.plan_of(self._plans.paths.root), ROOT)

    def value(self, holder: Any, slot: Any, state: State, path: Path) -> None:
        """Changes what stands in a slot of an object or a list."""
        value = holder[slot]
        if state.code == TEXT:
            if state.steps:
                self._text(holder, slot, state, path)
        elif state.removed_by is not None:
            holder[slot] = None
            self._remarks.removed((path, slot), state.removed_by)
        elif type(value) is dict:
            self._object(value, state, (path, slot))
        elif type(value) is list:
            self._list(value, state, (path, slot))

    def _object(self, value: dict[str, Any], state: State, path: Path) -> None:
        if isinstance(state.place, Struct):
            self._struct(value, self._plans.plan_of(state), path)
        elif isinstance(state.place, ByType):
            self._by_type(value, state, path)
        elif isinstance(state.place, Attributes):
            self._attributes(value, state, path)
        else:
            for name in value:
                self.member(value, name, state, path)

    def _attributes(self, value: dict[str, Any], state: State, path: Path) -> None:
        for name, member in value.items():
            if below := state.attribute(name, member):
                self.value(value, name, below, path)

    def _struct(self, value: dict[str, Any], plan: Plan, path: Path) -> None:
        for name, number in plan.units:
            member = value.get(name)
            if member is not None and self._is_suspect(number, member):
                self._inside.member(value, name, plan.state, path)
        if plan.enters:
            self._enter(value, plan, path)

    def _enter(self, value: dict[str, Any], plan: Plan, path: Path) -> None:
        for name, below in plan.objects:
            if type(value.get(name)) is dict:
                self._struct(value[name], below, (path, name))
        for name, below in plan.lists:
            if type(value.get(name)) is list:
                self._alike(value[name], below, (path, name))
        for name in plan.various:
            if name in value:
                self.member(value, name, plan.state, path)
        if plan.others is not None and self._is_suspect(plan.others, value):
            for name in value.keys() - plan.known:
                self._inside.member(value, name, plan.state, path)

    def _alike(self, members: list[Any], plan: Plan, path: Path) -> None:
        """Objects of one plan, member by member: most are passed by at a glance."""
        objects = [(index, each) for index, each in enumerate(members) if type(each) is dict]
        for name, number in plan.units:
            if self._suspects.of(number) != NOBODY:
                for index, each in objects:
                    member = each.get(name)
                    if member is not None and self._is_suspect(number, member):
                        self._inside.member(each, name, plan.state, (path, index))
        if plan.enters:
            for index, each in objects:
                self._enter(each, plan, (path, index))

    def _by_type(self, value: dict[str, Any], state: State, path: Path) -> None:
        for name, member in value.items():
            below = state.child(name, member)
            if below is None:
                continue
            if below.removed_by is not None or not isinstance(below.place, Bag):
                self.value(value, name, below, path)
                continue
            number = self._plans.number_of_bag(state, below.place)
            if number is not None and self._is_suspect(number, member):
                self._inside.value(value, name, below, path)

    def member(self, value: dict[str, Any], name: str, state: State, path: Path) -> None:
        """Changes one member of an object at a place."""
        if below := state.child(name, value[name]):
            self.value(value, name, below, path)

    def _is_suspect(self, number: int, value: Any) -> bool:
        found = self._suspects.of(number)
        return found is None or id(value) in found

    def _list(self, value: list[Any], state: State, path: Path) -> None:
        place = state.place
        if isinstance(place, Pairs) or (not isinstance(place, Listing) and _are_pairs(value)):
            self._pairs(value, state, path)
            return
        for index, member in enumerate(value):
            if below := state.member(index, member):
                self.value(value, index, below, path)

    def _pairs(self, value: list[Any], state: State, path: Path) -> None:
        """Names and values: a value goes by its name, and names stay."""
        for index, pair in enumerate(value):
            if type(pair) is list and len(pair) == _PAIR:
                name, member = pair
                named = type(name) is str
                below = state.child(name, member) if named else state.member(index, member)
                if below is not None:
                    self.value(pair, 1, below, (path, index))

    def _text(self, holder: Any, slot: Any, state: State, path: Path) -> None:
        text: str = holder[slot]
        ending = ""
        if isinstance(state.place, Text) and state.place.keeps_name:
            # Symbols and sources are found by a file's name.
            end = max(text.rfind("/"), text.rfind("\\"), 0)
            text, ending = text[:end], text[end:]
        if text in _SAY_NOTHING:
            return
        given = self._remarks.given((path, slot))
        # Of a text that something was taken from, rules do not see what a search sees.
        if not given and state.probe and not state.probe.search(text.encode(errors="replace")):
            return
        if self._remarks.is_full:
            # Of a payload that is full of secrets, texts with any go as a whole.
            holder[slot] = FILTERED + ending
            return
        found = redact(text, given, state.steps)
        if found is not None:
            nothing = ending[1:] or None
            holder[slot] = nothing if found.text is None else found.text + ending
            length = len(text) if found.cut else None
            self._remarks.taken((path, slot), found.remarks, length)


def _are_pairs(value: list[Any]) -> bool:
    return all(
        type(pair) is list and len(pair) == _PAIR and type(pair[0]) is str for pair in value
    ) and bool(value)
