"""Client reports on the wire: taken for what they are worth, and never held up."""

import orjson
import pytest

from tests.server.ingest.test_limits import limited_key, send
from tests.server.ingest.wire import Wire, envelope_of

REPORT = {
    "discarded_events": [
        {"reason": "before_send", "category": "error", "quantity": 2},
        {"reason": "before_send", "category": "error", "quantity": -2},
    ]
}


def test_a_report_is_settled_as_one_item(wire: Wire) -> None:
    before = wire.ledger()
    answer = wire.envelope(envelope_of(REPORT, kind="client_report"))
    assert (answer.status_code, answer.json()) == (200, {})
    after = wire.ledger()
    assert after.since(before) == {("unknown", "accepted", ""): 1}
    assert after.is_balanced


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b"{nonsense", "invalid_json"), (orjson.dumps({"discarded_events": [None]}), "payload")],
)
def test_a_report_of_nothing_is_counted_as_invalid(wire: Wire, payload: bytes, reason: str) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope_of(payload, kind="client_report")).status_code == 200
    assert wire.ledger().since(before) == {("unknown", "invalid", reason): 1}


def test_a_report_that_is_too_large_refuses_its_envelope(wire: Wire) -> None:
    payload = b'{"discarded_events":[' + b" " * (100 << 10) + b"]}"
    answer = wire.envelope(envelope_of(payload, kind="client_report"))
    assert answer.status_code == 413


def test_no_limit_holds_a_report_up(wire: Wire) -> None:
    key = limited_key(wire, count=1, window=86_400)
    assert [send(wire, key).status_code for _ in range(2)] == [200, 429]
    auth = {"X-Sentry-Auth": f"Sentry sentry_key={key}"}
    before = wire.ledger()
    body = envelope_of(REPORT, kind="client_report")
    assert wire.envelope(body, headers=auth).status_code == 200
    assert wire.ledger().since(before) == {("unknown", "accepted", ""): 1}
