"""Which values an attribute has, for those who type a search."""

from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import Any

from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.telemetry.aggregation import values_of
from urgentry.telemetry.conditions import as_flags

_ENOUGH_SIGNALS = 100_000


async def common_values(
    work: Work, question: Question, key: str, *, limit: int
) -> list[tuple[Any, int]]:
    """The values that an attribute has most often, with how often, among the newest hundred
    thousand signals that meet the question."""
    counts: Counter[Any] = Counter()
    async for chunk in work.chunks(question):
        asked = await work.asked(question, chunk)
        await work.beside(_count, counts, question, key, asked, await work.bodies(asked))
        if counts.total() >= _ENOUGH_SIGNALS:
            break
    return counts.most_common(limit)


def _count(
    counts: Counter[Any],
    question: Question,
    key: str,
    asked: Sequence[Candidate],
    bodies: dict[int, bytes],
) -> None:
    for candidate, mask in matches(question, asked, bodies, frozenset({key})):
        flags = as_flags(mask, candidate.block.count)
        counts.update(compress(values_of(candidate.block, key), flags))
    counts.pop(None, None)
