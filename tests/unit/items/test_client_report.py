"""Client reports: what an SDK says that it dropped, taken entry by entry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.receipts import envelope, json_item, receipt
from urgentry import clock
from urgentry.domain.client_report import MAX_REASON_CHARS, ClientReport, Discard
from urgentry.domain.event import hour_of
from urgentry.ingest.items import client_report
from urgentry.ingest.reading import Reading
from urgentry.protocol.outcome import Rejected

NOW = 1_790_000_000 * clock.SECOND


def read(payload: Any, *, sent_at: int | None = None) -> Reading:
    item = json_item("client_report", payload)
    return client_report.read(item, receipt(received=NOW), envelope(item, sent_at=sent_at))


def report_of(reading: Reading) -> ClientReport:
    (record,) = reading.records
    assert isinstance(record, ClientReport)
    return record


def entry(**changes: Any) -> dict[str, Any]:
    return {"reason": "queue_overflow", "category": "error", "quantity": 3} | changes


def test_each_list_has_its_outcome() -> None:
    reading = read(
        {
            "discarded_events": [entry()],
            "rate_limited_events": [entry(reason="", category="session")],
            "filtered_events": [entry(reason="localhost", category="transaction")],
            "filtered_sampling_events": [entry(reason="Sampled:1000,3000", category="span")],
        }
    )
    assert report_of(reading).discards == (
        Discard(1, 5, "queue_overflow", 3),
        Discard(5, 2, "", 3),
        Discard(2, 1, "localhost", 3),
        Discard(12, 1, "Sampled:1000,3000", 3),
    )
    assert report_of(reading).counted == ()
    assert not reading.refused


def test_an_unknown_category_is_unknown() -> None:
    reading = read({"discarded_events": [entry(category="dreams")]})
    assert report_of(reading).discards[0].category == -1


@pytest.mark.parametrize(
    "bad",
    [
        entry(quantity=-1),
        entry(quantity=1 << 32),
        entry(quantity=1.5),
        entry(quantity=True),
        entry(quantity="3"),
        entry(quantity=None),
        entry(category=None),
        entry(category=4),
        entry(reason=7),
        "no entry",
        None,
    ],
)
def test_a_bad_entry_is_refused_alone(bad: Any) -> None:
    reading = read({"discarded_events": [entry(), bad, entry(quantity=4)]})
    assert [each.quantity for each in report_of(reading).discards] == [3, 4]
    (refused,) = reading.refused
    assert (refused.reason, refused.quantities) == ("payload", ((-1, 1),))


@pytest.mark.parametrize("reason", ["Sampled", "Sampled:", "Sampled:a", "localhost", "x" * 100])
def test_a_sampling_reason_names_rules(reason: str) -> None:
    reading = read({"filtered_sampling_events": [entry(reason=reason)]})
    assert (len(reading.records), len(reading.refused)) == (0, 1)


def test_reasons_are_cut_and_cleaned() -> None:
    reading = read({"discarded_events": [entry(reason="<b>\x00é\n" + "x" * 100)]})
    assert report_of(reading).discards[0].reason == "_b____" + "x" * (MAX_REASON_CHARS - 6)


@pytest.mark.parametrize("payload", [{}, {"discarded_events": []}])
def test_nothing_to_tell(payload: dict[str, Any]) -> None:
    assert read(payload) == Reading(records=[])


def test_quantities_of_zero_are_no_news() -> None:
    assert read({"discarded_events": [entry(quantity=0)]}) == Reading(records=[])


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff", b'{"discarded_events":'])
def test_what_is_no_report_is_refused(payload: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        read(payload)
    assert caught.value.reason == "invalid_json"


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "expected"),
    [
        (None, None, NOW),
        ("nonsense", None, NOW),
        ((NOW - 2 * clock.HOUR) / clock.SECOND, None, NOW - 2 * clock.HOUR),
        ((NOW - 2 * clock.HOUR) / clock.SECOND, NOW - 2 * clock.HOUR, NOW),
        ((NOW + 2 * clock.HOUR) / clock.SECOND, None, NOW),
        ((NOW - 31 * clock.DAY) / clock.SECOND, None, NOW),
    ],
    ids=["none", "nonsense", "earlier", "wrong clock", "future", "long ago"],
)
def test_it_counts_in_the_hour_in_which_it_was_made(
    timestamp: Any, sent_at: int | None, expected: int
) -> None:
    reading = read({"timestamp": timestamp, "discarded_events": [entry()]}, sent_at=sent_at)
    assert report_of(reading).hour == hour_of(expected)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53), 1 << 53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.lists(
    st.fixed_dictionaries({}, optional={"reason": JSON, "category": JSON, "quantity": JSON}) | JSON,
    max_size=4,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "timestamp": JSON,
            "discarded_events": ENTRIES | JSON,
            "filtered_events": ENTRIES,
            "filtered_sampling_events": ENTRIES,
        },
    )
)
def test_nothing_breaks_the_reader(payload: dict[str, Any]) -> None:
    reading = read(payload)
    for record in reading.records:
        assert isinstance(record, ClientReport)
        assert all(
            each.quantity > 0 and len(each.reason) <= MAX_REASON_CHARS for each in record.discards
        )
