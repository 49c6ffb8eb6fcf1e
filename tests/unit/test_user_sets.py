"""Sets of users: exact while they are few, close to the truth when they are many."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain import distinct
from urgentry.domain.event import user_key
from urgentry.domain.user_sets import EXACT_LIMIT, UserUnion, with_keys

KEYS = st.lists(st.integers(0, (1 << 63) - 1), max_size=60)


def people(first: int, count: int) -> list[int]:
    return [user_key(f"did:{number}") for number in range(first, first + count)]


def union(*sets: bytes) -> UserUnion:
    union = UserUnion()
    for stored in sets:
        union.add(stored)
    return union


@given(KEYS, KEYS)
def test_few_users_are_counted_exactly(some: list[int], more: list[int]) -> None:
    stored = with_keys(with_keys(b"", some), more)
    assert stored == with_keys(b"", [*more, *some])
    assert union(stored).count() == len({*some, *more})
    assert union(with_keys(b"", some), with_keys(b"", more)).count() == len({*some, *more})


@pytest.mark.parametrize("count", [EXACT_LIMIT, EXACT_LIMIT + 1, 3_000, 30_000])
def test_many_users_are_counted_closely(count: int) -> None:
    stored = b""
    for first in range(0, count, 250):
        stored = with_keys(stored, people(first, min(250, count - first)))
    counted = union(stored)
    assert counted.is_estimate == (count > EXACT_LIMIT)
    assert abs(counted.count() - count) <= (0.06 * count if counted.is_estimate else 0)
    assert len(stored) <= distinct.REGISTERS


def test_the_same_users_twice_count_once() -> None:
    crowd = with_keys(b"", people(0, 2_000))
    few = with_keys(b"", people(0, 100))
    assert union(crowd, few, crowd, few).count() == union(crowd).count()


def test_a_union_of_many_small_sets_stays_close() -> None:
    hours = [with_keys(b"", people(first, 400)) for first in range(0, 24_000, 400)]
    counted = union(*hours)
    assert counted.is_estimate
    assert counted.count() == pytest.approx(24_000, rel=0.06)


@given(st.randoms(use_true_random=True))
def test_sketches_merge_register_by_register(rnd: random.Random) -> None:
    one, two = (bytes(rnd.choices(range(53), k=distinct.REGISTERS)) for _ in range(2))
    merged = bytearray(one)
    distinct.merge(merged, two)
    assert merged == bytes(map(max, one, two))
