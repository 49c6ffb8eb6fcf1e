"""Quotas: the same windows on every server, told in the words of clients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry import clock
from urgentry.domain.quotas import QuotaScope, make_quota, make_spike_quota
from urgentry.ingest.spikes import FACTOR, LEAST_HOURS, caps_of
from urgentry.protocol.items import DataCategory, ItemType, quantities
from urgentry.protocol.limited import binding_categories, told_categories

SPAN, TRANSACTION = DataCategory.SPAN, DataCategory.TRANSACTION
ERROR = int(DataCategory.ERROR)


@given(st.integers(1, 10**6), st.integers(10, 2_592_000), st.integers(10**9, 4 * 10**9))
def test_a_time_is_in_one_window(owner_id: int, window_s: int, second: int) -> None:
    quota = make_quota(
        QuotaScope.PROJECT, owner_id, frozenset({ERROR}), quantity=1, window_s=window_s
    )
    window = quota.window_at(second * clock.SECOND)
    assert window.begins <= second < window.ends == window.begins + window_s
    assert quota.window_at(window.ends * clock.SECOND).begins == window.ends
    assert quota.window_at((window.ends - 1) * clock.SECOND) == window


def test_the_hour_of_a_spike_is_that_of_the_clock() -> None:
    quota = make_spike_quota(7, frozenset({ERROR}), quantity=1)
    assert quota.window_at(1_790_000_000 * clock.SECOND).begins % 3600 == 0


def test_what_a_quota_concerns() -> None:
    quota = make_quota(QuotaScope.KEY, 1, frozenset({ERROR}), quantity=1, window_s=60)
    assert quota.concerns(frozenset({ERROR, SPAN}))
    assert not quota.concerns(frozenset({SPAN}))
    everything = make_quota(QuotaScope.KEY, 1, frozenset(), quantity=0, window_s=60)
    assert everything.concerns(frozenset({SPAN}))


@pytest.mark.parametrize(
    ("item_type", "expected"),
    [
        (ItemType.EVENT, {ERROR}),
        (ItemType.TRANSACTION, {TRANSACTION, DataCategory.TRANSACTION_INDEXED}),
        (ItemType.SPAN, {SPAN, DataCategory.SPAN_INDEXED}),
        (ItemType.ATTACHMENT, {DataCategory.ATTACHMENT, DataCategory.ATTACHMENT_ITEM}),
        (ItemType.LOG, {DataCategory.LOG_ITEM, DataCategory.LOG_BYTE}),
        (ItemType.CLIENT_REPORT, set()),
    ],
)
def test_which_limits_refuse_an_item(item_type: ItemType, expected: set[DataCategory]) -> None:
    assert binding_categories(quantities(item_type, {}, 10)) == expected


def test_clients_are_told_in_their_own_words() -> None:
    assert told_categories({DataCategory.LOG_BYTE}) == (
        DataCategory.LOG_ITEM,
        DataCategory.LOG_BYTE,
    )
    assert told_categories(()) == ()


HOUR = 500_000


def test_a_cap_is_a_multiple_of_a_busy_hour() -> None:
    hours = {HOUR - 1 - number: {ERROR: 100 * (number % 10 + 1)} for number in range(100)}
    caps = {cap.categories: cap.quantity for cap in caps_of(1, hours, HOUR)}
    assert caps[frozenset({DataCategory.DEFAULT, ERROR, DataCategory.SECURITY})] == FACTOR * 1000
    assert caps[frozenset({TRANSACTION})] == 5_000, "the least"


def test_a_spike_does_not_teach_at_once() -> None:
    quiet = {HOUR - 1 - number: {ERROR: 500} for number in range(160)}
    stormy = quiet | {HOUR - 1 - number: {ERROR: 1_000_000} for number in range(10)}
    assert caps_of(1, stormy, HOUR) == caps_of(1, quiet, HOUR)
    grown = quiet | {HOUR - 1 - number: {ERROR: 1_000_000} for number in range(30)}
    assert caps_of(1, grown, HOUR)[0].quantity == FACTOR * 1_000_000


def test_quiet_hours_count() -> None:
    hours = {HOUR - 160: {ERROR: 1}, HOUR - 1: {ERROR: 10**9}}
    assert caps_of(1, hours, HOUR)[0].quantity == 1_000


def test_a_new_project_has_no_cap() -> None:
    assert caps_of(1, {}, HOUR) == ()
    assert caps_of(1, {HOUR - LEAST_HOURS + 1: {ERROR: 10}}, HOUR) == ()
    assert caps_of(1, {HOUR - LEAST_HOURS: {ERROR: 10}}, HOUR)
