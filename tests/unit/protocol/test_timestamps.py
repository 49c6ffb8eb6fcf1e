"""Times in every form that clients write."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.clock import HOUR, SECOND
from urgentry.protocol.timestamps import format_timestamp, parse_rfc3339, parse_timestamp

MOMENT = 1_795_453_260 * SECOND  # 2026-11-23T17:01:00Z


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        ("2026-11-23T17:01:00Z", MOMENT),
        ("2026-11-23T17:01:00z", MOMENT),
        ("2026-11-23t17:01:00Z", MOMENT),
        ("2026-11-23 17:01:00+00:00", MOMENT),
        ("2026-11-23T17:01:00.5Z", MOMENT + 500_000),
        ("2026-11-23T17:01:00.123456Z", MOMENT + 123_456),
        ("2026-11-23T17:01:00.123456789Z", MOMENT + 123_456),
        ("2026-11-23T18:01:00+01:00", MOMENT),
        ("2026-11-23T16:31:00-0030", MOMENT),
        ("2026-11-23T17:01:00", MOMENT),
        ("2026-11-23T17:01:00.123", MOMENT + 123_000),
        ("2026-11-23T17:00:60Z", MOMENT),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -SECOND),
        (1_795_453_260, MOMENT),
        (1_795_453_260.25, MOMENT + 250_000),
        (0, 0),
        (-1.5, -1_500_000),
    ],
)
def test_reads(value: object, micros: int) -> None:
    assert parse_timestamp(value) == micros


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "today",
        "1795453260",
        "2026-11-23",
        "2026-11-23T17:01Z",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T17:01:61Z",
        "2026-11-23T17:01:00 o'clock",
        "2026-W48-1T17:01:00Z",
        "20261123T170100Z0000",
        "2026-11-23X17:01:00Z",
        "\uff12\uff10\uff12\uff16-11-23T17:01:00Z",
        "0001-01-01T00:00:00+01:00",
        float("nan"),
        float("inf"),
        1e300,
        10**30,
        253_402_300_800,
        1_795_453_260_000,
        [],
        {},
    ],
)
def test_refuses(value: object) -> None:
    assert parse_timestamp(value) is None


@pytest.mark.parametrize("value", ["2026-11-23T17:01:00", 1_795_453_260, None, "x"])
def test_rfc_3339_names_its_offset(value: object) -> None:
    assert parse_rfc3339(value) is None


def test_rfc_3339() -> None:
    assert parse_rfc3339("2026-11-23T17:01:00Z") == MOMENT
    assert parse_rfc3339("2026-11-23T16:01:00-01:00") == MOMENT
    assert parse_rfc3339("2026-11-23T18:01:00.000000+01:00") == MOMENT


def test_formats() -> None:
    assert format_timestamp(MOMENT) == "2026-11-23T17:01:00Z"
    assert format_timestamp(MOMENT + 5) == "2026-11-23T17:01:00.000005Z"


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_what_is_formatted_is_read_again(moment: datetime) -> None:
    micros = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    text = format_timestamp(micros)

    assert parse_timestamp(text) == parse_rfc3339(text) == micros
    assert parse_timestamp(text[:-1] + "+01:00") == micros - HOUR


@given(st.text() | st.text(alphabet="0123456789-:TtZz+. ", min_size=19) | st.floats())
def test_whatever_comes_is_a_time_or_none(value: object) -> None:
    assert isinstance(parse_timestamp(value), int | None)
