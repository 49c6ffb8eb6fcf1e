"""The header that tells clients to hold back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.items import DataCategory
from urgentry.protocol.ratelimits import (
    RateLimit,
    format_rate_limits,
    parse_rate_limits,
    rate_limit_headers,
)

EXAMPLE = "60:transaction:key, 2700:default;error;security:organization:usage_exceeded"
LIMITS = [
    RateLimit(retry_after_s=60, categories=(DataCategory.TRANSACTION,), scope="key"),
    RateLimit(
        retry_after_s=2700,
        categories=(DataCategory.DEFAULT, DataCategory.ERROR, DataCategory.SECURITY),
        reason_code="usage_exceeded",
    ),
]


def test_example_of_the_protocol() -> None:
    assert format_rate_limits(LIMITS) == EXAMPLE
    assert parse_rate_limits(EXAMPLE) == LIMITS


def test_headers_name_the_longest() -> None:
    assert rate_limit_headers(LIMITS) == [
        (b"x-sentry-rate-limits", EXAMPLE.encode()),
        (b"retry-after", b"2700"),
    ]
    assert rate_limit_headers([]) == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("10.2", [RateLimit(retry_after_s=11)]),
        ("10::", [RateLimit(retry_after_s=10)]),
        ("10:who_knows:key", []),
        (
            "10:who_knows;error:key",
            [RateLimit(retry_after_s=10, categories=(DataCategory.ERROR,), scope="key")],
        ),
        ("x:error:key", []),
        ("-1:error:key", []),
        ("nan::", []),
        ("", []),
    ],
)
def test_reads_as_clients_do(header: str, expected: list[RateLimit]) -> None:
    assert parse_rate_limits(header) == expected


@given(
    st.lists(
        st.builds(
            RateLimit,
            retry_after_s=st.integers(0, 10**6),
            categories=st.lists(st.sampled_from(DataCategory), max_size=4).map(tuple),
            scope=st.sampled_from(["organization", "project", "key"]),
            reason_code=st.text("abc_", max_size=5),
            namespaces=st.lists(st.text("abc", min_size=1), max_size=2).map(tuple),
        ),
        min_size=1,
    )
)
def test_what_is_formatted_is_read_again(limits: list[RateLimit]) -> None:
    assert parse_rate_limits(format_rate_limits(limits)) == limits


@given(st.text(":;,.0123456789errorkey "))
def test_whatever_comes_is_read(header: str) -> None:
    assert isinstance(parse_rate_limits(header), list)
