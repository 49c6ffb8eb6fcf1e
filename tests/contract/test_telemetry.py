"""Spans and logs in the store: counted once, found in order, by trace and by what they say."""

import random
from collections.abc import AsyncIterator, Sequence

import pytest

from tests import queries
from tests.signals import NOW, TRACE, delivery, signal, span, span_id, store, trace_id
from urgentry import clock
from urgentry.errors import ApiError
from urgentry.explore import values
from urgentry.explore.listing import Found, newest, oldest, ranked
from urgentry.explore.measuring import measure
from urgentry.explore.question import Question, TooSlow
from urgentry.explore.scanning import Desk, Work
from urgentry.explore.traces import TraceScope, count_of_trace, find_extents, signals_of_trace
from urgentry.explore.values import common_values
from urgentry.storage.database import Database
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Buckets, Grouping
from urgentry.telemetry.columns import TEXT
from urgentry.telemetry.conditions import (
    ALWAYS,
    All,
    Between,
    Condition,
    Contains,
    Equals,
    Not,
    as_mask,
    positions,
)
from urgentry.telemetry.measures import Function, Measure
from urgentry.telemetry.signal import Kind, Signal

COUNT = Measure(Function.COUNT)


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    opened = Desk(database, seconds=30, at_once=2)
    yield opened
    opened.close()


def question(
    condition: Condition = ALWAYS,
    *,
    project_ids: Sequence[int] = (1,),
    organization_id: int = 1,
    kind: Kind = Kind.SPAN,
    start: int = NOW - clock.DAY,
    end: int = NOW + clock.DAY,
    now: int = NOW,
) -> Question:
    return Question(
        organization_id=organization_id,
        project_ids=project_ids,
        kind=kind,
        start=start,
        end=end,
        now=now,
        condition=condition,
    )


async def count(desk: Desk, asked: Question) -> int:
    async with desk.work() as work:
        ((_, (found,)),) = (await measure(work, asked, Grouping(measures=(COUNT,)))).items()
    return int(found or 0)


def ids(found: Sequence[Found]) -> list[int]:
    return [each.signal.id for each in found]


async def test_a_span_counts_once(database: Database, desk: Desk) -> None:
    first = [signal(span=span_id(1)), signal(span=span_id(2))]
    again = [signal(span=span_id(2)), signal(span=span_id(3)), signal(span=span_id(3))]
    assert await store(database, delivery(first)) == [[True, True]]
    assert await store(database, delivery(again)) == [[False, True, False]]
    other_trace = delivery([signal(span=span_id(1), trace=trace_id(9))])
    other_project = delivery([signal(span=span_id(1))], project_id=2)
    assert await store(database, other_trace, other_project) == [[True], [True]]
    assert await count(desk, question()) == 4
    assert await count(desk, question(project_ids=[1, 2])) == 5


@pytest.mark.parametrize("later", [clock.HOUR, -clock.HOUR])
async def test_it_is_known_in_the_hours_beside(database: Database, later: int) -> None:
    """Also by a server whose clock is behind."""
    await store(database, delivery([signal(span=span_id(1))]))
    again = delivery([signal(span=span_id(1)), signal(span=span_id(2))])
    assert await store(database, again, at=NOW + later) == [[False, True]]
    assert await store(database, again, at=NOW + 2 * later) == [[False, False]]
    assert await store(database, again, at=NOW + 5 * later) == [[True, True]]


async def test_claims_of_an_endless_trace_stay_bounded(database: Database) -> None:
    for first in range(0, 20_000, 4_000):
        spans = [signal(span=span_id(number + 1)) for number in range(first, first + 4_000)]
        assert await store(database, delivery(spans)) == [[True] * 4_000]
    assert await queries.value(database, "SELECT length(spans) FROM span_claim") == 65_536
    newest_and_oldest = [signal(span=span_id(20_000)), signal(span=span_id(12_000 + 1))]
    assert await store(database, delivery(newest_and_oldest)) == [[False, False]]
    assert await store(database, delivery([signal(span=span_id(1))])) == [[True]]


async def test_logs_have_no_id_of_their_own(database: Database, desk: Desk) -> None:
    twice = signal(span=span_id(1))
    for _ in range(2):
        assert await store(database, delivery([twice], kind=Kind.LOG)) == [[True]]
    assert await count(desk, question(kind=Kind.LOG)) == 2
    assert await count(desk, question()) == 0


def scattered(number: int) -> list[Signal]:
    """Signals over three hours, some at the same time, in batches that overlap in time."""
    rng = random.Random(number)  # noqa: S311 - the same every time
    return [
        span(
            NOW - rng.randrange(3 * 3600) * clock.SECOND,
            ms=rng.randrange(1_000),
            op=rng.choice(("db", "http", "view")),
            user=str(rng.randrange(40)),
            text=f"Step {rng.randrange(5)} of {rng.randrange(1_000)}",
        )
        for _ in range(number)
    ]


@pytest.fixture
async def spread(database: Database) -> list[Signal]:
    """Two thousand spans of two projects in batches of all sizes, in order of time."""
    made = scattered(2_000)
    start = 0
    for size in (1, 2, 700, 3, 500, 1, 600, 193):
        part = made[start : start + size]
        start += size
        halves = len(part) // 2
        await store(database, delivery(part[:halves]), delivery(part[halves:], project_id=2))
    return sorted(made, key=lambda each: each.order)


BOTH = (1, 2)


async def test_pages_meet_in_both_directions(desk: Desk, spread: list[Signal]) -> None:
    expected = [each.id for each in spread]
    async with desk.work() as work:
        down: list[Found] = []
        while len(down) < len(expected):
            place = down[-1].signal.order if down else None
            down += await newest(work, question(project_ids=BOTH), before=place, limit=333)
        assert ids(down) == expected[::-1]
        up: list[Found] = []
        while len(up) < len(expected):
            place = up[-1].signal.order if up else None
            up += await oldest(work, question(project_ids=BOTH), after=place, limit=333)
        assert ids(up) == expected
    assert [each.signal for each in up] == spread


CONDITIONS: dict[str, tuple[Condition, object]] = {
    "a common value": (
        Equals(names.OP, frozenset({"db"})),
        lambda a: a[names.OP] == "db",
    ),
    "a rare value": (Equals("user", frozenset({"7"})), lambda a: a["user"] == "7"),
    "not": (Not(Equals("user", frozenset({"7"}))), lambda a: a["user"] != "7"),
    "text": (Contains("text", "step 3 of 4"), lambda a: "Step 3 of 4" in a["text"]),
    "number": (Between(names.DURATION_MS, 990, None), lambda a: a[names.DURATION_MS] >= 990),
    "all": (
        All((Equals(names.OP, frozenset({"db"})), Between(names.DURATION_MS, None, 100))),
        lambda a: a[names.OP] == "db" and a[names.DURATION_MS] < 100,
    ),
    "nothing": (Equals("user", frozenset({"nobody"})), lambda _: False),
}


@pytest.mark.parametrize("name", CONDITIONS)
async def test_searches(desk: Desk, spread: list[Signal], name: str) -> None:
    condition, holds = CONDITIONS[name]
    expected = [each.id for each in spread if holds(each.attributes)]  # type: ignore[operator]
    asked = question(condition, project_ids=BOTH)
    async with desk.work() as work:
        assert ids(await newest(work, asked, limit=5)) == expected[::-1][:5]
        assert ids(await oldest(work, asked, limit=5)) == expected[:5]
        assert ids(await newest(work, asked, limit=5_000)) == expected[::-1]
    assert await count(desk, asked) == len(expected)


async def test_spans_of_time_are_exact(desk: Desk, spread: list[Signal]) -> None:
    start, end = NOW - 2 * clock.HOUR, NOW - clock.HOUR
    expected = [each.id for each in spread if start <= each.at < end]
    asked = question(start=start, end=end, project_ids=BOTH)
    async with desk.work() as work:
        assert ids(await oldest(work, asked, limit=5_000)) == expected
    assert await count(desk, asked) == len(expected)


async def test_an_attribute_can_order(desk: Desk, spread: list[Signal]) -> None:
    def duration(each: Signal) -> tuple[float, int, int]:
        ms = each.attributes[names.DURATION_MS]
        assert isinstance(ms, float | int)
        return -ms, -each.at, -each.id

    expected = [each.id for each in sorted(spread, key=duration)]
    async with desk.work() as work:
        found: list[Found] = []
        for offset in (0, 40):
            found += await ranked(
                work,
                question(project_ids=BOTH),
                key=names.DURATION_MS,
                descending=True,
                offset=offset,
                limit=40,
            )
    assert ids(found) == expected[:80]


async def test_texts_order_after_numbers_and_what_is_absent_last(
    database: Database, desk: Desk
) -> None:
    values: list[dict[str, object]] = [{"k": "b"}, {"k": 2}, {}, {"k": "a"}, {"k": 10}]
    made = [signal(NOW + n, attributes) for n, attributes in enumerate(values)]  # type: ignore[arg-type]
    await store(database, delivery(made))
    for descending, expected in ((False, [1, 4, 3, 0, 2]), (True, [4, 1, 0, 3, 2])):
        async with desk.work() as work:
            found = await ranked(
                work, question(), key="k", descending=descending, offset=0, limit=9
            )
        assert ids(found) == [made[place].id for place in expected]


async def test_measures_over_groups_and_time(desk: Desk, spread: list[Signal]) -> None:
    start = NOW - 3 * clock.HOUR
    grouping = Grouping(
        keys=(names.OP,),
        measures=(COUNT, Measure(Function.MOST, names.DURATION_MS)),
        buckets=Buckets(start, clock.HOUR),
    )
    async with desk.work() as work:
        found = await measure(work, question(start=start, project_ids=BOTH), grouping)
    expected: dict[tuple[object, ...], list[object]] = {}
    for each in spread:
        group = ((each.at - start) // clock.HOUR, each.attributes[names.OP])
        expected.setdefault(group, []).append(each.attributes[names.DURATION_MS])
    assert found == {
        group: (len(durations), max(durations))  # type: ignore[type-var]
        for group, durations in expected.items()
    }


async def test_too_many_groups_are_the_callers_mistake(
    desk: Desk, spread: list[Signal], monkeypatch: pytest.MonkeyPatch
) -> None:
    del spread
    monkeypatch.setattr("urgentry.explore.measuring.MOST_GROUPS", 10)
    async with desk.work() as work:
        with pytest.raises(ApiError, match="too many groups"):
            await measure(work, question(), Grouping(keys=("text",), measures=(COUNT,)))


async def test_values_of_an_attribute(desk: Desk, spread: list[Signal]) -> None:
    async with desk.work() as work:
        asked = question(project_ids=BOTH)
        found = await common_values(work, asked, names.OP, types=(TEXT,), limit=2)
    counts = {op: sum(each.attributes[names.OP] == op for each in spread) for op, _ in found}
    assert dict(found) == counts
    assert len(found) == 2


async def test_values_are_looked_for_among_the_newest(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signals that lack the attribute count too."""
    monkeypatch.setattr(values, "_ENOUGH_SIGNALS", 50)
    await store(database, delivery([signal(NOW - clock.MINUTE, {"rare": "old"})]))
    for number in range(70):
        await store(database, delivery([signal(NOW + number)]))
    async with desk.work() as work:
        assert await common_values(work, question(), "rare", types=(TEXT,), limit=2) == []
    await store(database, delivery([signal(NOW + clock.SECOND, {"rare": "new"})]))
    async with desk.work() as work:
        found = await common_values(work, question(), "rare", types=(TEXT,), limit=2)
    assert found == [("new", 1)]


async def test_a_trace_is_found_wherever_it_was(database: Database, desk: Desk) -> None:
    others = [signal(NOW + n * clock.SECOND, trace=trace_id(n + 1)) for n in range(600)]
    mine = [signal(NOW + n * 10 * clock.MINUTE) for n in range(20)]
    elsewhere = [signal(NOW - clock.HOUR)]
    await store(database, delivery([*others, *mine[:10]]))
    await store(database, delivery(mine[10:]), delivery(elsewhere, project_id=2))
    logs = [signal(NOW + clock.SECOND, {names.BODY: "hello"})]
    await store(database, delivery(logs, kind=Kind.LOG))

    async def ask(
        work: Work, project_ids: list[int], kind: Kind = Kind.SPAN, trace: bytes = TRACE
    ) -> list[int]:
        scope = TraceScope(
            organization_id=1, project_ids=project_ids, trace_id=trace, now=NOW + clock.DAY
        )
        found = ids(await signals_of_trace(work, scope, kind))
        assert await count_of_trace(work, scope, kind) == len(found)
        return found

    async with desk.work() as work:
        assert await ask(work, [1]) == [each.id for each in mine]
        assert await ask(work, [1, 2]) == [each.id for each in (*elsewhere, *mine)]
        assert await ask(work, [1], Kind.LOG) == [logs[0].id]
        assert await ask(work, [3]) == []
        assert await ask(work, [1], trace=trace_id(77)) == [others[76].id]
        scope = TraceScope(organization_id=1, project_ids=[1, 2], trace_id=TRACE, now=NOW)
        extents = await find_extents(work, scope)
        assert [(each.project_id, each.min_at, each.max_at) for each in extents] == [
            (1, NOW, mine[-1].at),
            (2, NOW - clock.HOUR, NOW - clock.HOUR),
        ]
        assert len(await signals_of_trace(work, scope, Kind.SPAN, limit=3)) == 3


async def test_other_organizations_see_nothing(database: Database, desk: Desk) -> None:
    await store(database, delivery([signal()]))
    assert await count(desk, question(organization_id=2)) == 0
    scope = TraceScope(organization_id=2, project_ids=[1], trace_id=TRACE, now=NOW)
    async with desk.work() as work:
        assert await signals_of_trace(work, scope, Kind.SPAN) == []


async def test_a_question_has_its_time(database: Database) -> None:
    await store(database, delivery([signal()]))
    impatient = Desk(database, seconds=-1, at_once=1)
    with pytest.raises(TooSlow):
        await count(impatient, question())
    impatient.close()


async def test_a_question_waits_for_its_turn_and_not_for_ever(database: Database) -> None:
    busy = Desk(database, seconds=0.05, at_once=1)
    async with busy.work():
        with pytest.raises(TooSlow):
            await count(busy, question())
    busy.close()


def test_masks_are_a_byte_a_signal() -> None:
    assert positions(as_mask(b"\1\0\1"), 3) == [0, 2]
