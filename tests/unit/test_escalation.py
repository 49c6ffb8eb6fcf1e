"""How many events an hour make an archived issue escalate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry import clock
from urgentry.domain.escalation import LEAST, WEEK_HOURS, hourly_limit, is_young

HOURS = st.lists(st.integers(0, 10_000), max_size=WEEK_HOURS)


@pytest.mark.parametrize(
    ("hours", "young", "limit"),
    [
        ([], False, LEAST),
        ([0, 0], True, LEAST),
        ([1], True, LEAST),
        ([4, 0, 2], True, 40),
        ([100] * WEEK_HOURS, False, 500),  # steady: five times
        ([100] * 24 + [0] * 144, False, 500),  # hours without events do not count
        ([1] * 150 + [1000] * 3, False, 2000),  # bursts: twice the busiest
        ([1, 2, 3], False, 12),
    ],
)
def test_limits(hours: list[int], young: bool, limit: int) -> None:
    assert hourly_limit(hours, is_young=young) == limit


@given(HOURS, st.booleans())
def test_it_is_more_than_every_hour_of_the_week(hours: list[int], young: bool) -> None:
    limit = hourly_limit(hours, is_young=young)
    assert limit >= LEAST
    assert limit >= 2 * max(hours, default=0)


@given(HOURS, st.integers(1, 10_000))
def test_a_busier_hour_never_lowers_it(hours: list[int], more: int) -> None:
    """For a young issue, where the busiest hour alone decides."""
    assert hourly_limit([*hours, more], is_young=True) >= hourly_limit(hours, is_young=True)


def test_an_issue_is_young_for_a_week() -> None:
    now = 100 * clock.DAY
    assert is_young(now - 7 * clock.DAY + 1, now=now)
    assert not is_young(now - 7 * clock.DAY, now=now)
