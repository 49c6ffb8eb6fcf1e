"""Short ids are read as they are written, and as people misread them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain.short_id import format_short_id, parse_short_id


@pytest.mark.parametrize(
    ("slug", "number", "text"),
    [("web", 1, "WEB-1"), ("web", 47, "WEB-1F"), ("my-app", 1024, "MY-APP-100"), ("a", 31, "A-Z")],
)
def test_writes(slug: str, number: int, text: str) -> None:
    assert format_short_id(slug, number) == text
    assert parse_short_id(text) == (slug, number)


@given(st.integers(min_value=0, max_value=2**60 - 1))
def test_there_and_back(number: int) -> None:
    assert parse_short_id(format_short_id("web", number).lower()) == ("web", number)


def test_reads_letters_that_look_like_digits() -> None:
    assert parse_short_id("web-1O") == parse_short_id("web-lo") == ("web", 32)


@pytest.mark.parametrize("text", ["", "web", "-1", "web-", "web-1U", "web-é", "web-" + "1" * 13])
def test_what_is_none(text: str) -> None:
    assert parse_short_id(text) is None
