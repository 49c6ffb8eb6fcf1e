"""Groups and measures of blocks are those of their signals."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.signals import NOW, block_of, signal
from urgentry import clock
from urgentry.telemetry.aggregation import Aggregation, Buckets, Grouping, TooManyGroups
from urgentry.telemetry.block import Block, open_blocks
from urgentry.telemetry.conditions import ALWAYS, Between, Condition, Equals, mask_of
from urgentry.telemetry.encoding import encode
from urgentry.telemetry.measures import Function, Measure
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import Signal, Value

COUNT = Measure(Function.COUNT)


def attributes(number: int) -> dict[str, Value]:
    found: dict[str, Value] = {"op": ("db", "http", "view")[number % 3], "ms": number * 0.5}
    found["odd"] = number if number % 2 else str(number)
    if number % 5:
        found["user"] = f"u{number % 7}"
    return found


SIGNALS = [signal(NOW + number * clock.SECOND, attributes(number)) for number in range(1_200)]


def blocks_of(signals: Sequence[Signal]) -> list[Block]:
    encoded = encode(signals, Packer())
    return open_blocks((block_of(each), each.body, None) for each in encoded)


def aggregate(
    grouping: Grouping, condition: Condition = ALWAYS
) -> dict[tuple[Any, ...], tuple[float | None, ...]]:
    aggregation = Aggregation(grouping)
    for block in blocks_of(SIGNALS):
        aggregation.add(block, mask_of(condition, block))
    return dict(aggregation.results())


def by_hand(key: Callable[[Signal], Any], value: Callable[[list[Signal]], Any]) -> dict[Any, Any]:
    groups: dict[Any, list[Signal]] = {}
    for each in SIGNALS:
        groups.setdefault(key(each), []).append(each)
    return {group: value(members) for group, members in groups.items()}


def test_measures_of_everything() -> None:
    measures = (
        COUNT,
        Measure(Function.COUNT, "user"),
        Measure(Function.DISTINCT, "user"),
        Measure(Function.SUM, "ms"),
        Measure(Function.AVERAGE, "ms"),
        Measure(Function.LEAST, "ms"),
        Measure(Function.MOST, "ms"),
        Measure(Function.QUANTILE, "ms", 0.5),
        Measure(Function.QUANTILE, "ms", 0.9),
        Measure(Function.COUNT, condition=Equals("op", frozenset({"db"}))),
        Measure(Function.SUM, "odd"),
        Measure(Function.AVERAGE, "op"),
    )
    (values,) = aggregate(Grouping(measures=measures)).values()
    expected: tuple[object, ...] = (
        *(1_200, 960, 7, 359_700.0, 299.75, 0.0, 599.5, 299.75, pytest.approx(539.55)),
        *(400, sum(range(1, 1_200, 2)), None),
    )
    assert values == expected


def test_groups_and_conditions() -> None:
    grouping = Grouping(keys=("op", "user"), measures=(COUNT, Measure(Function.MOST, "ms")))
    found = aggregate(grouping, Between("ms", low=100))

    def key(each: Signal) -> tuple[Any, Any]:
        return each.attributes["op"], each.attributes.get("user")

    def value(members: list[Signal]) -> tuple[int, float]:
        slow = [float(each.attributes["ms"]) for each in members if each.attributes["ms"] >= 100]  # type: ignore[operator, arg-type]
        return len(slow), max(slow)

    assert found == by_hand(key, value)


def test_buckets_come_before_other_keys() -> None:
    grouping = Grouping(
        keys=("op",), measures=(COUNT,), buckets=Buckets(NOW - clock.MINUTE, clock.MINUTE)
    )
    found = aggregate(grouping)
    assert found == by_hand(
        lambda each: ((each.at - NOW) // clock.MINUTE + 1, each.attributes["op"]),
        lambda members: (len(members),),
    )


def test_a_group_is_what_is_there_whatever_its_type() -> None:
    found = aggregate(Grouping(keys=("odd",), measures=(COUNT,)))
    assert found[1,] == (1,)
    assert found["2",] == (1,)


def test_nothing_is_counted_as_nothing() -> None:
    nothing = aggregate(
        Grouping(measures=(COUNT, Measure(Function.AVERAGE, "ms"))), Between("ms", low=1e9)
    )
    assert nothing == {(): (0, None)}
    assert aggregate(Grouping(keys=("op",), measures=(COUNT,)), Between("ms", low=1e9)) == {}


def test_blocks_can_be_counted_unopened() -> None:
    aggregation = Aggregation(Grouping(measures=(COUNT,)))
    assert aggregation.needs_no_values
    aggregation.add_uncounted(512)
    aggregation.add_uncounted(3)
    assert dict(aggregation.results()) == {(): (515,)}
    assert not Aggregation(Grouping(keys=("op",), measures=(COUNT,))).needs_no_values


def test_too_many_groups_are_refused() -> None:
    aggregation = Aggregation(Grouping(keys=("ms",), measures=(COUNT,)), most_groups=100)
    block = blocks_of(SIGNALS)[0]
    with pytest.raises(TooManyGroups):
        aggregation.add(block, mask_of(ALWAYS, block))


def test_many_distinct_values_are_estimated() -> None:
    aggregation = Aggregation(Grouping(measures=(Measure(Function.DISTINCT, "id"),)))
    for block in blocks_of([signal(NOW + n, {"id": f"id {n}"}) for n in range(30_000)]):
        aggregation.add(block, mask_of(ALWAYS, block))
    ((_, (estimate,)),) = aggregation.results()
    assert estimate is not None
    assert math.isclose(estimate, 30_000, rel_tol=0.08)
