"""Values of kinds that nobody expects cost what they are in, and are never a fault of ours."""

import secrets
import time
from typing import Any

import orjson
import pytest

from tests.server.ingest.wire import Wire, envelope_of, event
from tests.server.running_server import RunningServer
from urgentry.protocol.items import ItemType

TRACE = "4c79f60c11214eb38604f4ae0781bfb2"


def container(kind: str, content_type: str, *items: dict[str, Any]) -> bytes:
    payload = orjson.dumps({"version": 2, "items": items})
    head = {"type": kind, "length": len(payload), "content_type": content_type}
    return b"\n".join((b"{}", orjson.dumps(head | {"item_count": len(items)}), payload))


def log(**attributes: Any) -> dict[str, Any]:
    return {
        "timestamp": time.time(),
        "trace_id": TRACE,
        "level": "info",
        "body": "hello",
        "attributes": attributes,
    }


def metric(kind: Any) -> dict[str, Any]:
    return {"timestamp": time.time(), "trace_id": TRACE, "name": "m", "type": kind, "value": 1}


def test_a_release_that_is_a_list_costs_no_log(wire: Wire) -> None:
    before = wire.ledger()
    odd = log(**{"sentry.release": {"type": "array", "value": ["a", "b"]}})
    body = container("log", "application/vnd.sentry.items.log+json", odd, log())
    assert wire.envelope(body).status_code == 200
    assert wire.ledger().since(before) == {("log_item", "accepted", ""): 1}


def test_a_type_that_is_a_list_costs_its_metric(wire: Wire) -> None:
    before = wire.ledger()
    kind = "application/vnd.sentry.items.trace-metric+json"
    body = container("trace_metric", kind, metric([]), metric("counter"))
    assert wire.envelope(body).status_code == 200
    assert wire.ledger().since(before) == {("trace_metric", "accepted", ""): 1}


def test_a_type_that_is_a_list_is_an_error(wire: Wire) -> None:
    assert wire.store(orjson.dumps(event(type=["error"]))).status_code == 200


@pytest.mark.parametrize("duration", [b"9" * 400, b"1e999", b'"nan"'])
def test_a_check_in_lasts_no_such_time(wire: Wire, duration: bytes) -> None:
    before = wire.ledger()
    given = b'{"monitor_slug":"m","status":"ok","duration":%s}' % duration
    assert wire.envelope(envelope_of(given, kind="check_in")).status_code == 200
    [(category, outcome, _reason)] = wire.ledger().since(before)
    assert (category, outcome) in {("monitor", "invalid"), ("monitor", "accepted")}
    assert wire.ledger().faults == before.faults


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("cron/m/KEY/", b'{"status":["ok"]}', 400),
        ("security/?sentry_key=KEY&" + "a=1&" * 60, b"{}", 200),
    ],
)
def test_a_request_that_makes_no_sense(wire: Wire, path: str, body: bytes, status: int) -> None:
    before = wire.ledger()
    answer = wire.client.post(
        f"/api/{wire.project_id}/{path.replace('KEY', wire.key)}",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == status
    assert wire.ledger().faults == before.faults


def test_a_replay_of_no_known_kind(wire: Wire) -> None:
    before, replay_id = wire.ledger(), secrets.token_hex(16)
    given = {"replay_id": replay_id, "segment_id": 0, "replay_type": ["session"]}
    payload = orjson.dumps(given | {"type": "replay_event", "timestamp": time.time()})
    recording = b'{"segment_id":0}\n[]'
    body = b"\n".join(
        (
            orjson.dumps({"event_id": replay_id}),
            orjson.dumps({"type": "replay_event", "length": len(payload)}),
            payload,
            orjson.dumps({"type": "replay_recording", "length": len(recording)}),
            recording,
        )
    )
    assert wire.envelope(body).status_code == 200
    assert wire.ledger().since(before) == {("replay", "accepted", ""): 1}


@pytest.mark.parametrize("counts", [(1, "x"), ("x", -1)], ids=["one", "all"])
def test_a_count_of_sessions_that_is_none_is_counted(
    wire_server: RunningServer, counts: tuple[Any, ...]
) -> None:
    """Each counts as refused in the stats, beside what the item holds."""
    started = time.time() - 60
    given = {
        "attrs": {"release": "a@1"},
        "aggregates": [{"started": started, "exited": count} for count in counts],
    }
    odd = sum(count != 1 for count in counts)
    with Wire(wire_server, project=f"sessions-{odd}") as wire:
        assert wire.envelope(envelope_of(given, kind="sessions")).status_code == 200
        deadline = time.monotonic() + 10
        while refused_sessions(wire) < odd and time.monotonic() < deadline:
            time.sleep(0.05)
        assert refused_sessions(wire) == odd


def refused_sessions(wire: Wire) -> int:
    answer = wire.api(
        f"/organizations/{wire.organization}/stats_v2/",
        field="sum(quantity)",
        project=str(wire.project_id),
        category="session",
        outcome="invalid",
        statsPeriod="1d",
        groupBy="outcome",
    )
    groups = answer.raise_for_status().json()["groups"]
    return sum(group["totals"]["sum(quantity)"] for group in groups)


ODD = (
    *(b"[]", b"{}", b'""', b"null", b"7", b"1e999", b"9" * 5_000, b"", b"\xff\xfe", b"[[[[[]]]]]"),
    *(b'{"items":1}', b'{"items":[1,null,"x",{}]}', b'{"version":2,"items":[{"attributes":7}]}'),
    b'{"timestamp":[],"event_id":{},"exception":7,"spans":{},"contexts":[],"breadcrumbs":"x"}',
    b'{"sid":1,"attrs":[],"started":{}}',
    b'{"aggregates":[1,{}],"attrs":1}',
    b'{"discarded_events":[{"reason":1,"category":[],"quantity":"x"}]}',
    b'{"status":5,"monitor_slug":[],"monitor_config":"daily"}',
    b'{"a":' * 200,
)


@pytest.mark.parametrize("kind", [*ItemType, "statsd", "nel", "otel_span", "of_tomorrow"])
def test_no_payload_of_any_item_is_a_fault_of_ours(wire: Wire, kind: str) -> None:
    before = wire.ledger()
    for body in ODD:
        head = b'{"type":"%s","length":%d}' % (kind.encode(), len(body))
        answer = wire.envelope(b'{"event_id":"%s"}\n%s\n%s\n' % (_id(), head, body))
        assert answer.status_code in {200, 400, 413}, (body, answer.text)
    assert wire.ledger().faults == before.faults
    assert wire.ledger().is_balanced


@pytest.mark.parametrize(
    "path", ["envelope", "store", "minidump", "unreal/KEY", "security", "nel", "cron/m/KEY"]
)
def test_no_body_of_any_request_is_a_fault_of_ours(wire: Wire, path: str) -> None:
    before = wire.ledger()
    for body in ODD:
        address = f"/api/{wire.project_id}/{path.replace('KEY', wire.key)}/"
        answer = wire.client.post(address, content=body, headers=wire.auth)
        assert answer.status_code < 500, (body, answer.text)
    assert wire.ledger().faults == before.faults
    assert wire.ledger().is_balanced


def _id() -> bytes:
    return secrets.token_hex(16).encode()
