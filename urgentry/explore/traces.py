"""A trace: its spans, logs and metrics from all projects that may be seen."""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.explore.listing import Found
from urgentry.explore.measuring import measure
from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Work, matches
from urgentry.storage.telemetry_reading import Extent, list_extents
from urgentry.telemetry.aggregation import Function, Grouping, GroupKey, Measure
from urgentry.telemetry.conditions import All, Condition, Equals, positions
from urgentry.telemetry.names import SEGMENT, TRACE
from urgentry.telemetry.signal import Kind

MOST_SIGNALS = 10_000


class TraceScope(msgspec.Struct, frozen=True, kw_only=True):
    """A trace within some projects of an organization. `start` and `end` (microseconds) and the id
    of a segment narrow it where they are given."""

    organization_id: int
    project_ids: Sequence[int]
    trace_id: bytes
    now: int
    start: int | None = None
    end: int | None = None
    segment_id: bytes | None = None

    @property
    def condition(self) -> Condition:
        """What makes a signal one of it."""
        of_trace = Equals(TRACE, frozenset({self.trace_id.hex()}))
        if self.segment_id is None:
            return of_trace
        return All((of_trace, Equals(SEGMENT, frozenset({self.segment_id.hex()}))))


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
    return (await count_groups_of_trace(work, trace, kind)).get((), 0)


async def count_groups_of_trace(
    work: Work, trace: TraceScope, kind: Kind, *keys: str
) -> dict[GroupKey, int]:
    """The same by the values of attributes."""
    question = await _question(work, trace, kind)
    if question is None:
        return {}
    grouping = Grouping(keys=keys, measures=(Measure(Function.COUNT),))
    counted = await measure(work, question, grouping)
    return {group: int(values[0] or 0) for group, values in counted.items()}


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
        condition=trace.condition,
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
