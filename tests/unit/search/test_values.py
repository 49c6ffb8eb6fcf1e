"""Numbers, times and wildcards as people type them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry import clock
from urgentry.search.syntax import InvalidSearch, Term, Value
from urgentry.search.values import (
    Span,
    contains_pattern,
    has_wildcard,
    like_pattern,
    literal,
    number_span,
    time_span,
)

NOW = 1_700_000_000 * clock.SECOND
DAY = clock.DAY


def micros(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """A time of January 2020."""
    at = datetime(2020, 1, day, hour, minute, second, tzinfo=UTC)
    return round(at.timestamp()) * clock.SECOND


NUMBERS: list[tuple[str, str, Span]] = [
    ("", "5", (5, 6)),
    (">", "5", (6, None)),
    (">=", "5", (5, None)),
    ("<", "5", (None, 5)),
    ("<=", "5", (None, 6)),
    (">", "1.5k", (1501, None)),
    (">", "2M", (2_000_001, None)),
    ("<", "999999999999999b", (None, 2**62)),
]


@pytest.mark.parametrize(("operator", "text", "span"), NUMBERS)
def test_numbers(operator: str, text: str, span: Span) -> None:
    assert number_span(Term("timesSeen", (), operator), Value(text)) == span


TIMES: list[tuple[str, str, Span]] = [
    ("", "-24h", (NOW - DAY, None)),
    ("", "+2d", (None, NOW - 2 * DAY)),
    ("", "-1w", (NOW - 7 * DAY, None)),
    (">", "-30m", (NOW - 30 * clock.MINUTE + 1, None)),
    ("", "2020-01-02", (micros(2), micros(3))),
    (">=", "2020-01-02", (micros(2), None)),
    ("<", "2020-01-02T03:04:05", (None, micros(2, 3, 4, 5))),
    ("<", "2020-01-02T03:04:05Z", (None, micros(2, 3, 4, 5))),
    ("<", "2020-01-02T03:04:05+01:00", (None, micros(2, 2, 4, 5))),
    ("", "2020-01-02T03:04:05", (micros(2, 2, 59, 5), micros(2, 3, 10, 5))),
]


@pytest.mark.parametrize(("operator", "text", "span"), TIMES)
def test_times(operator: str, text: str, span: Span) -> None:
    assert time_span(Term("firstSeen", (), operator), Value(text), NOW) == span


@pytest.mark.parametrize("text", ["", "x", "5x", "--5", "1e5", "2020-13-01", "-5y", "24h"])
def test_what_is_none_is_an_error(text: str) -> None:
    with pytest.raises(InvalidSearch):
        number_span(Term("timesSeen", ()), Value(text or "x"))
    with pytest.raises(InvalidSearch):
        time_span(Term("firstSeen", ()), Value(text), NOW)


def test_wildcards() -> None:
    assert has_wildcard(Value("a*"))
    assert not has_wildcard(Value(r"a\*"))
    assert literal(Value(r"a\*b")) == "a*b"
    assert like_pattern(Value(r"A*_\*%\É")) == r"a%\_*\%\\É"
    assert contains_pattern(Value("Straße%")) == r"%strasse\%%"


@given(st.text(alphabet='*\\%_aÄ"', max_size=12))
def test_no_pattern_ends_in_a_lone_escape(text: str) -> None:
    for pattern in (like_pattern(Value(text)), contains_pattern(Value(text))):
        trailing = len(pattern) - len(pattern.rstrip("\\"))
        assert trailing % 2 == 0
