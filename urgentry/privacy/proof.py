"""Proves of most of a payload that no rule changes anything in it, at the price of a search.

What rules may look at is gathered by plans that follow from the schema, written as JSON in one call
and searched for the traces of all that could have to go. What a search finds is narrowed down to
the gathered values in which it found something: only those are walked. A proof only ever says that
nothing has to change; everything else takes the one long way, `walk`.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import Any, Final

import orjson

from urgentry.privacy.gathering import Gathering
from urgentry.privacy.plans import UNPROVABLE, Plans
from urgentry.privacy.regexes import Regex

NOBODY: Final[frozenset[int]] = frozenset()


class Suspects:
    """The values in which something may have to change, by the search that they went through."""

    def __init__(self, found: dict[int, frozenset[int] | None]) -> None:
        self._found = found

    def __bool__(self) -> bool:
        return any(found != NOBODY for found in self._found.values())

    def of(self, number: int) -> frozenset[int] | None:
        """The ids of the values that a search does not clear; None where it clears none."""
        return self._found.get(number)


EVERYTHING = Suspects({UNPROVABLE: None})


def prove(plans: Plans, payload: dict[str, Any], marked: frozenset[int]) -> Suspects:
    """What of a payload has to be walked; what is `marked`, by id, in any case."""
    gathering = Gathering(plans)
    gathering.payload(payload)
    found = {
        number: _search(plans.searches[number], values, gathering.owners)
        for number, values in gathering.values.items()
    }
    if marked:
        found = {number: ids if ids is None else ids | marked for number, ids in found.items()}
    return Suspects(found)


def _search(
    search: Regex | None, values: list[Any], owners: dict[int, Any]
) -> frozenset[int] | None:
    if search is None:
        return None
    try:
        if search.search(orjson.dumps(values)) is None:
            return NOBODY
        texts = [orjson.dumps(value) for value in values]
    except TypeError:  # deeper than the encoder goes, or a number longer than JSON's
        return None
    hits = [values[hit] for hit in _hits(search, texts)]
    return frozenset(id(owners.get(id(hit), hit)) for hit in hits)


def _hits(search: Regex, texts: list[bytes]) -> set[int]:
    """The numbers of the texts in which something is found."""
    ends = list(accumulate(len(text) + 1 for text in texts))
    joined = b"\n".join(texts)
    hits: set[int] = set()
    at = 0
    while at < len(joined) and (match := search.search(joined, at)):
        hit = bisect_right(ends, match.start())
        if hit == len(ends):
            break
        hits.add(hit)
        at = ends[hit]
    return hits
