"""In what an issue's events differ from all others of their project; pure."""

from collections.abc import Iterable, Mapping

import msgspec

from urgentry.storage.tags import TagSummary

_LEAST_POINTS = 5.0
_UNTOLD = frozenset({"level", "user"})
"""What every issue has its own of, or says by itself."""
_MOST = 40


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a tag: in how many of a hundred events it occurs, in the issue and elsewhere."""

    key: str
    value: str
    here: float
    elsewhere: float

    @property
    def points(self) -> float:
        """By how many percentage points it occurs more often here."""
        return self.here - self.elsewhere


def differences_of(
    summaries: Iterable[TagSummary],
    in_project: Mapping[tuple[str, str], int],
    *,
    events: int,
    all_events: int,
) -> list[Difference]:
    """The values that occur more often, or less often, than elsewhere by five points at least; the
    largest difference first. Nothing where the project has no other events."""
    others = all_events - events
    if events <= 0 or others <= 0:
        return []
    found = [
        Difference(
            key=summary.key,
            value=each.value,
            here=_share(each.events, events),
            elsewhere=_share(in_project.get((summary.key, each.value), 0) - each.events, others),
        )
        for summary in summaries
        if summary.key not in _UNTOLD
        for each in summary.top_values
    ]
    told = [each for each in found if abs(each.points) >= _LEAST_POINTS]
    return sorted(told, key=lambda each: (-abs(each.points), each.key, each.value))[:_MOST]


def _share(part: int, whole: int) -> float:
    return min(100.0, max(0.0, 100 * part / whole))
