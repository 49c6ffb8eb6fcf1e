"""Stack traces: prepares frames, runs stack-trace rules, and builds the trees of both variants.

The strategies ask here for every stack of an event. What a frame or a whole stack gave is
remembered, so that a stack seen before costs its identity and a look-up.
"""

from collections.abc import Sequence
from itertools import count, pairwise
from typing import Any, Final, TypeVar

import msgspec

from urgentry.grouping.component import Component, Variants, muted, node, node_of_leaves
from urgentry.grouping.enhancements.bits import places, spread
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.passes import modify
from urgentry.grouping.enhancements.stack import Stack, Verdicts, exception_verdicts, stack_of
from urgentry.grouping.enhancements.votes import vote
from urgentry.grouping.flags import Flags
from urgentry.grouping.frame import (
    FUNCTION,
    IN_APP,
    KEY_FIELDS,
    PLACE,
    Frame,
    Grouped,
    Key,
    key_of,
    plain_key,
    prepare,
    weight_of,
)
from urgentry.grouping.frame_component import frame_component, is_url
from urgentry.grouping.memo import Memo
from urgentry.grouping.outcome import Grouping

_FRAMES_REMEMBERED: Final = 2048
_STACK_FRAMES_REMEMBERED: Final = 6144
_RULES_PER_COST: Final = 500
_KINDS_REMEMBERED: Final = 8
_MARKS = count()
_PLACE: Final = tuple(
    KEY_FIELDS.index(name)
    for name in ("lineno", "colno", "module", "filename", "abs_path", "package")
)

V = TypeVar("V")
Edit = tuple[int, dict[str, Any], dict[str, Any]]


class GroupedStack(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a stack gives: a tree for each variant, and what to write into its frames."""

    app: Component
    system: Component
    edits: tuple[Edit, ...]
    in_app_mix: tuple[bool, bool]
    """Whether it has in-app frames, and whether it has others."""
    trees: dict[Key, Variants] = {}
    groupings: dict[Key, Grouping] = {}
    """What events gave that have this stack and nothing else to tell, by the kind of exception."""


def remember(known: dict[Key, V], kind: Key, value: V) -> None:
    """Keeps a few kinds: most stacks only ever raise one."""
    if len(known) >= _KINDS_REMEMBERED:
        known.clear()
    known[kind] = value


class StackMemory:
    """What frames and stacks gave: so many frames in all, whichever configurations share it."""

    __slots__ = ("frames", "stacks")

    def __init__(self) -> None:
        self.frames: Memo[Key, Grouped] = Memo(_FRAMES_REMEMBERED)
        self.stacks: Memo[Key, GroupedStack] = Memo(_STACK_FRAMES_REMEMBERED)


class Stacktraces:
    """Groups the stack traces of one configuration's events."""

    def __init__(self, index: RuleIndex, flags: Flags, memory: StackMemory) -> None:
        self._index = index
        self._flags = flags
        self._memory = memory
        self.frame_cost = 1 + len(index.rules) // _RULES_PER_COST
        """What a frame takes of an event's budget of frames."""
        self._mark = next(_MARKS)

    def group(
        self, frames: list[dict[str, Any]], platform: str | None, exception: dict[str, Any] | None
    ) -> GroupedStack:
        """The stack of these frames; prepares them in place (spec §0, steps 2 and 3)."""
        keys = tuple([key_of(frame) for frame in frames])
        verdicts = exception_verdicts(self._index, exception)
        stacks = self._memory.stacks
        try:
            stack = stacks.get((self._mark, platform, verdicts, keys))
        except TypeError:
            keys = tuple([plain_key(key) for key in keys])
            stack = stacks.get((self._mark, platform, verdicts, keys))
        if stack is None:
            grouped = [self._frame(key, platform) for key in keys]
            stack = self._build(keys, grouped, verdicts)
            weight = sum([each.weight for each in grouped])
            stacks.put((self._mark, platform, verdicts, keys), stack, weight=weight)
        for place, top, data in stack.edits:
            _edit(frames[place], top, data)
        return stack

    def _build(
        self, keys: Sequence[Key], frames: Sequence[Grouped], verdicts: Verdicts
    ) -> GroupedStack:
        stack = stack_of(self._index, frames, verdicts)
        modify(stack)
        in_app = spread(stack.in_app, len(frames))
        repeated = _repetitions(keys, frames)
        return GroupedStack(
            app=self._variant(stack, repeated, in_app, clamp=self._flags.app_frames_only),
            system=self._variant(stack, repeated, None, clamp=False),
            edits=tuple(_edits(keys, stack, in_app)),
            in_app_mix=(True in in_app, False in in_app),
        )

    def _frame(self, key: Key, platform: str | None) -> Grouped:
        identity = (self._mark, platform, key[PLACE:])
        grouped = self._memory.frames.get(identity)
        if grouped is None:
            frame = prepare(key, platform)
            component = frame_component(frame, cleans_spawn_main=self._flags.cleans_spawn_main)
            outside = muted(component, "non app frame")
            rules = self._index.rules_for(frame)
            grouped = Grouped(frame, component, outside, rules, weight_of(frame))
            self._memory.frames.put(identity, grouped, weight=grouped.weight)
        return grouped

    def _variant(
        self, stack: Stack, repeated: Sequence[int], in_app: Sequence[bool] | None, *, clamp: bool
    ) -> Component:
        """`in_app` tells of each frame whether it has a say; None: every one has."""
        components = _components(stack, repeated, in_app)
        if len(components) == 1 and self._is_poor(components[0], stack.frames[0].frame):
            hint = "ignored single non-URL JavaScript frame"
            components[0] = muted(components[0], hint)
        discarded = vote(stack, components, clamp=clamp)
        if discarded:
            return node("stacktrace", components, contributes=False, hint=discarded)
        return node_of_leaves("stacktrace", tuple(components))

    def _is_poor(self, component: Component, frame: Frame) -> bool:
        """Whether a frame says too little to stand alone."""
        if not component.contributes or frame.family != "javascript" or frame.function:
            return False
        return is_url(frame.abs_path, files_too=True) is self._flags.single_frame_ignores_urls


def _components(
    stack: Stack, repeated: Sequence[int], in_app: Sequence[bool] | None
) -> list[Component]:
    if in_app is None:
        components = [grouped.component for grouped in stack.frames]
    else:
        both = zip(stack.frames, in_app, strict=True)
        components = [each.component if inside else each.outside for each, inside in both]
    for place in repeated:
        if in_app is None or in_app[place]:
            components[place] = muted(components[place], "ignored due to recursion")
    return components


def _repetitions(keys: Sequence[Key], frames: Sequence[Grouped]) -> list[int]:
    """Where a frame repeats the one before it, down to the line: it says nothing new."""
    alike = [place + 1 for place, (a, b) in enumerate(pairwise(keys)) if a[0] == b[0]]
    return [
        place
        for place in alike
        if frames[place].frame.function == frames[place - 1].frame.function
        and all(keys[place][part] == keys[place - 1][part] for part in _PLACE)
    ]


def _edits(keys: Sequence[Key], stack: Stack, in_app: Sequence[bool]) -> list[Edit]:
    """What each frame has to be told, for those that have to be told something."""
    tops = [
        (place, top)
        for place, (key, grouped, inside) in enumerate(zip(keys, stack.frames, in_app, strict=True))
        if (inside is not key[IN_APP] or grouped.frame.function != key[FUNCTION])
        and (top := _top(key, grouped.frame, inside))
    ]
    datas = _datas(stack)
    if not datas:
        return [(place, top, {}) for place, top in tops]
    told = dict(tops)
    return [(place, told.get(place, {}), datas.get(place, {})) for place in sorted({*told, *datas})]


def _top(key: Key, frame: Frame, inside: bool) -> dict[str, Any]:
    top: dict[str, Any] = {}
    if frame.function != key[FUNCTION]:
        top["function"], top["raw_function"] = frame.function, frame.raw_function
    if inside is not key[IN_APP]:
        top["in_app"] = inside
    return top


def _datas(stack: Stack) -> dict[int, dict[str, Any]]:
    datas: dict[int, dict[str, Any]] = {}
    for place in places(stack.moved):
        in_app = stack.frames[place].frame.in_app
        datas[place] = {"orig_in_app": -1 if in_app is None else int(in_app)}
    for category, bits in stack.categories.items():
        for place in places(bits):
            if stack.frames[place].frame.category != category:
                datas.setdefault(place, {})["category"] = category
    return datas


def _edit(frame: dict[str, Any], top: dict[str, Any], data: dict[str, Any]) -> None:
    frame.update(top)
    if not data:
        return
    own = frame.get("data")
    if isinstance(own, dict):
        own.update(data)
    else:
        frame["data"] = dict(data)
