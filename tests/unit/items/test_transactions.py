"""Transactions and spans of the older form."""

import math
from typing import Any

import orjson
import pytest

from tests.receipts import envelope, json_item, receipt
from tests.unit.items.entries import (
    NOW,
    PARENT,
    SPAN,
    TRACE,
    legacy_span,
    seconds,
    transaction,
)
from urgentry import clock
from urgentry.domain.filters import FilterSettings
from urgentry.ingest.items import span as spans
from urgentry.ingest.items import transaction as transactions
from urgentry.ingest.reading import Reading
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Rejected
from urgentry.telemetry.arrival import PreparedTransaction, SignalBatch
from urgentry.telemetry.signal import Signal


def read(payload: Any, *, dsc: Any = None, **about: Any) -> Reading:
    item = json_item("transaction", payload)
    carrier = envelope(item, sent_at=about.get("sent_at"))
    if dsc is not None:
        carrier.headers["trace"] = dsc
    return transactions.read(item, receipt(received=NOW, **about), carrier)


def prepared(payload: Any, **about: Any) -> PreparedTransaction:
    (record,) = read(payload, **about).records
    assert isinstance(record, PreparedTransaction)
    return record


def test_a_transaction_is_its_segment_its_spans_and_a_payload() -> None:
    found = prepared(
        transaction(
            legacy_span(),
            release="shop@1.0",
            environment="prod",
            platform="python",
            sdk={"name": "sentry.python", "version": "2.0"},
            user={"id": "7", "email": "ann@example.com"},
            tags={"region": "eu"},
            measurements={"lcp": {"value": 1.5, "unit": "second"}, "fid": {"value": None}},
            request={"method": "get", "url": "https://shop.example/orders/7"},
            extra={"a": 1},
        )
    )
    segment, child = found.signals
    shared = {
        "sentry.environment": "prod",
        "sentry.release": "shop@1.0",
        "sentry.platform": "python",
        "sentry.sdk.name": "sentry.python",
        "sentry.sdk.version": "2.0",
        "sentry.segment.name": "/orders/{id}",
        "sentry.event_id": found.event_id.hex(),
        "sentry.user": "id:7",
        "user.id": "7",
        "user.email": "ann@example.com",
    }
    assert segment.attributes == shared | {
        "sentry.op": "http.server",
        "sentry.description": "/orders/{id}",
        "sentry.status": "unknown",
        "sentry.segment.name.source": "unknown",
        "sentry.duration_ms": 1000.0,
        "sentry.exclusive_time_ms": 1000.0,
        "sentry.is_segment": True,
        "http.request.method": "GET",
        "url.full": "https://shop.example/orders/7",
        "region": "eu",
        "measurements.lcp": 1500.0,
    }
    assert (segment.at, segment.trace_id.hex()) == (NOW - clock.SECOND, TRACE)
    assert segment.segment_id == segment.span_id == bytes.fromhex(PARENT)
    assert child.attributes == shared | {
        "sentry.op": "db",
        "sentry.description": "SELECT 1",
        "sentry.duration_ms": 100.0,
        "sentry.exclusive_time_ms": 100.0,
        "sentry.is_segment": False,
    }
    assert child.parent_id == child.segment_id == segment.span_id
    payload = orjson.loads(found.payload)
    assert payload["title"] == "/orders/{id}"
    assert payload["extra"] == {"a": 1}
    assert payload["type"] == "transaction"
    assert payload["contexts"]["trace"]["op"] == "http.server"
    assert "spans" not in payload


def test_it_counts_with_its_spans() -> None:
    found = prepared(transaction(legacy_span(), legacy_span(span_id="a" * 16)))
    assert found.counted == (
        (DataCategory.TRANSACTION, 1),
        (DataCategory.TRANSACTION_INDEXED, 1),
        (DataCategory.SPAN, 3),
        (DataCategory.SPAN_INDEXED, 3),
    )


def test_what_goes_beyond_a_thousand_spans_is_counted_as_lost() -> None:
    many = [legacy_span(span_id=f"{number:016x}") for number in range(1, 1_004)]
    reading = read(transaction(*many))
    (refused,) = reading.refused
    assert (refused.reason, refused.quantities[0]) == ("too_large:span", (DataCategory.SPAN, 3))


TRACE_CONTEXT = {"trace_id": TRACE, "span_id": PARENT}


@pytest.mark.parametrize(
    "given",
    [
        {"timestamp": None},
        {"start_timestamp": None},
        {"start_timestamp": seconds(NOW) + 1},
        {"contexts": {}},
        {"contexts": None},
        {"contexts": {"trace": TRACE_CONTEXT | {"trace_id": "0" * 32}}},
        {"contexts": {"trace": TRACE_CONTEXT | {"span_id": "xyz"}}},
        {"contexts": {"trace": {"trace_id": TRACE}}},
        {"spans": [None]},
        {"spans": [legacy_span(span_id=None)]},
        {"spans": [legacy_span(trace_id="7")]},
        {"spans": [legacy_span(start_timestamp=None)]},
        {"spans": [legacy_span(timestamp=seconds(NOW) - 1)]},
    ],
)
def test_what_is_no_transaction_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as raised:
        read(transaction(**given))
    assert raised.value.reason == "invalid_transaction"


def test_a_span_without_an_end_ends_with_its_transaction() -> None:
    start = seconds(NOW) - 0.5
    found = prepared(transaction(legacy_span(start_timestamp=start, timestamp=None)))
    assert found.signals[1].attributes["sentry.duration_ms"] == 500.0
    assert found.signals[1].attributes["sentry.status"] == "deadline_exceeded"


def test_defaults() -> None:
    bare = transaction(legacy_span(op=None), transaction=None)
    bare["contexts"] = {"trace": dict(TRACE_CONTEXT)}
    found = prepared(bare)
    assert found.signals[0].attributes["sentry.op"] == "default"
    assert found.signals[0].attributes["sentry.status"] == "unknown"
    assert found.signals[0].attributes["sentry.description"] == "<unlabeled transaction>"
    assert found.signals[1].attributes["sentry.op"] == "default"
    assert orjson.loads(found.payload)["transaction_info"] == {"source": "unknown"}


def test_times_of_spans_move_with_those_of_the_transaction() -> None:
    found = prepared(
        transaction(
            legacy_span(
                start_timestamp=seconds(NOW - 2 * clock.HOUR) - 0.5,
                timestamp=seconds(NOW - 2 * clock.HOUR),
            ),
            start_timestamp=seconds(NOW - 2 * clock.HOUR) - 1,
            timestamp=seconds(NOW - 2 * clock.HOUR),
        ),
        sent_at=NOW - 2 * clock.HOUR,
    )
    assert [signal.at for signal in found.signals] == [
        NOW - clock.SECOND,
        NOW - clock.SECOND // 2,
    ]


@pytest.mark.parametrize(
    ("rate", "expected"), [("0.25", 0.25), (1, 1.0), ("x", None), (0, None), (math.inf, None)]
)
def test_the_sample_rate_of_the_envelope(rate: Any, expected: float | None) -> None:
    reading = read(transaction(), dsc={"trace_id": TRACE, "sample_rate": rate})
    (record,) = reading.records
    assert isinstance(record, PreparedTransaction)
    assert record.signals[0].attributes.get("sentry.client_sample_rate") == expected


def test_its_own_sample_rate_wins() -> None:
    given = {"trace": {**TRACE_CONTEXT, "client_sample_rate": 0.5}}
    (record,) = read(transaction(contexts=given), dsc={"sample_rate": "1"}).records
    assert isinstance(record, PreparedTransaction)
    assert record.signals[0].attributes["sentry.client_sample_rate"] == 0.5


def test_health_checks_can_be_filtered() -> None:
    with pytest.raises(Rejected) as raised:
        read(transaction(transaction="/healthz"), filters=FilterSettings(health_checks=True))
    assert raised.value.reason == "filtered-transaction"


def test_exclusive_time_is_what_children_do_not_cover() -> None:
    start = seconds(NOW) - 1

    def child(number: int, begins: float, ends: float, parent: str = PARENT) -> dict[str, Any]:
        return legacy_span(
            span_id=f"{number:016x}",
            parent_span_id=parent,
            start_timestamp=start + begins,
            timestamp=start + ends,
        )

    found = prepared(
        transaction(
            child(1, 0.1, 0.4),
            child(2, 0.3, 0.5),
            child(3, 0.9, 1.5),
            child(4, 0.1, 0.2, parent=f"{1:016x}"),
            child(5, 0.6, 0.7) | {"exclusive_time": 12.5},
        )
    )
    own = [signal.attributes["sentry.exclusive_time_ms"] for signal in found.signals]
    assert own == pytest.approx([400.0, 200.0, 200.0, 600.0, 100.0, 12.5])


def legacy(payload: Any) -> Signal:
    item = json_item("span", payload)
    (record,) = spans.read(item, receipt(received=NOW), envelope(item)).records
    assert isinstance(record, SignalBatch)
    (signal,) = record.signals
    return signal


def test_a_span_of_its_own() -> None:
    found = legacy(
        legacy_span(
            op="ui.interaction.click",
            status="ok",
            origin="auto.http",
            exclusive_time=90.0,
            data={"sentry.release": "shop@1", "nested": {"a": [1]}},
            tags={"region": "eu"},
            measurements={"inp": {"value": 100, "unit": "millisecond"}},
            sentry_tags={"environment": "prod"},
            segment_id=PARENT,
            profile_id="f" * 32,
        )
    )
    assert found.attributes == {
        "sentry.op": "ui.interaction.click",
        "sentry.description": "SELECT 1",
        "sentry.status": "ok",
        "sentry.origin": "auto.http",
        "sentry.duration_ms": 100.0,
        "sentry.exclusive_time_ms": 90.0,
        "sentry.release": "shop@1",
        "sentry.environment": "prod",
        "sentry.is_segment": False,
        "sentry.profile_id": "f" * 32,
        "nested": '{"a":[1]}',
        "region": "eu",
        "measurements.inp": 100,
    }
    assert found.segment_id.hex() == PARENT
    assert found.span_id.hex() == SPAN


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"is_segment": True}, True),
        ({"segment_id": SPAN}, True),
        ({"segment_id": PARENT}, False),
        ({}, False),
    ],
)
def test_a_span_of_its_own_may_be_a_segment(given: dict[str, Any], expected: bool) -> None:
    found = legacy(legacy_span(**given))
    assert found.attributes["sentry.is_segment"] is expected
