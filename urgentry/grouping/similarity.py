"""How alike two events are, in parts that a person can follow: frames, message, type. Pure.

This never groups anything: it is shown to people, who may merge what belongs together.
"""

from typing import Any, Final

import msgspec

from urgentry.grouping.messages import replacer
from urgentry.grouping.values import frames_of, items_of, object_of, text_of

_SHINGLE: Final = 4
"""Characters that are compared at once, as Sentry's character shingles."""
_MESSAGE_CHARACTERS: Final = 1_000
_WEIGHTS: Final = {"frames": 0.6, "message": 0.25, "type": 0.15}

_replace_ids = replacer("2026")


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of an event."""

    type: str
    message: frozenset[str]
    """Overlapping pieces of the message, without ids."""
    frames: frozenset[str]
    """Module and function of the app's frames, or of all where none is the app's."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """Shares from 0 to 1; None where neither event has such a part."""

    frames: float | None
    message: float | None
    type: float | None
    shared_frames: int
    all_frames: int

    @property
    def score(self) -> float:
        """The parts that there are, by weight."""
        parts = {"frames": self.frames, "message": self.message, "type": self.type}
        told = {name: share for name, share in parts.items() if share is not None}
        weight = sum(_WEIGHTS[name] for name in told)
        return sum(_WEIGHTS[name] * share for name, share in told.items()) / weight if told else 0.0


def features_of(event: dict[str, Any]) -> Features:
    """Of a normalised event."""
    exceptions = items_of(event, "exception")
    main = exceptions[-1] if exceptions else {}
    logentry = object_of(event, "logentry")
    message = text_of(main, "value") or text_of(logentry, "formatted")
    holders = exceptions or [event, *items_of(event, "threads")]
    frames = [frame for holder in holders for frame in frames_of(holder)]
    return Features(
        type=text_of(main, "type") or "",
        message=shingles(message or text_of(logentry, "message") or ""),
        frames=frozenset(
            filter(None, map(_frame, [f for f in frames if f.get("in_app")] or frames))
        ),
    )


def shingles(message: str) -> frozenset[str]:
    """A text in overlapping pieces; ids, numbers and case do not count."""
    text = _replace_ids(message[:_MESSAGE_CHARACTERS]).casefold().strip()
    if len(text) <= _SHINGLE:
        return frozenset({text}) if text else frozenset()
    return frozenset(text[at : at + _SHINGLE] for at in range(len(text) - _SHINGLE + 1))


def compare(one: Features, other: Features) -> Likeness:
    """How alike they are; the order does not matter."""
    return Likeness(
        frames=overlap(one.frames, other.frames),
        message=overlap(one.message, other.message),
        type=float(one.type == other.type) if one.type or other.type else None,
        shared_frames=len(one.frames & other.frames),
        all_frames=len(one.frames | other.frames),
    )


def overlap(one: frozenset[str], other: frozenset[str]) -> float | None:
    """What both have of what either has (Jaccard), or None where there is nothing."""
    either = len(one | other)
    return len(one & other) / either if either else None


def _frame(frame: dict[str, Any]) -> str:
    function = text_of(frame, "function")
    place = text_of(frame, "module") or text_of(frame, "filename") or text_of(frame, "package")
    return f"{place or ''}:{function}" if function else place or ""
