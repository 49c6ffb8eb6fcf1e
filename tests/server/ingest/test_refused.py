"""Malformed input of every kind: the protocol's own error, a counted outcome, nothing else hurt."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx
import orjson
import pytest

from tests.server.ingest.wire import Wire, envelope_of, event

OTHER_KEY = "0" * 32

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": lambda body: zlib.compress(body, 1),
    "br": lambda body: bytes(brotli.compress(body, quality=1)),
}


@pytest.fixture(autouse=True)
def unharmed(wire: Wire, wire_server: Any) -> Any:
    """Whatever a test sends: the ledger balances, nothing of ours failed, others go on."""
    before = wire.ledger()
    yield
    after = wire.ledger()
    assert after.is_balanced
    assert after.faults == before.faults
    assert "Traceback" not in wire_server.log()
    sent = event()
    assert wire.envelope(envelope_of(sent, event_id=sent["event_id"])).status_code == 200
    assert wire.stored(sent["event_id"]) is not None


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    body: dict[str, Any] = answer.json()
    assert body["detail"]
    assert body.keys() <= {"detail", "causes"}
    return body


@pytest.mark.parametrize(
    ("headers", "status", "detail"),
    [
        ({}, 401, "missing authorization information"),
        ({"X-Sentry-Auth": "Sentry nonsense"}, 401, "bad x-sentry-auth header"),
        ({"X-Sentry-Auth": "Sentry sentry_key=short"}, 400, "bad sentry DSN public key"),
        (
            {"X-Sentry-Auth": f"Sentry sentry_version=8, sentry_key={OTHER_KEY}"},
            400,
            "unsupported protocol version (8)",
        ),
        (
            {"X-Sentry-Auth": f"Sentry sentry_key={OTHER_KEY}"},
            403,
            "event submission rejected with_reason: ProjectId",
        ),
    ],
)
def test_credentials(wire: Wire, headers: dict[str, str], status: int, detail: str) -> None:
    answer = wire.envelope(envelope_of(event()), headers=headers)
    assert refused(answer, status)["detail"] == detail


def test_sources_that_differ(wire: Wire) -> None:
    answer = wire.envelope(envelope_of(event()), query=f"?sentry_key={OTHER_KEY}")
    assert refused(answer, 401)["detail"] == "multiple authorization payloads detected"


@pytest.mark.parametrize("dsn", ["nonsense", 5, "https://short@example.com/1"])
def test_a_malformed_dsn_in_the_envelope(wire: Wire, dsn: object) -> None:
    answer = wire.envelope(envelope_of(event(), dsn=dsn), headers={})
    assert refused(answer, 401)["detail"] == "bad envelope authentication header"


def test_a_key_of_another_project(wire: Wire) -> None:
    answer = wire.envelope(envelope_of(event()), path="/api/999999/envelope/")
    refused(answer, 403)


def test_a_project_that_is_no_number(wire: Wire) -> None:
    answer = wire.envelope(envelope_of(event()), path="/api/web/envelope/")
    assert refused(answer, 400)["detail"] == "bad project path parameter"


def test_an_envelope_for_another_key(wire: Wire) -> None:
    foreign = wire.dsn.replace(wire.key, OTHER_KEY)
    body = refused(wire.envelope(envelope_of(event(), dsn=foreign)), 400)
    assert body["detail"] == "invalid event envelope"
    assert "mismatch" in body["causes"][0]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"nonsense", "invalid envelope header"),
        (b"{}\nnonsense\n{}", "invalid item header"),
        (b'{}\n{"type":"event","length":100}\n{}', "unexpected end of file"),
        (b'{}\n{"type":"event","length":1}\n{}', "missing newline after header or payload"),
        (b'{}\n{"length":2}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":-1}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":"2"}\n{}', "invalid item header"),
        (b"{}\n" + b'{"type":"x","length":0}\n\n' * 501, "too many individual items"),
    ],
)
def test_framing(wire: Wire, body: bytes, cause: str) -> None:
    before = wire.ledger()
    answer = refused(wire.envelope(body), 400)
    assert (answer["detail"], answer["causes"]) == ("invalid event envelope", [cause])
    assert wire.ledger().since(before) == {("default", "invalid", "invalid_envelope"): 1}


@pytest.mark.parametrize(
    "header", [{"event_id": "nonsense"}, {"event_id": 5}, {"sent_at": "yesterday"}]
)
def test_envelope_headers(wire: Wire, header: dict[str, Any]) -> None:
    refused(wire.envelope(envelope_of(event(), **header)), 400)


def test_an_empty_body(wire: Wire) -> None:
    assert refused(wire.envelope(b""), 400)["detail"] == "empty request body"
    assert refused(wire.store(b""), 400)["detail"] == "empty request body"


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", b"not gzip", 400),
        ("gzip", gzip.compress(b"{}\n" * 1000, mtime=0)[:-20], 400),
        ("deflate", b"not zlib", 400),
        ("br", b"\xff\xff\xff", 400),
        ("zstd", b"not zstd", 400),
        ("snappy", b"{}", 415),
        ("gzip, gzip, gzip", b"{}", 415),
    ],
)
def test_content_codings(wire: Wire, coding: str, body: bytes, status: int) -> None:
    refused(wire.envelope(body, headers=wire.auth | {"Content-Encoding": coding}), status)


@pytest.mark.parametrize("coding", PACKERS)
def test_a_decompression_bomb(wire: Wire, coding: str) -> None:
    zeros = b"0" * (300 << 20)
    packed = PACKERS[coding](zeros)
    refused(wire.envelope(packed, headers=wire.auth | {"Content-Encoding": coding}), 413)


@pytest.mark.parametrize(
    "payload",
    [
        b"nonsense",
        b"[]",
        b'"text"',
        b"{",
        b"\xff\xfe{}",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"level": NaN}',
    ],
)
def test_an_event_that_is_no_json_object(wire: Wire, payload: bytes) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope_of(payload)).status_code == 200
    ((_, outcome, reason),) = wire.ledger().since(before)
    assert outcome == "invalid"
    assert reason in {"invalid_json", "nesting_too_deep"}
    refused(wire.store(payload), 400)


@pytest.mark.parametrize(
    "fields",
    [
        {"exception": 5, "tags": "x", "user": [], "request": True, "contexts": 7},
        {"exception": {"values": [None, 5, {"stacktrace": {"frames": [None, 3, {}]}}]}},
        {"level": {}, "platform": [], "timestamp": "never", "release": {"a": 1}},
        {"message": "\u0000 nul", "tags": {"a\u0000": "b"}},
        {"extra": {"n": 2**63, "deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {}}}}}}}}}},
        {"tags": [["a"], [], None, ["b", "c", "d"], [1, 2]]},
        {"breadcrumbs": {"values": [{"timestamp": []}] * 300}},
        {"fingerprint": {"a": 1}, "modules": [1], "sdk": "x", "debug_meta": []},
        {"timestamp": 1e300, "start_timestamp": -1e300},
        {"user": {"ip_address": "nonsense", "id": {"a": []}}},
        {"threads": [{"stacktrace": 5}], "logentry": {"message": {}, "params": 9}},
    ],
)
def test_attributes_of_the_wrong_kind_cost_only_themselves(
    wire: Wire, fields: dict[str, Any]
) -> None:
    sent = event(**fields)
    assert wire.envelope(envelope_of(sent, event_id=sent["event_id"])).status_code == 200
    assert wire.stored(sent["event_id"]) is not None


def test_a_lone_surrogate_is_kept_out_of_the_database(wire: Wire) -> None:
    raw = b'{"message": "\\ud800 broken", "tags": {"a": "\\udfff"}}'
    answer = wire.envelope(envelope_of(raw))
    assert answer.status_code == 200
    assert wire.stored(answer.json()["id"]) is not None


def test_an_event_that_is_too_large(wire: Wire) -> None:
    before = wire.ledger()
    answer = wire.envelope(envelope_of(event(extra={"x": "y" * (2 << 20)})))
    refused(answer, 413)
    assert ("default", "invalid", "too_large:event") in wire.ledger().since(before)


@pytest.mark.parametrize(
    ("kind", "category", "reason"),
    [
        ("nonsense", "unknown", "unknown_item_type"),
        ("session", "session", "payload"),
        ("statsd", "unknown", "unknown_item_type"),
    ],
)
def test_items_that_are_not_stored_are_counted(
    wire: Wire, kind: str, category: str, reason: str
) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope_of(b"{}", kind=kind)).status_code == 200
    assert wire.ledger().since(before) == {(category, "invalid", reason): 1}


def test_an_unknown_item_costs_no_other(wire: Wire) -> None:
    sent = event()
    raw = orjson.dumps(sent)
    body = b"\n".join(
        (
            orjson.dumps({"event_id": sent["event_id"]}),
            b'{"type":"nonsense","length":2}',
            b"{}",
            orjson.dumps({"type": "event", "length": len(raw)}),
            raw,
        )
    )
    assert wire.envelope(body).status_code == 200
    assert wire.stored(sent["event_id"]) is not None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_methods(wire: Wire, method: str) -> None:
    answer = wire.client.request(method, f"/api/{wire.project_id}/envelope/", headers=wire.auth)
    refused(answer, 405)


def test_paths_that_do_not_exist(wire: Wire) -> None:
    assert wire.client.post(f"/api/{wire.project_id}/nonsense/").status_code == 404
