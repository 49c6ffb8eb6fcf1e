"""The frame in which an event failed: fingerprint variables and an issue's metadata name it (spec
§10.1)."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from urgentry.grouping.values import items_of, latest_frames

Frame = dict[str, Any]


def crash_frame(event: dict[str, Any], *, among: Callable[[Frame], bool] | None = None) -> Frame:
    """The last in-app frame of the telling stack, else its last; empty where there is none.

    `among` says which frames are looked at.
    """
    last: Frame = {}
    for frame in _telling_frames(event):
        if among is None or among(frame):
            if frame.get("in_app"):
                return frame
            last = last or frame
    return last


def _telling_frames(event: dict[str, Any]) -> Iterator[Frame]:
    """The frames of the last exception, of the event, or of its only thread; latest call first."""
    for holder in _holders(event):
        frames = latest_frames(holder)
        first = next(frames, None)
        if first is not None:
            return chain((first,), frames)
    return iter(())


def _holders(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from items_of(event, "exception")[-1:]
    yield event
    threads = items_of(event, "threads")
    if len(threads) == 1:
        yield threads[0]
