"""What is put into blocks comes out of them, and blocks are no larger than they may be."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals import NOW, block_of, signal, span_id, trace_id
from urgentry.telemetry.block import open_blocks
from urgentry.telemetry.columns import Form
from urgentry.telemetry.encoding import MOST_COLUMNS, MOST_SIGNALS, EncodedBlock, encode
from urgentry.telemetry.names import AT, PARENT, ROW, SPAN, TRACE
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import Signal, Value

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
SCALARS = st.one_of(st.text(max_size=20), NUMBERS, st.booleans())
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["a", "b", "ключ", "sentry.op", ""]),
    st.one_of(SCALARS, st.lists(SCALARS, max_size=3)),
)
IDS = st.integers(0, 3).map(span_id)
SIGNALS = st.builds(
    Signal,
    id=st.integers(0, 2**62),
    at=st.integers(0, 2**53),
    trace_id=st.integers(0, 5).map(trace_id),
    span_id=IDS,
    parent_id=IDS,
    segment_id=IDS,
    attributes=ATTRIBUTES,
)


def in_order(signals: list[Signal]) -> list[Signal]:
    return sorted(signals, key=lambda each: each.order)


def read(blocks: list[EncodedBlock]) -> list[Signal]:
    opened = open_blocks((block_of(block), block.body, None) for block in blocks)
    return [found for block in opened for found in block.signals()]


def form_of(values: list[Any]) -> Form:
    signals = [signal(attributes={} if each is None else {"a": each}) for each in values]
    (block,) = encode(signals, Packer())
    return block_of(block).directory.columns[0].form


@given(st.lists(SIGNALS, min_size=1, max_size=40))
def test_signals_come_back_as_they_were(signals: list[Signal]) -> None:
    assert read(encode(signals, Packer())) == in_order(signals)


@pytest.mark.parametrize("count", [1, 2, MOST_SIGNALS, MOST_SIGNALS + 1, 3 * MOST_SIGNALS - 1])
def test_no_block_is_larger_than_it_may_be(count: int) -> None:
    signals = [signal(NOW + number, {"n": number}) for number in range(count)]
    blocks = encode(reversed(signals), Packer())
    assert [block.count for block in blocks[:-1]] == [MOST_SIGNALS] * (len(blocks) - 1)
    assert [block.is_full for block in blocks] == [block.count == MOST_SIGNALS for block in blocks]
    assert read(blocks) == signals
    assert all(one.max_at < other.min_at for one, other in itertools.pairwise(blocks))


def test_many_different_attributes_make_more_blocks_and_none_is_joined_again() -> None:
    signals = [
        signal(NOW + number, {f"{number}.{key}": "x" for key in range(300)}) for number in range(8)
    ]
    blocks = encode(signals, Packer())
    assert read(blocks) == signals
    assert all(len(block_of(block).directory.columns) <= MOST_COLUMNS for block in blocks)
    assert len(blocks) > 1
    assert all(block.is_full for block in blocks)


def test_many_traces_and_one() -> None:
    many = [signal(NOW + number, trace=trace_id(number)) for number in range(400)]
    one = [signal(NOW + number) for number in range(400)]
    for signals in (many, one):
        assert read(encode(signals, Packer())) == signals


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["x"] * 20, Form.CONSTANT),
        (["x", None] * 10, Form.CODED),
        ([True, False] * 10, Form.CODED),
        ([str(number % 100).rjust(40) for number in range(400)], Form.CODED_APART),
        ([f"text {number}" for number in range(20)], Form.PLAIN),
        ([number % 300 for number in range(512)], Form.PLAIN),
        ([["a", 1], ["a", 2]] * 10, Form.CODED),
    ],
)
def test_columns_take_the_form_that_is_small(values: list[Any], form: Form) -> None:
    assert form_of(values) is form


def test_a_name_may_have_values_of_several_types() -> None:
    values: list[Value] = ["1", 1, 1.5, True, ["1"]]
    signals = [signal(NOW + number, {"a": value}) for number, value in enumerate(values)]
    (block,) = encode(signals, Packer())
    assert sorted(column.type for column in block_of(block).columns("a")) == ["a", "b", "n", "s"]
    assert read([block]) == signals


def test_only_what_is_asked_for_is_unpacked() -> None:
    signals = [signal(NOW + number, {"a": str(number), "b": number}) for number in range(100)]
    (encoded,) = encode(signals, Packer())
    (block,) = open_blocks([(block_of(encoded), encoded.body, frozenset({"a", AT}))])
    assert block.view("a")[0].expand() == [str(number) for number in range(100)]
    assert block.times == [each.at for each in signals]
    assert block.view("no such") == []
    with pytest.raises(KeyError):
        _ = block.rows
    block.shut()
    with pytest.raises(KeyError):
        _ = block.times


def test_parts_of_a_signal_are_seen_like_attributes() -> None:
    signals = [
        signal(NOW, trace=trace_id(1), span=span_id(7)),
        signal(NOW + 1, trace=trace_id(2), span=span_id(8), parent=span_id(7)),
    ]
    (encoded,) = encode(signals, Packer())
    (block,) = open_blocks([(block_of(encoded, project_id=9), encoded.body, None)])
    seen = {key: list(block.view(key)[0].expand()) for key in (TRACE, SPAN, PARENT, AT, ROW)}
    assert seen == {
        TRACE: [trace_id(1).hex(), trace_id(2).hex()],
        SPAN: [span_id(7).hex(), span_id(8).hex()],
        PARENT: [None, span_id(7).hex()],
        AT: [NOW, NOW + 1],
        ROW: [each.id for each in signals],
    }
    assert block.view("@project")[0].expand() == [9, 9]


def test_a_trace_is_found_at_its_place_only() -> None:
    """Not where two others touch."""
    one, other = bytes(range(16)), bytes(range(16, 32))
    (encoded,) = encode([signal(NOW, trace=one), signal(NOW + 1, trace=other)], Packer())
    block = block_of(encoded)
    assert block.has_trace(one)
    assert block.has_trace(other)
    assert not block.has_trace((one + other)[8:24])
