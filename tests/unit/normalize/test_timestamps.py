"""Points in time in every spelling, and clocks that are wrong."""

from typing import Any

import pytest

from tests.unit.normalize.events import NOW, RECEIVED, errors_of, normalized

MINUTE = 60
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("2026-11-23T11:00:00Z", NOW - 3600),
        ("2026-11-23T11:00:00", NOW - 3600),
        ("2026-11-23 11:00:00", NOW - 3600),
        ("2026-11-23T12:00:00+01:00", NOW - 3600),
        ("2026-11-23T11:00:00.123456789Z", NOW - 3600 + 0.123457),
        (NOW - 5, NOW - 5),
        (int(NOW) - 5, NOW - 5),
        (NOW + 59, NOW + 59),
    ],
)
def test_spellings(given: Any, seconds: float) -> None:
    event = normalized({"timestamp": given})
    assert event["timestamp"] == seconds
    assert event["received"] == NOW
    assert "errors" not in event


@pytest.mark.parametrize("given", ["garbage", "2026-11-23", "", [], True, {}, 1e300, "12:00"])
def test_what_is_no_time_is_the_time_of_receipt(given: Any) -> None:
    event = normalized({"timestamp": given})
    assert event["timestamp"] == NOW
    assert errors_of(event) == [("timestamp", "invalid_data")]


@pytest.mark.parametrize(
    ("given", "kind"),
    [(NOW + 61, "future_timestamp"), (NOW - 31 * 86_400, "past_timestamp")],
)
def test_implausible_times_shift_the_whole_event(given: float, kind: str) -> None:
    crumbs = [{"timestamp": given - 10}, {"timestamp": "1970-01-01T00:00:00Z"}]
    event = normalized({"timestamp": given, "breadcrumbs": crumbs})
    assert event["timestamp"] == NOW
    assert event["breadcrumbs"]["values"][0]["timestamp"] == NOW - 10
    assert errors_of(event) == [("timestamp", kind)]
    assert event["errors"][0]["server_time"] == "2026-11-23T12:00:00+00:00"


def test_a_clock_that_drifts_by_an_hour_is_corrected() -> None:
    sent = NOW - 60 * MINUTE
    event = normalized(
        {"timestamp": sent - 2, "start_timestamp": sent - 3, "breadcrumbs": [{"timestamp": sent}]},
        sent_at=RECEIVED - 60 * MINUTE * SECOND,
    )
    assert event["timestamp"] == NOW - 2
    assert event["start_timestamp"] == NOW - 3
    assert event["breadcrumbs"]["values"][0]["timestamp"] == NOW
    assert errors_of(event) == [("timestamp", "clock_drift")]


def test_a_smaller_drift_is_taken_for_delay() -> None:
    event = normalized({"timestamp": NOW - 9}, sent_at=RECEIVED - 54 * MINUTE * SECOND)
    assert event["timestamp"] == NOW - 9
    assert "errors" not in event
