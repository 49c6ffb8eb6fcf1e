"""Performance problems over the wire: a transaction goes in, and an issue is read."""

import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server.ingest.wire import Wire, envelope_of
from tests.server.running_server import RunningServer
from tests.unit.items.entries import transaction
from tests.unit.otlp.exports import body as exported
from tests.unit.otlp.exports import nanos, span, traces
from urgentry import clock
from urgentry.otlp.answers import JSON

ITEM = "SELECT * FROM item WHERE id = %s"
PLACE = "performance-issues/configure/"


@pytest.fixture(scope="module")
def wire(wire_server: RunningServer) -> Iterator[Wire]:
    """A project of its own."""
    with Wire(wire_server, project="slow") as made:
        yield made


def slow_page(name: str, **changes: Any) -> dict[str, Any]:
    """A transaction that asks for each of six rows."""
    trace, root = uuid.uuid4().hex, uuid.uuid4().hex[:16]
    now = clock.now() / clock.SECOND
    spans = [
        {
            "trace_id": trace,
            "span_id": f"{number + 1:016x}",
            "parent_span_id": root,
            "op": "db",
            "description": ITEM if number else "SELECT * FROM basket",
            "start_timestamp": now - 1 + number * 0.05,
            "timestamp": now - 1 + number * 0.05 + 0.05,
        }
        for number in range(7)
    ]
    given = {
        "event_id": uuid.uuid4().hex,
        "transaction": name,
        "start_timestamp": now - 1,
        "timestamp": now,
        "contexts": {"trace": {"trace_id": trace, "span_id": root, "op": "http.server"}},
        "release": "shop@1.0",
        "environment": "production",
        "user": {"id": "7"},
        "platform": "python",
    }
    return transaction(*spans, **(given | changes))


def send(wire: Wire, payload: dict[str, Any]) -> None:
    body = envelope_of(payload, kind="transaction", event_id=payload["event_id"])
    assert wire.envelope(body).status_code == 200


def issues(wire: Wire, query: str) -> list[dict[str, Any]]:
    answer = wire.api(
        f"/organizations/{wire.organization}/issues/",
        query=query,
        project=wire.project_id,
        statsPeriod="1d",
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


def test_a_slow_transaction_is_an_issue_with_its_evidence(wire: Wire) -> None:
    before, payload = wire.ledger(), slow_page("GET /basket")
    send(wire, payload)
    after = wire.ledger()
    assert after.since(before) == {("transaction", "accepted", ""): 1}
    (issue,) = issues(wire, 'issue.category:performance "GET /basket"')
    assert issue["title"] == "N+1 query"
    assert (issue["issueType"], issue["issueCategory"], issue["type"]) == (
        "performance_n_plus_one_db_queries",
        "performance",
        "generic",
    )
    assert (issue["culprit"], issue["level"], issue["count"]) == ("GET /basket", "info", "1")
    assert issue["metadata"]["value"] == ITEM
    assert issue["userCount"] == 1
    place = f"/organizations/{wire.organization}/issues/{issue['id']}/events/latest/"
    event = wire.api(place).raise_for_status().json()
    occurrence = event["occurrence"]
    assert occurrence["type"] == 1006
    shown = {each["name"]: each["value"] for each in occurrence["evidenceDisplay"]}
    assert shown == {
        "Transaction": "GET /basket",
        "Parent span": "http.server - GET /basket",
        "Preceding span": "db - SELECT * FROM basket",
        "Offending span, 6 times": ITEM,
        "Took": "300 ms",
    }
    ids = [each["span_id"] for each in payload["spans"]]
    assert occurrence["evidenceData"]["offenderSpanIds"] == ids[1:]
    assert occurrence["evidenceData"]["causeSpanIds"] == ids[:1]
    tags = {tag["key"]: tag["value"] for tag in event["tags"]}
    assert tags["transaction"] == "GET /basket"
    assert (tags["release"], tags["environment"]) == ("shop@1.0", "production")
    trace_id = payload["contexts"]["trace"]["trace_id"]
    assert event["contexts"]["trace"]["trace_id"] == trace_id
    assert event["contexts"]["trace"]["span_id"] == ids[1]
    tree = wire.api(f"/organizations/{wire.organization}/trace/{trace_id}/").json()
    told = [found for span in tree[0]["children"] for found in span["occurrences"]]
    assert [(each["event_type"], each["issue_type"]) for each in told] == [("occurrence", 1006)]


def test_each_transaction_counts_once(wire: Wire) -> None:
    first, second = slow_page("GET /twice"), slow_page("GET /twice")
    for payload in (first, second, first):
        send(wire, payload)
    (issue,) = issues(wire, '"GET /twice" issue.type:performance_n_plus_one_db_queries')
    assert issue["count"] == "2"
    assert issues(wire, '"GET /twice" issue.category:error') == []


def test_spans_of_opentelemetry_are_looked_at_too(wire: Wire) -> None:
    now, trace, root = clock.now(), secrets.token_hex(16), secrets.token_hex(8)

    def timed(start: int, end: int, **given: Any) -> dict[str, Any]:
        times = {"startTimeUnixNano": nanos(start), "endTimeUnixNano": nanos(end)}
        return span(**given) | times | {"traceId": trace}

    top = timed(now - clock.SECOND, now, name="GET /otel") | {"spanId": root}
    rows = [
        timed(
            at,
            at + clock.SECOND // 20,
            name="query",
            kind=3,
            about={"db.system": "mysql", "db.statement": ITEM},
        )
        | {"spanId": secrets.token_hex(8), "parentSpanId": root}
        for at in range(now - clock.SECOND, now - clock.SECOND // 2, clock.SECOND // 10)
    ]
    body = exported(traces(top, *rows), JSON)
    for _ in range(2):
        answer = wire.client.post(
            f"http://127.0.0.1:{wire.otlp_port}/v1/traces",
            content=body,
            headers={"Content-Type": JSON, "x-sentry-dsn": wire.dsn},
        )
        assert answer.status_code == 200, answer.text
    (issue,) = issues(wire, 'issue.category:db_query "GET /otel"')
    assert (issue["title"], issue["count"]) == ("N+1 query", "1")
    assert issue["metadata"]["value"] == ITEM


def test_thresholds_and_switches_hold_from_the_next_transaction_on(wire: Wire) -> None:
    place = f"/api/0/projects/{wire.organization}/{wire.project}/{PLACE}"

    def change(**wanted: Any) -> dict[str, Any]:
        answer = wire.client.put(place, json=wanted, headers=wire.api_headers)
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    assert change(n_plus_one_db_count=7)["n_plus_one_db_count"] == 7
    _until(lambda: not _is_found(wire))
    assert wire.client.delete(place, headers=wire.api_headers).status_code == 204
    _until(lambda: _is_found(wire))
    assert change(n_plus_one_db_queries_detection_enabled=False)["n_plus_one_db_count"] == 5
    _until(lambda: not _is_found(wire))
    wire.client.delete(place, headers=wire.api_headers)
    _until(lambda: _is_found(wire))


def _is_found(wire: Wire) -> bool:
    name = f"GET /{uuid.uuid4().hex}"
    send(wire, slow_page(name))
    return bool(issues(wire, f'"{name}"'))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"n_plus_one_db_count": 4}, "n_plus_one_db_count"),
        ({"slow_db_query_duration_threshold": 10_001}, "slow_db_query_duration_threshold"),
        ({"large_http_payload_detection_enabled": "maybe"}, "large_http_payload_detection_enabled"),
        ({"uncompressed_assets_detection_enabled": True}, "uncompressed_assets_detection_enabled"),
    ],
)
def test_what_cannot_be_set_is_named(wire: Wire, wanted: dict[str, Any], wrong: str) -> None:
    place = f"/api/0/projects/{wire.organization}/{wire.project}/{PLACE}"
    answer = wire.client.put(place, json=wanted, headers=wire.api_headers)
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
