"""Which of an event's threads tells what happened (spec §7.5)."""

from typing import Any

from urgentry.grouping.values import items_of


def telling_thread(event: dict[str, Any]) -> dict[str, Any] | None:
    """The one that crashed, else the one that ran, else the only one; None if that is not one."""
    threads = items_of(event, "threads")
    for mark in ("crashed", "current"):
        marked = [thread for thread in threads if thread.get(mark)]
        if len(marked) == 1:
            return marked[0]
    return threads[0] if len(threads) == 1 else None
