"""A trace: its spans, logs and metrics from all projects that may be seen."""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.explore.listing import Found
from urgentry.explore.measuring import measure
from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.storage.telemetry_reading import Extent, list_extents
from urgentry.telemetry.aggregation import Function, Grouping, Measure
from urgentry.telemetry.conditions import Equals, positions
from urgentry.telemetry.names import TRACE
from urgentry.telemetry.signal import Kind

MOST_SIGNALS = 10_000


class TraceScope(msgspec.Struct, frozen=True, kw_only=True):
    """A trace within some projects of an organization. `start` and `end` (microseconds) narrow it
    where they are given."""

    organization_id: int
    project_ids: Sequence[int]
    trace_id: bytes
    now: int
    start: int | None = None
    end: int | None = None


async def signals_of_trace(
    work: Work, trace: TraceScope, kind: Kind, *, limit: int = MOST_SIGNALS
) -> list[Found]:
    """Its signals of a kind in order of time, the first ones where there are more than `limit`."""
    question = await _question(work, trace, kind)
    if question is None:
        return []
    found: list[Found] = []
    async for chunk in work.chunks(question, oldest_first=True):
        asked = await work.asked(question, chunk)
        found += await work.beside(_read, question, asked, await work.bodies(asked))
    found.sort(key=lambda each: each.signal.order)
    return found[:limit]


async def count_of_trace(work: Work, trace: TraceScope, kind: Kind) -> int:
    """How many signals of a kind it has."""
    question = await _question(work, trace, kind)
    if question is None:
        return 0
    counted = await measure(work, question, Grouping(measures=(Measure(Function.COUNT),)))
    return int(counted[()][0] or 0)


async def find_extents(work: Work, trace: TraceScope) -> list[Extent]:
    """In which of the projects it was seen, and when."""
    return await list_extents(work.tx, trace.trace_id, trace.project_ids, now=trace.now)


async def _question(work: Work, trace: TraceScope, kind: Kind) -> Question | None:
    extents = await find_extents(work, trace)
    if not extents:
        return None
    start, end = _span(extents)
    return Question(
        organization_id=trace.organization_id,
        project_ids=[extent.project_id for extent in extents],
        kind=kind,
        start=start if trace.start is None else max(start, trace.start),
        end=end if trace.end is None else min(end, trace.end),
        now=trace.now,
        condition=Equals(TRACE, frozenset({trace.trace_id.hex()})),
    )


def _span(extents: Iterable[Extent]) -> tuple[int, int]:
    known = list(extents)
    return min(extent.min_at for extent in known), max(extent.max_at for extent in known) + 1


def _read(question: Question, asked: Sequence[Candidate], bodies: dict[int, bytes]) -> list[Found]:
    found: list[Found] = []
    for candidate, mask in matches(question, asked, bodies, None):
        block = candidate.block
        signals = block.signals(positions(mask, block.count))
        found += [Found(project_id=block.project_id, signal=signal) for signal in signals]
    return found
