"""One event on its way through the strategies: the event, the configuration, and what was found.

`group_event` makes one per event; strategies read from it and leave notes for the description.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from urgentry.grouping.config import GroupingConfig
from urgentry.grouping.flags import Flags
from urgentry.grouping.messages import shorten
from urgentry.grouping.stacktrace import GroupedStack
from urgentry.grouping.threads import telling_thread
from urgentry.grouping.values import frames_of, items_of, text_of

_MESSAGE_CHARACTERS: Final = 16_384
"""Text in which ids are replaced, for each event: bounds the work, and is two longest messages."""
_FRAMES: Final = 1_500
"""Frames that rules run over, for each event: six stacks of the longest that is stored."""
_EXCEPTIONS: Final = 512
"""Exceptions that are read of each event."""
_NAME_UNIT: Final = 128
"""So many characters of function names cost as much as a frame."""
_FEW_FRAMES: Final = 50
"""Stacks up to this length are not worth measuring."""


@dataclass(slots=True)
class Run:
    event: dict[str, Any]
    config: GroupingConfig
    explains: bool = False
    """Whether parts that cannot contribute are worked out too, to be shown."""
    reads_messages: bool = True
    """False where a stack trace that contributes silences the message anyway."""
    characters_left: int = _MESSAGE_CHARACTERS
    frames_left: int = _FRAMES
    exceptions: list[dict[str, Any]] = field(init=False)
    """The latest ones, if there are very many."""
    main_exception: int | None = None
    has_in_app: bool = False
    has_system: bool = False
    _stacks: dict[int, GroupedStack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exceptions = items_of(self.event, "exception")[-_EXCEPTIONS:]

    @property
    def flags(self) -> Flags:
        return self.config.flags

    def template_of(self, message: str) -> str:
        """The message with ids replaced; past the budget of an event, only shortened."""
        short = shorten(message)
        self.characters_left -= len(short)
        return self.config.replace_ids(short) if self.characters_left >= 0 else short

    def prepare_stacks(self) -> None:
        """Prepares the frames of stack traces in place, and keeps what they gave (spec §0).

        Those that decide the grouping come first. Where the budget ends, a stack is left as the
        client sent it, and an exception beyond it counts as one without a stack.
        """
        platform = text_of(self.event, "platform")
        group = self.config.stacktraces.group
        for holder, owner in self._holders():
            frames = frames_of(holder)
            if frames and self._affords(frames):
                stack = group(frames, platform, owner)
                self._stacks[id(holder)] = stack
                self.has_in_app |= stack.in_app_mix[0]
                self.has_system |= stack.in_app_mix[1]
            if "raw_stacktrace" in holder:
                raw = frames_of(holder, "raw_stacktrace")
                if raw and self._affords(raw):
                    group(raw, platform, owner)

    def _affords(self, frames: list[dict[str, Any]]) -> bool:
        cost = len(frames)
        if cost > _FEW_FRAMES:
            cost += sum(len(text_of(frame, "function") or "") for frame in frames) // _NAME_UNIT
        cost *= self.config.stacktraces.frame_cost
        if cost > self.frames_left:
            self.frames_left = 0
            return False
        self.frames_left -= cost
        return True

    def stack(self, holder: dict[str, Any]) -> GroupedStack | None:
        """What the stack trace gave that `holder` has, or None if it has no frames."""
        return self._stacks.get(id(holder))

    @property
    def in_app_frame_mix(self) -> str | None:
        if self.has_in_app and self.has_system:
            return "mixed"
        if self.has_in_app:
            return "in-app-only"
        return "system-only" if self.has_system else None

    def _holders(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """What carries a stack trace, each with the exception that owns it."""
        for exception in self.exceptions:
            yield exception, exception
        yield self.event, None
        if self.event.get("threads"):
            telling = telling_thread(self.event)
            if telling is not None:
                yield telling, None
            for thread in items_of(self.event, "threads"):
                if thread is not telling:
                    yield thread, None
