"""The budget of bytes in flight never goes over and never leaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.budget import BytesInFlight
from urgentry.protocol.outcome import Outcome, Rejected


def test_room_is_taken_and_given_back() -> None:
    budget = BytesInFlight(100)
    with budget.hold(60) as hold:
        hold.cover(50)
        assert budget.used == 60
        hold.cover(80)
        assert budget.used == 80
        hold.settle(30)
        assert budget.used == 30
    assert budget.used == 0
    hold.release()
    assert budget.used == 0


def test_no_room_now() -> None:
    budget = BytesInFlight(100, retry_after_s=7)
    with budget.hold(60), pytest.raises(Rejected) as caught:
        budget.hold(41)

    assert (caught.value.status, caught.value.outcome) == (429, Outcome.RATE_LIMITED)
    assert (b"retry-after", b"7") in caught.value.headers
    assert budget.used == 0


def test_no_room_ever() -> None:
    with pytest.raises(Rejected) as caught:
        BytesInFlight(100).hold(101)
    assert caught.value.status == 413


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.booleans()), max_size=40))
def test_use_is_the_sum_of_holds(steps: list[tuple[int, int, bool]]) -> None:
    budget = BytesInFlight(100)
    holds = [budget.hold(0) for _ in range(6)]
    for at, count, growing in steps:
        try:
            holds[at].cover(count) if growing else holds[at].settle(count)
        except Rejected:
            assert count > 0
        assert budget.used == sum(hold.size for hold in holds) <= budget.capacity
