"""Counts and measures over many signals."""

from collections.abc import Sequence

from urgentry.errors import ApiError
from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.telemetry.aggregation import (
    MOST_GROUPS,
    Aggregation,
    Grouping,
    GroupKey,
    TooManyGroups,
)

Measured = dict[GroupKey, tuple[float | None, ...]]


async def measure(work: Work, question: Question, grouping: Grouping) -> Measured:
    """Each group of the signals with its measures. ApiError 400 when there are too many groups."""
    aggregation = Aggregation(grouping, most_groups=MOST_GROUPS)
    async for chunk in work.chunks(question):
        asked = await work.asked(question, chunk)
        if aggregation.needs_no_values:
            asked = _count_whole(aggregation, asked)
        bodies = await work.bodies(asked)
        await work.beside(_add, [aggregation], aggregation.needs, question, asked, bodies)
    return dict(aggregation.results())


async def measure_each(
    work: Work, question: Question, groupings: Sequence[Grouping]
) -> list[Measured]:
    """The same for several groupings, for which blocks are opened once."""
    aggregations = [Aggregation(grouping, most_groups=MOST_GROUPS) for grouping in groupings]
    needs = frozenset[str]().union(*(each.needs for each in aggregations))
    async for chunk in work.chunks(question):
        asked = await work.asked(question, chunk)
        await work.beside(_add, aggregations, needs, question, asked, await work.bodies(asked))
    return [dict(aggregation.results()) for aggregation in aggregations]


def _count_whole(aggregation: Aggregation, asked: Sequence[Candidate]) -> list[Candidate]:
    """Counts the blocks that count as a whole; those that are left."""
    aggregation.add_uncounted(
        sum(candidate.listed.signals for candidate in asked if candidate.is_whole)
    )
    return [candidate for candidate in asked if not candidate.is_whole]


def _add(
    aggregations: Sequence[Aggregation],
    needs: frozenset[str],
    question: Question,
    asked: Sequence[Candidate],
    bodies: dict[int, bytes],
) -> None:
    try:
        for candidate, mask in matches(question, asked, bodies, needs):
            for aggregation in aggregations:
                aggregation.add(candidate.block, mask)
    except TooManyGroups:
        raise ApiError(
            400, "There are too many groups: group by something with fewer values."
        ) from None
