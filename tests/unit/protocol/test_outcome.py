"""Refusals carry a fate for the ledger and an answer for the client."""

from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import (
    Outcome,
    Reason,
    Rejected,
    filtered,
    invalid,
    overloaded,
    too_large,
)


def test_ids_are_sentrys() -> None:
    names = {int(outcome): outcome.wire_name for outcome in Outcome}
    assert names == {
        0: "accepted",
        1: "filtered",
        2: "rate_limited",
        3: "invalid",
        4: "abuse",
        5: "client_discard",
        6: "cardinality_limited",
    }


def test_invalid() -> None:
    rejected = invalid(Reason.INVALID_JSON, "invalid JSON data", causes=["line 1"])

    assert isinstance(rejected, Rejected)
    assert (rejected.outcome, rejected.reason) == (Outcome.INVALID, "invalid_json")
    assert (rejected.status, rejected.causes) == (400, ("line 1",))
    assert str(rejected) == "invalid JSON data"


def test_filtered_is_no_error_for_the_client() -> None:
    rejected = filtered("browser-extensions", category=DataCategory.ERROR)

    assert (rejected.status, rejected.detail) == (200, "browser-extensions")
    assert rejected.category is DataCategory.ERROR


def test_overload_says_when_to_come_back() -> None:
    rejected = overloaded(retry_after_s=0)

    assert (rejected.status, rejected.outcome) == (429, Outcome.RATE_LIMITED)
    assert dict(rejected.headers) == {
        b"retry-after": b"1",
        b"x-sentry-rate-limits": b"1::organization:overload",
    }


def test_too_large_names_the_type() -> None:
    assert too_large("event") == "too_large:event"
