"""Which values an attribute has, for those who type a search."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain, compress
from typing import Any

import orjson

from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.telemetry.columns import LIST
from urgentry.telemetry.conditions import as_flags

_ENOUGH_SIGNALS = 100_000


async def common_values(
    work: Work, question: Question, key: str, *, types: Collection[str], limit: int
) -> list[tuple[Any, int]]:
    """The values of some types (of `columns`) that an attribute has most often, with how often,
    among the newest hundred thousand signals that meet the question. Of lists the members count."""
    counted = await count_values(work, question, [key], types=types, enough=_ENOUGH_SIGNALS)
    return counted[key].most_common(limit)


async def count_values(
    work: Work, question: Question, keys: Collection[str], *, types: Collection[str], enough: int
) -> dict[str, Counter[Any]]:
    """How often the attributes of some names have which values of some types (of `columns`), among
    about as many of the newest signals that meet the question as are enough."""
    counts: dict[str, Counter[Any]] = {key: Counter() for key in keys}
    seen = 0
    async for chunk in work.chunks(question):
        asked = await work.asked(question, chunk)
        seen += await work.beside(_count, counts, question, types, asked, await work.bodies(asked))
        if seen >= enough:
            break
    return counts


def _count(
    counts: dict[str, Counter[Any]],
    question: Question,
    types: Collection[str],
    asked: Sequence[Candidate],
    bodies: dict[int, bytes],
) -> int:
    """Adds the values of the signals of some blocks; how many signals were looked at."""
    seen = 0
    for candidate, mask in matches(question, asked, bodies, frozenset(counts)):
        flags = as_flags(mask, candidate.block.count)
        seen += mask.bit_count()
        for key, own in counts.items():
            for view in candidate.block.view(key):
                if view.type in types:
                    held = filter(_is_there, compress(view.expand(), flags))
                    own.update(
                        chain.from_iterable(map(orjson.loads, held)) if view.type == LIST else held
                    )
    return seen


def _is_there(value: Any) -> bool:
    return value is not None
