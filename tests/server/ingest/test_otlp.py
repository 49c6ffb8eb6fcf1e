"""OTLP over HTTP: exports in both forms on both ports, what is answered, and how it is counted."""

import gzip
import secrets
import socket
import string
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx
import orjson
import pytest
import zstandard
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.server.ingest.test_quotas import Limited
from tests.server.ingest.wire import Wire
from tests.server.running_server import RunningServer
from tests.unit.otlp.exports import FORMS, Json, body, exception, log, logs, nanos, span, traces
from urgentry import clock
from urgentry.otlp.answers import JSON, PROTOBUF

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
RESPONSES: dict[str, Any] = {
    "traces": ExportTraceServiceResponse,
    "logs": ExportLogsServiceResponse,
    "metrics": ExportMetricsServiceResponse,
}
REFUSED = {
    "traces": "rejected_spans",
    "logs": "rejected_log_records",
    "metrics": "rejected_data_points",
}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fresh(**given: Any) -> Json:
    """A span of now that was never sent."""
    now = clock.now()
    times = {"startTimeUnixNano": nanos(now - 1_000), "endTimeUnixNano": nanos(now)}
    ids = {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8)}
    return span(**given) | times | ids


def fresh_log(**given: Any) -> Json:
    return log(timeUnixNano=nanos(clock.now()), **given)


def word() -> str:
    """A word that no other test says, and that looks like no number."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))


def raising(message: str) -> Json:
    return fresh(events=[exception(at=clock.now(), type="ValueError", message=message)])


def export(
    wire: Wire,
    what: Json | bytes,
    form: str,
    *,
    signal: str = "traces",
    headers: dict[str, str] | None = None,
    path: str | None = None,
) -> httpx.Response:
    content = what if isinstance(what, bytes) else body(what, form)
    return wire.client.post(
        path or f"/api/{wire.project_id}/integration/otlp/v1/{signal}",
        content=content,
        headers={"Content-Type": form, **(wire.auth if headers is None else headers)},
    )


def refused(answer: httpx.Response, form: str) -> tuple[int, str]:
    """The status that an answer tells in its body."""
    assert answer.headers["content-type"] == form
    assert answer.headers["access-control-allow-origin"] == "*"
    if form == JSON:
        assert set(answer.json()) == {"code", "message"}
        return answer.json()["code"], answer.json()["message"]
    status = Status.FromString(answer.content)
    return status.code, status.message


def metrics(form: str, *what: Json) -> bytes:
    whole = {"resourceMetrics": [{"scopeMetrics": [{"metrics": list(what)}]}]}
    if form == JSON:
        return orjson.dumps(whole)
    return json_format.ParseDict(whole, ExportMetricsServiceRequest()).SerializeToString()


def partly(answer: httpx.Response, form: str, signal: str) -> tuple[int, str]:
    """How many were refused of what was taken, and why."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == form
    if form == JSON:
        partial = answer.json().get("partialSuccess", {})
        name, _, rest = REFUSED[signal].partition("_")
        camel = name + rest.title().replace("_", "")
        return int(partial.get(camel, 0)), partial.get("errorMessage", "")
    success = RESPONSES[signal].FromString(answer.content).partial_success
    return getattr(success, REFUSED[signal]), success.error_message


def test_spans_are_taken_once(wire: Wire, form: str) -> None:
    what = traces(fresh(), fresh())
    before = wire.ledger()
    for _ in range(2):
        answer = export(wire, what, form)
        assert partly(answer, form, "traces") == (0, "")
        assert answer.content == (b"{}" if form == JSON else b"")
    after = wire.ledger()
    assert after.since(before) == {
        ("span", "accepted", ""): 1,
        ("span", "invalid", "duplicate"): 1,
    }
    assert after.is_balanced


def test_logs_are_taken_as_often_as_they_are_sent(wire: Wire, form: str) -> None:
    what = logs(fresh_log())
    before = wire.ledger()
    for _ in range(2):
        assert partly(export(wire, what, form, signal="logs"), form, "logs") == (0, "")
    assert wire.ledger().since(before) == {("log_item", "accepted", ""): 2}


@pytest.mark.parametrize("coding", CODINGS)
def test_bodies_may_be_compressed(wire: Wire, form: str, coding: str) -> None:
    content = CODINGS[coding](body(traces(fresh()), form))
    before = wire.ledger()
    answer = export(wire, content, form, headers={**wire.auth, "Content-Encoding": coding})
    assert partly(answer, form, "traces") == (0, "")
    assert wire.ledger().since(before) == {("span", "accepted", ""): 1}


def test_the_path_may_end_in_a_slash(wire: Wire, form: str) -> None:
    for signal, what in (("traces/", traces(fresh())), ("logs/", logs(fresh_log()))):
        assert export(wire, what, form, signal=signal).status_code == 200


def test_a_large_export_is_taken_whole(wire: Wire, form: str) -> None:
    before = wire.ledger()
    what = traces(*(fresh(about={"filler": "x" * 500}) for _ in range(2_000)))
    assert partly(export(wire, what, form), form, "traces") == (0, "")
    assert wire.ledger().since(before) == {("span", "accepted", ""): 1}


def test_an_export_of_nothing_is_taken(wire: Wire, form: str) -> None:
    before = wire.ledger()
    assert partly(export(wire, traces(), form), form, "traces") == (0, "")
    assert not wire.ledger().since(before)


def test_spans_that_are_none_are_told(wire: Wire, form: str) -> None:
    what = traces(fresh(), {**fresh(), "spanId": ""}, {**fresh(), "endTimeUnixNano": "1"})
    before = wire.ledger()
    assert partly(export(wire, what, form), form, "traces") == (2, "invalid_span: 1, no_data: 1")
    assert wire.ledger().since(before) == {("span", "accepted", ""): 1}


def test_logs_that_are_too_old_are_told(wire: Wire, form: str) -> None:
    old = log(timeUnixNano=nanos(clock.now() - 100 * clock.DAY))
    before = wire.ledger()
    answer = export(wire, logs(old), form, signal="logs")
    assert partly(answer, form, "logs") == (1, "timestamp: 1")
    after = wire.ledger()
    assert after.since(before) == {("log_item", "invalid", "timestamp"): 1}
    assert after.is_balanced


@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_what_is_no_export_is_refused(wire: Wire, form: str, signal: str) -> None:
    before = wire.ledger()
    answer = export(wire, b"\xffnothing", form, signal=signal)
    assert answer.status_code == 400
    code, message = refused(answer, form)
    reason = "invalid_json" if form == JSON else "invalid_proto"
    assert (code, bool(message)) == (3, True)
    category = "span" if signal == "traces" else "log_item"
    assert wire.ledger().since(before) == {(category, "invalid", reason): 1}


def test_another_content_type_is_refused_in_json(wire: Wire) -> None:
    answer = export(wire, b"x", "text/plain")
    assert (answer.status_code, refused(answer, JSON)[0]) == (415, 3)


@pytest.mark.parametrize("coding", ["", "gzip"], ids=["plain", "packed"])
def test_what_is_too_large_is_refused(wire: Wire, form: str, coding: str) -> None:
    whole, before = b"x" * (13 << 20), wire.ledger()
    headers = wire.auth | ({"Content-Encoding": coding} if coding else {})
    answer = export(wire, CODINGS[coding](whole) if coding else whole, form, headers=headers)
    assert (answer.status_code, refused(answer, form)[0]) == (413, 8)
    after = wire.ledger()
    assert after.is_balanced
    [(category, outcome, _reason)] = after.since(before)
    assert (category, outcome) == ("span", "invalid")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, 16),
        ({"X-Sentry-Auth": "Sentry sentry_key="}, 401, 16),
        ({"X-Sentry-Auth": f"Sentry sentry_key={'0' * 32}"}, 403, 7),
        ({"X-Sentry-DSN": "nonsense"}, 401, 16),
    ],
)
def test_who_may_not_send(
    wire: Wire, form: str, headers: dict[str, str], status: int, code: int
) -> None:
    before = wire.ledger()
    answer = export(wire, traces(fresh()), form, headers=headers)
    assert (answer.status_code, refused(answer, form)[0]) == (status, code)
    after = wire.ledger()
    assert sum(after.since(before).values()) == 1
    assert after.is_balanced


def test_over_a_limit_one_is_told_when_to_come_again(
    wire: Wire, wire_server: RunningServer, form: str
) -> None:
    limited = Limited(wire, wire_server)
    limited.limit(("span", 2), window=3_600)
    path = f"/api/{limited.id}/integration/otlp/v1/traces"

    def send(*spans: Json) -> httpx.Response:
        return export(wire, traces(*spans), form, headers=limited.auth, path=path)

    assert send(fresh(), fresh()).status_code == 200
    before = wire.ledger()
    answer = send(fresh())
    assert (answer.status_code, refused(answer, form)[0]) == (429, 8)
    assert 0 < int(answer.headers["retry-after"]) <= 3_600
    after = wire.ledger()
    assert after.is_balanced
    assert after.since(before) == {("span", "rate_limited", "project_quota"): 1}


def test_only_post_is_taken(wire: Wire) -> None:
    path = f"/api/{wire.project_id}/integration/otlp/v1/traces"
    answer = wire.client.get(path, headers={**wire.auth, "Content-Type": JSON})
    assert (answer.status_code, refused(answer, JSON)[0]) == (405, 2)


def test_the_key_may_stand_in_the_query(wire: Wire, form: str) -> None:
    path = f"/api/{wire.project_id}/integration/otlp/v1/traces?sentry_key={wire.key}"
    assert export(wire, traces(fresh()), form, headers={}, path=path).status_code == 200


def issues(wire: Wire, message: str) -> list[dict[str, Any]]:
    path = f"/projects/{wire.organization}/{wire.project}/issues/"
    found: list[dict[str, Any]] = wire.api(path, query=f'"{message}"').json()
    return found


def test_exceptions_of_spans_are_issues(wire: Wire, form: str) -> None:
    message = word()
    what = traces(raising(message), resource={"telemetry.sdk.language": "python"})
    before = wire.ledger()
    for _ in range(2):
        assert partly(export(wire, what, form), form, "traces") == (0, "")
    after = wire.ledger()
    assert after.since(before) == {
        ("span", "accepted", ""): 1,
        ("span", "invalid", "duplicate"): 1,
        ("error", "accepted", ""): 1,
        ("error", "invalid", "duplicate"): 1,
    }
    assert after.is_balanced
    (issue,) = issues(wire, message)
    assert (issue["title"], issue["count"]) == (f"ValueError: {message}", "1")
    assert issue["platform"] == "python"


def test_exceptions_of_logs_are_issues(wire: Wire, form: str) -> None:
    message = word()
    about = {"exception.type": "IOError", "exception.message": message}
    record = fresh_log(about=about, severityNumber=21)
    before = wire.ledger()
    assert export(wire, logs(record), form, signal="logs").status_code == 200
    assert wire.ledger().since(before) == {
        ("log_item", "accepted", ""): 1,
        ("error", "accepted", ""): 1,
    }
    (issue,) = issues(wire, message)
    assert (issue["title"], issue["level"]) == (f"IOError: {message}", "fatal")


@pytest.fixture
def own(wire_server: RunningServer) -> Iterator[Wire]:
    """A project of the test's own, whose settings nobody remembers yet."""
    with Wire(wire_server) as wire:
        made = wire_server.bootstrap(project=f"own-{secrets.token_hex(4)}")
        wire.project_id, wire.project = made.project_id, made.project
        wire.key = made.dsn.split("//")[1].split("@")[0]
        yield wire


def test_a_filter_of_errors_is_none_of_spans(own: Wire, form: str) -> None:
    own.client.put(
        f"/api/0/projects/{own.organization}/{own.project}/",
        json={"options": {"filters:error_messages": "*unwanted*"}},
        headers=own.api_headers,
    ).raise_for_status()
    before = own.ledger()
    what = traces(raising("it is unwanted"), raising("it is wanted"))
    assert partly(export(own, what, form), form, "traces") == (0, "")
    assert own.ledger().since(before) == {
        ("span", "accepted", ""): 1,
        ("error", "accepted", ""): 1,
        ("error", "filtered", "error-message"): 1,
    }


def test_a_limit_of_errors_is_none_of_spans(own: Wire, form: str) -> None:
    keys = f"/projects/{own.organization}/{own.project}/keys/"
    own.client.put(
        f"/api/0{keys}{own.api(keys).json()[0]['id']}/",
        json={"rateLimit": {"count": 1, "window": 3_600}},
        headers=own.api_headers,
    ).raise_for_status()
    before = own.ledger()
    what = traces(raising("first"), raising("second"))
    assert partly(export(own, what, form), form, "traces") == (0, "")
    assert own.ledger().since(before) == {
        ("span", "accepted", ""): 1,
        ("error", "accepted", ""): 1,
        ("error", "rate_limited", "key_quota"): 1,
    }


class OwnPort:
    """The port of OTLP, where the key alone names the project."""

    def __init__(self, server: RunningServer) -> None:
        self.base_url = f"http://127.0.0.1:{server.otlp_port}"

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        return httpx.post(f"{self.base_url}{path}", content=content, headers=headers, timeout=20)


@pytest.fixture
def own_port(wire_server: RunningServer) -> OwnPort:
    return OwnPort(wire_server)


def test_the_port_of_otlp(wire: Wire, own_port: OwnPort, form: str) -> None:
    before = wire.ledger()
    headers = {"Content-Type": form, "x-sentry-dsn": wire.dsn}
    for path, what in (("/v1/traces", traces(fresh())), ("/v1/logs", logs(fresh_log()))):
        assert own_port.post(path, body(what, form), headers).status_code == 200
    assert wire.ledger().since(before) == {
        ("span", "accepted", ""): 1,
        ("log_item", "accepted", ""): 1,
    }


def test_ways_to_say_who_sends(wire: Wire, own_port: OwnPort, form: str) -> None:
    content = body(traces(fresh()), form)
    both = {"x-sentry-dsn": wire.dsn, **wire.auth}
    for headers in (wire.auth, both):
        assert own_port.post("/v1/traces", content, {"Content-Type": form, **headers}).is_success
    another = {"x-sentry-dsn": wire.dsn.replace(wire.key, "f" * 32), **wire.auth}
    stranger = {"x-sentry-dsn": wire.dsn.rpartition("/")[0] + "/999999"}
    for headers, status in ((another, 401), (stranger, 403), ({}, 401)):
        answer = own_port.post("/v1/traces", content, {"Content-Type": form, **headers})
        assert answer.status_code == status
        assert refused(answer, form)[1]


def test_web_pages_may_send_to_the_port_of_otlp(wire: Wire, own_port: OwnPort) -> None:
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-sentry-dsn",
    }
    preflight = httpx.options(f"{own_port.base_url}/v1/traces", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    allowed = preflight.headers["access-control-allow-headers"].split(",")
    assert {"x-sentry-dsn", "content-type", "content-encoding"} <= set(allowed)
    headers = {"Content-Type": JSON, "x-sentry-dsn": wire.dsn, "Origin": "https://shop.example"}
    answer = own_port.post("/v1/traces", body(traces(fresh()), JSON), headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


@pytest.mark.parametrize("path", ["/v1/profiles", "/", "/api/1/envelope/", "/api/0/", "/ready"])
def test_nothing_else_is_on_the_port_of_otlp(wire: Wire, own_port: OwnPort, path: str) -> None:
    headers = {"Content-Type": PROTOBUF, "x-sentry-dsn": wire.dsn}
    assert own_port.post(path, b"", headers).status_code == 404


def test_metrics_are_refused_and_counted(wire: Wire, own_port: OwnPort, form: str) -> None:
    points = [{"timeUnixNano": nanos(clock.now()), "asInt": "1"}] * 2
    kept = [{"name": "up", "gauge": {"dataPoints": points}}, {"name": "n", "sum": {}}]
    times = {"name": "t", "histogram": {"dataPoints": [{"count": "1"}]}}
    content = metrics(form, *kept, times)
    headers = {"Content-Type": form, "x-sentry-dsn": wire.dsn}
    before = wire.ledger()
    for answer in (
        own_port.post("/v1/metrics", content, headers),
        export(wire, content, form, signal="metrics"),
    ):
        count, said = partly(answer, form, "metrics")
        assert count == 3
        assert "not kept" in said
    after = wire.ledger()
    assert after.since(before) == {("trace_metric", "invalid", "feature_disabled"): 2}
    assert after.is_balanced


def test_the_port_of_otlp_can_be_closed(tmp_path: Path) -> None:
    server = RunningServer(tmp_path, settings={"URGENTRY_OTLP_HTTP_PORT": "0"})
    with server, socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.otlp_port)) != 0
        with Wire(server) as wire:
            assert export(wire, traces(fresh()), JSON).status_code == 200
