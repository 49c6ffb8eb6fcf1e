"""What is kept of a storm: the first events of an hour whole, then one of so many."""

from typing import Any, Final

import msgspec

MOST_AFTER: Final = 1_000_000
LEAST_ONE_IN: Final = 2
MOST_ONE_IN: Final = 10_000
DEFAULT_ONE_IN: Final = 100


class StormRule(msgspec.Struct, frozen=True, kw_only=True):
    """Of the events of one hash in one hour (of their own time, UTC), which are stored. All are
    counted, whichever are stored."""

    after: int
    """So many are stored in any case."""
    one_in: int
    """Of those that follow, every one whose number is a multiple."""

    def stores(self, number: int) -> bool:
        """Whether an event is stored that is the hash's so many-th of the hour, from 1."""
        return number <= self.after or (number - self.after) % self.one_in == 0


def read_storm_rule(stored: dict[str, Any]) -> StormRule | None:
    """From a project's stored settings; None where every event is stored, as at first."""
    after = stored.get("storm_after", 0)
    return (
        StormRule(after=after, one_in=stored.get("storm_one_in", DEFAULT_ONE_IN)) if after else None
    )
