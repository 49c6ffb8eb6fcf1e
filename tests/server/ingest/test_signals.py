"""Transactions, spans, logs and metrics on the wire: what is taken, and how it is counted."""

from typing import Any

import orjson
import pytest

from tests.server.ingest.wire import Wire, envelope_of
from tests.unit.items.entries import TRACE, legacy_span, log, metric, span, transaction
from urgentry import clock
from urgentry.ingest.envelope import format_envelope, make_item
from urgentry.ingest.signals.logs import CONTENT_TYPE as LOGS
from urgentry.ingest.signals.metrics import CONTENT_TYPE as METRICS
from urgentry.ingest.signals.spans import CONTENT_TYPE as SPANS


def now() -> float:
    return clock.now() / clock.SECOND


def container(kind: str, content_type: str, *entries: Any, dsc: Any = None) -> bytes:
    payload = orjson.dumps({"items": entries})
    item = make_item(kind, payload, content_type=content_type, item_count=len(entries))
    return format_envelope({"trace": dsc} if dsc else {}, [item])


def test_a_log_container(wire: Wire) -> None:
    before = wire.ledger()
    body = container("log", LOGS, log(timestamp=now()), log(timestamp=now(), body=None))
    answer = wire.envelope(body)
    assert (answer.status_code, answer.json()) == (200, {})
    after = wire.ledger()
    assert after.since(before) == {("log_item", "accepted", ""): 1}
    assert after.is_balanced


def test_a_metric_container(wire: Wire) -> None:
    before = wire.ledger()
    assert (
        wire.envelope(container("trace_metric", METRICS, metric(timestamp=now()))).status_code
        == 200
    )
    assert wire.ledger().since(before) == {("trace_metric", "accepted", ""): 1}


def fresh_span(number: int, **given: Any) -> dict[str, Any]:
    ids = {"span_id": f"{number:016x}", "start_timestamp": now() - 1, "end_timestamp": now()}
    return span(**ids, **given)


def test_a_span_container_counts_once(wire: Wire) -> None:
    body = container("span", SPANS, fresh_span(1), dsc={"trace_id": TRACE})
    before = wire.ledger()
    assert [wire.envelope(body).status_code for _ in range(2)] == [200, 200]
    assert wire.ledger().since(before) == {
        ("span", "accepted", ""): 1,
        ("span", "invalid", "duplicate"): 1,
    }


def test_spans_without_the_trace_of_their_envelope(wire: Wire) -> None:
    before = wire.ledger()
    assert wire.envelope(container("span", SPANS, fresh_span(2))).status_code == 200
    assert wire.ledger().since(before) == {("span", "invalid", "missing_dsc"): 1}


def test_transactions_of_both_endpoints(wire: Wire) -> None:
    def fresh(event_id: str, segment: str) -> dict[str, Any]:
        child = legacy_span(span_id=segment[::-1], start_timestamp=now() - 1, timestamp=now())
        trace = {"trace": {"trace_id": TRACE, "span_id": segment}}
        begin_and_end = {"start_timestamp": now() - 1, "timestamp": now()}
        return transaction(child, event_id=event_id, contexts=trace, **begin_and_end)

    before = wire.ledger()
    first, second = fresh("a" * 32, "12" * 8), fresh("b" * 32, "34" * 8)
    answer = wire.envelope(envelope_of(first, kind="transaction"))
    assert (answer.status_code, answer.json()) == (200, {"id": "a" * 32})
    assert wire.store(orjson.dumps(second)).json() == {"id": "b" * 32}
    assert wire.ledger().since(before) == {("transaction", "accepted", ""): 2}


@pytest.mark.parametrize(
    ("kind", "payload", "outcome"),
    [
        ("transaction", {"type": "transaction"}, ("transaction", "invalid", "invalid_transaction")),
        ("transaction", b"{", ("transaction", "invalid", "invalid_json")),
        ("span", legacy_span(span_id=None), ("span", "invalid", "no_data")),
        ("log", {"items": []}, ("log_item", "invalid", "duplicate_item")),
    ],
)
def test_what_is_no_signal_is_counted_as_invalid(
    wire: Wire, kind: str, payload: Any, outcome: tuple[str, str, str]
) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope_of(payload, kind=kind)).status_code == 200
    after = wire.ledger()
    assert after.since(before) == {outcome: 1}
    assert after.is_balanced


def test_two_containers_are_one_too_many(wire: Wire) -> None:
    item = make_item("log", orjson.dumps({"items": []}), content_type=LOGS, item_count=0)
    answer = wire.envelope(format_envelope({}, [item, item]))
    assert answer.status_code == 413


def test_a_large_container_is_taken_whole(wire: Wire) -> None:
    entries = [log(timestamp=now(), body=f"{number} " + "x" * 200) for number in range(3_000)]
    assert wire.envelope(container("log", LOGS, *entries)).status_code == 200
