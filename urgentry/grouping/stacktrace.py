"""Stack traces: prepares frames, runs stack-trace rules, and builds the trees of both variants.

The strategies ask here for every stack of an event. What a frame or a whole stack gave is
remembered, so that a stack seen before costs its identity and a look-up.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from urgentry.grouping.component import Component, muted, node
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.passes import Plan, Stack, Verdicts, exception_verdicts, modify
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
)
from urgentry.grouping.frame_component import frame_component, is_url
from urgentry.grouping.memo import Memo

_FRAMES_REMEMBERED: Final = 1024
_STACK_FRAMES_REMEMBERED: Final = 4096
_FILE: Final = tuple(
    KEY_FIELDS.index(name) for name in ("module", "filename", "abs_path", "package")
)

Edit = tuple[int, dict[str, Any], dict[str, Any]]


class GroupedStack(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a stack gives: a tree for each variant, and what to write into its frames."""

    app: Component
    system: Component
    edits: tuple[Edit, ...]
    in_app_mix: tuple[bool, bool]
    """Whether it has in-app frames, and whether it has others."""


class Stacktraces:
    """Groups the stack traces of one configuration's events."""

    def __init__(self, index: RuleIndex, flags: Flags) -> None:
        self._index = index
        self._flags = flags
        self._frames: Memo[Key, Grouped] = Memo(_FRAMES_REMEMBERED)
        self._stacks: Memo[Key, GroupedStack] = Memo(_STACK_FRAMES_REMEMBERED)

    def group(
        self, frames: list[dict[str, Any]], platform: str | None, exception: dict[str, Any] | None
    ) -> GroupedStack:
        """The stack of these frames; prepares them in place (spec §0, steps 2 and 3)."""
        keys = tuple([key_of(frame) for frame in frames])
        verdicts = exception_verdicts(self._index, exception)
        try:
            stack = self._stacks.get((platform, verdicts, keys))
        except TypeError:
            keys = tuple([plain_key(key) for key in keys])
            stack = self._stacks.get((platform, verdicts, keys))
        if stack is None:
            stack = self._build(keys, platform, verdicts)
            self._stacks.put((platform, verdicts, keys), stack, weight=len(frames) + 1)
        for place, top, data in stack.edits:
            _edit(frames[place], top, data)
        return stack

    def _build(self, keys: Sequence[Key], platform: str | None, verdicts: Verdicts) -> GroupedStack:
        frames = [self._frame(key, platform) for key in keys]
        plan = Plan.of(self._index, frames, verdicts)
        stack = modify(plan, frames)
        base = [grouped.component for grouped in frames]
        _mute_recursion(base, keys, frames)
        return GroupedStack(
            app=self._variant(list(base), stack, plan, app=True),
            system=self._variant(base, stack, plan, app=False),
            edits=tuple(_edits(keys, stack)),
            in_app_mix=(True in stack.in_app, False in stack.in_app),
        )

    def _frame(self, key: Key, platform: str | None) -> Grouped:
        identity = (platform, key[PLACE:])
        grouped = self._frames.get(identity)
        if grouped is None:
            frame = prepare(key, platform)
            component = frame_component(frame, cleans_spawn_main=self._flags.cleans_spawn_main)
            grouped = Grouped(frame, component, self._index.rules_for(frame))
            self._frames.put(identity, grouped)
        return grouped

    def _variant(
        self, components: list[Component], stack: Stack, plan: Plan, *, app: bool
    ) -> Component:
        if app:
            for place, in_app in enumerate(stack.in_app):
                if not in_app:
                    components[place] = muted(components[place], "non app frame")
        if len(components) == 1 and self._is_poor_single_frame(
            components[0], stack.frames[0].frame
        ):
            hint = "ignored single non-URL JavaScript frame"
            components[0] = muted(components[0], hint)
        clamp = app and self._flags.app_frames_only
        discarded = vote(plan, stack, components, clamp=clamp)
        if discarded:
            return node("stacktrace", components, contributes=False, hint=discarded)
        return node("stacktrace", components)

    def _is_poor_single_frame(self, component: Component, frame: Frame) -> bool:
        if not component.contributes or frame.family != "javascript" or frame.function:
            return False
        return is_url(frame.abs_path, files_too=True) is self._flags.single_frame_ignores_urls


def _mute_recursion(
    components: list[Component], keys: Sequence[Key], frames: Sequence[Grouped]
) -> None:
    """A frame that repeats the one before it, down to the line, says nothing new."""
    for place in range(1, len(components)):
        this, previous = keys[place], keys[place - 1]
        if (
            this[:PLACE] == previous[:PLACE]
            and frames[place].frame.function == frames[place - 1].frame.function
            and all(this[part] == previous[part] for part in _FILE)
        ):
            components[place] = muted(components[place], "ignored due to recursion")


def _edits(keys: Sequence[Key], stack: Stack) -> list[Edit]:
    edits = []
    for place, (key, grouped) in enumerate(zip(keys, stack.frames, strict=True)):
        frame = grouped.frame
        top: dict[str, Any] = {}
        data: dict[str, Any] = {}
        if frame.function != key[FUNCTION]:
            top["function"], top["raw_function"] = frame.function, frame.raw_function
        if stack.in_app[place] is not key[IN_APP]:
            top["in_app"] = stack.in_app[place]
        if place in stack.moved:
            data["orig_in_app"] = -1 if frame.in_app is None else int(frame.in_app)
        if stack.categories[place] != frame.category:
            data["category"] = stack.categories[place]
        if top or data:
            edits.append((place, top, data))
    return edits


def _edit(frame: dict[str, Any], top: dict[str, Any], data: dict[str, Any]) -> None:
    frame.update(top)
    if not data:
        return
    own = frame.get("data")
    if isinstance(own, dict):
        own.update(data)
    else:
        frame["data"] = dict(data)
