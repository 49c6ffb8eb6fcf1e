"""Tests of signals, and what is known of a block without opening it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals import NOW, block_of, signal, trace_id
from urgentry.domain.patterns import Patterns
from urgentry.telemetry.block import open_blocks
from urgentry.telemetry.conditions import (
    ALWAYS,
    All,
    Between,
    Condition,
    Contains,
    Either,
    Equals,
    Has,
    Matches,
    Not,
    between_times,
    everything,
    keys_of,
    mask_of,
    positions,
)
from urgentry.telemetry.encoding import encode
from urgentry.telemetry.names import BODY, TRACE
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import Signal, Value
from urgentry.telemetry.verdicts import Verdict, may_hold, verdict

SIGNALS = [
    signal(NOW + 0, {"a": "x", "n": 1}),
    signal(NOW + 1, {"a": "X y", "n": 2.5}),
    signal(NOW + 2, {"a": 200, "n": 200}),
    signal(NOW + 3, {"a": True}),
    signal(NOW + 4, {"a": ["x", 7], "n": -3}),
    signal(NOW + 5, {"b": "x"}),
    signal(NOW + 6, {BODY: 'said "Hëllo"\n', "a": "200"}, trace=trace_id(9)),
]


def equals(key: str, *texts: str) -> Equals:
    return Equals(key, frozenset(texts))


def found(condition: Condition, signals: Sequence[Signal]) -> list[int]:
    (encoded,) = encode(signals, Packer())
    (block,) = open_blocks([(block_of(encoded), encoded.body, None)])
    return positions(mask_of(condition, block), block.count)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (ALWAYS, [0, 1, 2, 3, 4, 5, 6]),
        (Either(), []),
        (equals("a", "x"), [0, 4]),
        (equals("a", "x", "X y"), [0, 1, 4]),
        (equals("a", "200"), [2, 6]),
        (equals("a", "200.0"), [2]),
        (equals("a", "true"), [3]),
        (equals("a", "7"), [4]),
        (equals("n", "2.5"), [1]),
        (equals("n", "nan"), []),
        (equals("no such", ""), []),
        (Matches("a", Patterns(["x*"])), [0, 1, 4]),
        (Contains("a", "y"), [1]),
        (Contains(BODY, 'd "hël'), [6]),
        (Contains(BODY, "\n"), [6]),
        (Contains(BODY, "hello"), []),
        (Between("n", low=1), [0, 1, 2]),
        (Between("n", low=1, with_low=False), [1, 2]),
        (Between("n", high=1), [4]),
        (Between("n", high=1, with_high=True), [0, 4]),
        (Between("a", low=100), [2]),
        (Has("a"), [0, 1, 2, 3, 4, 6]),
        (Not(Has("a")), [5]),
        (Not(equals("a", "x")), [1, 2, 3, 5, 6]),
        (All((Has("n"), Not(equals("a", "x")))), [1, 2]),
        (Either((equals("b", "x"), Between("n", high=0))), [4, 5]),
        (equals(TRACE, trace_id(9).hex()), [6]),
        (equals("@project", "1"), [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_conditions(condition: Condition, expected: list[int]) -> None:
    assert found(condition, SIGNALS) == expected


def test_long_columns_are_tested_like_short_ones() -> None:
    """They are not coded, and texts in them are looked for in their JSON first."""
    signals = [
        signal(NOW + n, {BODY: f"Order {n} äö" if n % 2 else f"order {n}"}) for n in range(300)
    ]
    assert found(Contains(BODY, "order 17"), signals) == [17, *range(170, 180)]
    assert found(Contains(BODY, "order 171 ä"), signals) == [171]
    assert found(Contains(BODY, "order 300"), signals) == []
    assert found(equals(BODY, "order 172"), signals) == [172]
    assert found(Not(Contains(BODY, "order")), signals) == []


def test_times() -> None:
    (encoded,) = encode(SIGNALS, Packer())
    (block,) = open_blocks([(block_of(encoded), encoded.body, None)])
    assert positions(between_times(block, NOW + 2, NOW + 4), block.count) == [2, 3]


def test_keys_are_those_of_all_parts() -> None:
    condition = All((Not(Has("a")), Either((equals("b", "1"), Between("c", low=1)))))
    assert keys_of(condition) == {"a", "b", "c"}


KEYS = st.sampled_from(["a", "b", "no such"])
TEXTS = st.sampled_from(["x", "y", "1", "2", "2.0", "true", "0.5"])
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS,
    st.integers(0, 3),
    st.sampled_from([0.5, 2.0]),
    st.booleans(),
    st.lists(TEXTS, min_size=1, max_size=2).map(list[str | int | float | bool]),
)
TESTS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Equals, KEYS, st.frozensets(TEXTS, min_size=1, max_size=2)),
    st.builds(Matches, KEYS, st.sampled_from([Patterns(["{x,y}"]), Patterns(["*"])])),
    st.builds(Contains, KEYS, st.sampled_from(["x", "e", ""])),
    st.builds(Between, KEYS, st.integers(0, 3), st.integers(1, 4), st.booleans(), st.booleans()),
    st.builds(Has, KEYS),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), VALUES), min_size=1, max_size=12)


@given(ROWS, CONDITIONS, st.integers(1, 60))
def test_what_is_known_beforehand_is_true(
    rows: list[dict[str, Value]], condition: Condition, times: int
) -> None:
    """Whatever form the columns take: repeated rows are coded, few are not."""
    signals = [signal(NOW + n, row) for n, row in enumerate(rows * times)][:512]
    (encoded,) = encode(signals, Packer())
    unopened = block_of(encoded)
    known, may = verdict(condition, unopened), may_hold(condition, encoded.bloom)
    (block,) = open_blocks([(block_of(encoded), encoded.body, None)])
    mask = mask_of(condition, block)
    if known is Verdict.NONE or not may:
        assert mask == 0
    if known is Verdict.ALL:
        assert mask == everything(block.count)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (equals("a", "1"), Verdict.SOME),
        (equals("a", "5"), Verdict.NONE),
        (equals("c", "same"), Verdict.ALL),
        (Not(equals("c", "same")), Verdict.NONE),
        (Between("n", low=1_000), Verdict.NONE),
        (Between("n", low=10), Verdict.SOME),
        (equals("n", "2000"), Verdict.NONE),
        (Has("no such"), Verdict.NONE),
        (equals(TRACE, trace_id(3).hex()), Verdict.NONE),
        (equals(TRACE, "no id"), Verdict.NONE),
        (equals(TRACE, bytes(range(16)).hex()), Verdict.SOME),
    ],
)
def test_directories_tell(condition: Condition, expected: Verdict) -> None:
    rows = [signal(NOW + n, {"a": str(n % 3), "c": "same", "n": n * 1.5}) for n in range(400)]
    (encoded,) = encode(rows, Packer())
    assert verdict(condition, block_of(encoded)) is expected


def test_bloom_filters_pass_most_blocks_over() -> None:
    signals = [signal(NOW + n, {"user.id": str(n), "n": n, BODY: f"body {n}"}) for n in range(512)]
    (encoded,) = encode(signals, Packer())
    assert all(may_hold(equals("user.id", str(n)), encoded.bloom) for n in range(512))
    assert all(may_hold(equals("n", f"{n}.0"), encoded.bloom) for n in range(512))
    wrong = sum(may_hold(equals("user.id", str(n)), encoded.bloom) for n in range(1_000, 2_000))
    assert wrong < 100
    assert may_hold(equals(BODY, "whatever"), encoded.bloom)
    assert may_hold(equals("n", "0.5"), encoded.bloom)
