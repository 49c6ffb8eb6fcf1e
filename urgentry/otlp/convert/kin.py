"""Which span of an export lies above which."""

from collections.abc import Container, Iterable

Place = tuple[bytes, bytes]
"""A span: its trace and itself."""


class Kin:
    """The spans of an export by their parents. `tops` are those that are looked for."""

    def __init__(self, spans: Iterable[tuple[bytes, bytes, bytes]], tops: Container[Place]) -> None:
        self._above = {(trace, span): (trace, parent) for trace, span, parent in spans}
        self._tops = tops
        self._found: dict[Place, Place | None] = {}

    def parent_of(self, place: Place) -> Place | None:
        """The span right above one; None for one that is not of the export."""
        return self._above.get(place)

    def top_of(self, place: Place) -> Place | None:
        """The nearest top, itself or above; None where the way ends before, or turns in a circle.
        No way is gone twice."""
        way: dict[Place, None] = {}
        step: Place | None = place
        while step is not None and step not in self._tops and step not in self._found:
            if step in way:
                step = None
                break
            way[step] = None
            step = self._above.get(step)
        top = step if step is None or step in self._tops else self._found[step]
        self._found.update(dict.fromkeys(way, top))
        return top
