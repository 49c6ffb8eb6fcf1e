"""Pages of signals: by time from a place on, or by an attribute from a number on.

By time, blocks are taken in order until no later one can hold what belongs on the page. By an
attribute everything has to be looked at; only the places of the best signals are kept meanwhile.
"""

import heapq
from collections.abc import Sequence
from typing import Any

import msgspec

from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.storage.telemetry_reading import ListedBlock, read_bodies
from urgentry.telemetry.aggregation import values_of
from urgentry.telemetry.block import Asked, open_blocks
from urgentry.telemetry.conditions import positions
from urgentry.telemetry.names import AT, ROW
from urgentry.telemetry.signal import Signal

Place = tuple[int, int]
"""The time and the id of a signal."""

_FEW_BLOCKS = 4


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A signal with its project."""

    project_id: int
    signal: Signal


class _Spot(msgspec.Struct, frozen=True):
    """Where a signal stands, and what decides its rank."""

    rank: Any
    listed: ListedBlock
    position: int


async def newest(
    work: Work, question: Question, *, before: Place | None = None, limit: int
) -> list[Found]:
    """The newest signals before a place, newest first."""
    bounded = _until(question, before) if before else question
    spots: list[_Spot] = []
    async for chunk in work.chunks(bounded, first=_FEW_BLOCKS):
        spots += await _timed(work, bounded, chunk, before=before)
        spots.sort(key=lambda spot: spot.rank, reverse=True)
        del spots[limit:]
        if len(spots) == limit and spots[-1].rank[0] > chunk[-1].max_at:
            break
    return await _read(work, spots)


async def oldest(
    work: Work, question: Question, *, after: Place | None = None, limit: int
) -> list[Found]:
    """The oldest signals after a place, oldest first."""
    bounded = _since(question, after) if after else question
    spots: list[_Spot] = []
    async for chunk in work.chunks(bounded, oldest_first=True, first=_FEW_BLOCKS):
        spots += await _timed(work, bounded, chunk, after=after)
        spots.sort(key=lambda spot: spot.rank)
        del spots[limit:]
        if len(spots) == limit and spots[-1].rank[0] < chunk[-1].min_at:
            break
    return await _read(work, spots)


async def ranked(
    work: Work, question: Question, *, key: str, descending: bool, offset: int, limit: int
) -> list[Found]:
    """Signals in the order of an attribute, from a number on. Those without it come last; numbers
    come before texts."""
    kept = offset + limit
    best: list[_Spot] = []
    async for chunk in work.chunks(question):
        asked = await work.asked(question, chunk)
        bodies = await work.bodies(asked)
        best += await work.beside(
            _ranked_spots, question, asked, bodies, key, descending=descending
        )
        if len(best) > kept:
            best = heapq.nsmallest(kept, best, key=lambda spot: spot.rank)
    best.sort(key=lambda spot: spot.rank)
    return await _read(work, best[offset:kept])


async def _timed(
    work: Work,
    question: Question,
    chunk: Sequence[ListedBlock],
    *,
    before: Place | None = None,
    after: Place | None = None,
) -> list[_Spot]:
    asked = await work.asked(question, chunk)
    bodies = await work.bodies(asked)
    return await work.beside(_timed_spots, question, asked, bodies, before, after)


def _timed_spots(
    question: Question,
    asked: Sequence[Candidate],
    bodies: dict[int, bytes],
    before: Place | None,
    after: Place | None,
) -> list[_Spot]:
    spots = []
    for candidate, mask in matches(question, asked, bodies, frozenset({AT, ROW})):
        times, rows = candidate.block.times, candidate.block.rows
        for position in positions(mask, candidate.block.count):
            place = (times[position], rows[position])
            if (before is None or place < before) and (after is None or place > after):
                spots.append(_Spot(place, candidate.listed, position))
    return spots


def _ranked_spots(
    question: Question,
    asked: Sequence[Candidate],
    bodies: dict[int, bytes],
    key: str,
    *,
    descending: bool,
) -> list[_Spot]:
    spots = []
    for candidate, mask in matches(question, asked, bodies, frozenset({key, AT, ROW})):
        block = candidate.block
        values = values_of(block, key)
        for position in positions(mask, block.count):
            rank = (
                _rank(values[position], descending=descending),
                -block.times[position],
                -block.rows[position],
            )
            spots.append(_Spot(rank, candidate.listed, position))
    return spots


class _Backwards(str):
    """A text that sorts the other way."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _rank(value: Any, *, descending: bool) -> tuple[int, Any]:
    if value is None:
        return 2, 0
    if type(value) is str:
        return 1, _Backwards(value) if descending else value
    return 0, -value if descending else value


async def _read(work: Work, spots: Sequence[_Spot]) -> list[Found]:
    """The signals at some spots, in order. What expired a moment ago is left out."""
    places: dict[int, list[int]] = {}
    blocks: dict[int, ListedBlock] = {}
    for spot in spots:
        places.setdefault(spot.listed.block.id, []).append(spot.position)
        blocks[spot.listed.block.id] = spot.listed
    bodies = await read_bodies(work.tx, blocks.values())
    asked = [(blocks[id_].block, body, None) for id_, body in bodies.items()]
    signals = await work.beside(_signals_at, asked, places)
    return [
        Found(project_id=spot.listed.block.project_id, signal=signals[place])
        for spot in spots
        if (place := (spot.listed.block.id, spot.position)) in signals
    ]


def _signals_at(
    asked: Sequence[Asked], places: dict[int, list[int]]
) -> dict[tuple[int, int], Signal]:
    return {
        (block.id, position): signal
        for block in open_blocks(asked)
        for position, signal in zip(places[block.id], block.signals(places[block.id]), strict=True)
    }


def _until(question: Question, place: Place) -> Question:
    end = min(question.end, place[0] + 1)
    return msgspec.structs.replace(question, end=end)


def _since(question: Question, place: Place) -> Question:
    return msgspec.structs.replace(question, start=max(question.start, place[0]))
