"""Stacked bars: their scale holds them all, their pieces add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry import clock
from urgentry.web.view.stacked import HEIGHT, round_up, round_up_bytes, stack

COUNTS = st.integers(0, 10**9)


@given(st.integers(0, 10**12))
def test_a_scale_is_just_above_what_it_shows(value: int) -> None:
    top = round_up(value)
    assert value <= top <= max(2 * value, 1)


@given(st.integers(0, 1 << 50))
def test_a_scale_of_bytes_is_above_what_it_shows(value: int) -> None:
    assert value <= round_up_bytes(value) <= max(4 * value, 1)


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (3, 4), (9, 10), (11, 12), (130, 160), (11_000, 12_000)]
)
def test_scales_are_round(value: int, top: int) -> None:
    assert round_up(value) == top


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=50))
def test_pieces_stand_on_each_other_within_the_chart(rows: list[tuple[int, int, int]]) -> None:
    layers = {name: [row[place] for row in rows] for place, name in enumerate("abc")}
    chart = stack(layers, begins=0, width=clock.HOUR)
    assert [column.counts for column in chart.columns] == [
        dict(zip("abc", row, strict=True)) for row in rows
    ]
    for column in chart.columns:
        floor = float(HEIGHT)
        for piece in column.pieces:
            top, height = float(piece.y), float(piece.height)
            assert top >= 0
            assert top + height == pytest.approx(floor, abs=4.6)
            floor = top


def test_nothing_is_no_bars() -> None:
    chart = stack({"a": [0, 0]}, begins=0, width=clock.DAY)
    assert [column.pieces for column in chart.columns] == [[], []]
    assert chart.top == 1
