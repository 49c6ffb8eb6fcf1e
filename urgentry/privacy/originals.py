"""The original of a value that normalisation refused stands in `_meta` and in `errors`: it is no
less personal there."""

from collections.abc import Iterator
from typing import Any

import orjson

from urgentry.privacy.paths import State
from urgentry.privacy.places import CODES, LIKELY, LIST, OBJECT, Bag, Pairs, Text
from urgentry.privacy.plans import Plans
from urgentry.privacy.proof import EVERYTHING, NOBODY
from urgentry.privacy.remarks import ROOT, Remarks, has_remarks
from urgentry.privacy.walk import Walk

_CUT = "!limit"


class Originals:
    """What the `_meta` of a payload says, as far as scrubbing has to know."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self._tree = tree
        self.exist = bool(tree) and b'"val"' in _json(tree)

    @classmethod
    def of(cls, payload: dict[str, Any]) -> "Originals":
        """Those of one payload."""
        tree = payload.get("_meta")
        return cls(tree if type(tree) is dict else {})

    def marked(self, payload: dict[str, Any], *, own_patterns: bool) -> frozenset[int]:
        """The ids of values on which there are remarks, and of what holds them. A proof searches
        texts as they stand, while rules see what earlier rules left of them. Where a text was only
        cut, the usual patterns see the same."""
        if not has_remarks(self._tree):
            return NOBODY
        return frozenset(map(id, _remarked(self._tree, payload, own_patterns=own_patterns)))

    def scrub(self, plans: Plans, payload: dict[str, Any]) -> None:
        """Changes the originals as the values would have been."""
        changed: dict[str, tuple[Any, Any]] = {}
        walk = Walk(plans, EVERYTHING, Remarks({}))
        for name, note, state in _originals(self._tree, payload, plans.paths.root, ""):
            before = orjson.dumps(note["val"])
            walk.value(note, "val", state, ROOT)
            if orjson.dumps(note["val"]) != before:
                changed[name] = (orjson.loads(before), note["val"])
        errors = payload.get("errors")
        for error in errors if type(errors) is list and changed else ():
            if type(error) is dict and error.get("name") in changed:
                before, after = changed[error["name"]]
                if error.get("value") == before:
                    error["value"] = after


def _originals(
    node: dict[str, Any], value: Any, state: State, name: str
) -> Iterator[tuple[str, dict[str, Any], State]]:
    for step, below in node.items():
        if step == "" or type(below) is not dict:
            continue
        if isinstance(state.place, Pairs):
            yield from _pair_originals(step, below, value, state, name)
            continue
        here = f"{name}.{step}" if name else step
        note = below.get("")
        if type(note) is dict and "val" in note:
            found = _state_of(state, step, note["val"])
            if found is not None:
                yield here, note, found
        inner = _inside(value, step)
        next_state = _state_of(state, step, inner if type(inner) in (dict, list) else {})
        if next_state is not None:
            yield from _originals(below, inner, next_state, here)


def _pair_originals(
    step: str, node: dict[str, Any], pairs: Any, state: State, name: str
) -> Iterator[tuple[str, dict[str, Any], State]]:
    """A value refused under a name goes by that name."""
    pair, below = _inside(pairs, step), node.get("1")
    note = below.get("") if type(below) is dict else None
    if (
        type(pair) is list
        and pair
        and type(pair[0]) is str
        and type(note) is dict
        and "val" in note
    ):
        found = _state_of(state, pair[0], note["val"])
        if found is not None:
            yield f"{name}.{step}.1", note, found


def _state_of(state: State, step: str, value: Any) -> State | None:
    """The state of a value, also where it does not have the form of its place."""
    code = CODES.get(type(value))
    if code is None:
        return None
    is_index = state.code == LIST and step.isdecimal()
    index = int(step) if is_index else 0
    found = state.member(index, value) if is_index else state.child(step, value)
    if found is not None:
        return found
    sample: Any = {} if code != OBJECT else []
    other = state.member(index, sample) if is_index else state.child(step, sample)
    if other is None or isinstance(other.place, Bag | Text):
        return None
    return state.paths.state(state.reached, LIKELY, code, index if is_index else step)


def _inside(value: Any, step: str) -> Any:
    if type(value) is dict:
        return value.get(step)
    if type(value) is list and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def _remarked(node: dict[str, Any], value: Any, *, own_patterns: bool) -> list[Any]:
    """The values, outermost first, of which each has a remark or holds one that has."""
    note = node.get("")
    counts = type(note) is dict and bool(note.get("rem")) and (own_patterns or not _is_cut(note))
    found: list[Any] = []
    for step, below in node.items():
        if step and type(below) is dict:
            found += _remarked(below, _inside(value, step), own_patterns=own_patterns)
    return [value, *found] if counts or found else []


def _is_cut(note: dict[str, Any]) -> bool:
    remarks = note.get("rem", [])
    return type(remarks) is list and all(
        type(remark) is list and remark[:1] == [_CUT] for remark in remarks
    )


def _json(tree: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(tree)
    except TypeError:  # deeper than the encoder goes
        return b'"val"'
