"""OTLP over gRPC: what calls are answered, how they are counted, and how the listener ends."""

import gzip
import queue
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.wrappers_pb2 import Int32Value, StringValue
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.database_servers import free_port
from tests.server.ingest.test_otlp import fresh, fresh_log, raising, word
from tests.server.ingest.test_quotas import Limited
from tests.server.ingest.wire import Wire
from tests.server.running_server import RunningServer
from tests.unit.otlp.exports import Json, body, logs, traces
from urgentry.otlp.answers import PROTOBUF

MIB = 1 << 20
SERVICES: dict[str, tuple[str, Any]] = {
    "traces": ("trace.v1.TraceService", ExportTraceServiceResponse),
    "logs": ("logs.v1.LogsService", ExportLogsServiceResponse),
    "metrics": ("metrics.v1.MetricsService", ExportMetricsServiceResponse),
}
Metadata = tuple[tuple[str, str], ...]
Code = grpc.StatusCode


class Line:
    """A connection to the port of gRPC, by hand."""

    def __init__(self, server: RunningServer, wire: Wire) -> None:
        unbound = [("grpc.max_send_message_length", -1)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", options=unbound)
        self.who: Metadata = (("x-sentry-dsn", wire.dsn),)

    def call(
        self,
        what: Json | bytes,
        *,
        signal: str = "traces",
        who: Metadata | None = None,
        compression: grpc.Compression | None = None,
    ) -> Any:
        service, response = SERVICES[signal]
        export: Callable[..., Any] = self.channel.unary_unary(
            f"/opentelemetry.proto.collector.{service}/Export",
            response_deserializer=response.FromString,
        )
        return export(
            what if isinstance(what, bytes) else body(what, PROTOBUF),
            metadata=self.who if who is None else who,
            compression=compression,
            timeout=20,
        )

    def refused(self, what: Json | bytes, **given: Any) -> grpc.RpcError:
        with pytest.raises(grpc.RpcError) as caught:
            self.call(what, **given)
        return caught.value


class Open:
    """A call whose message is still to come."""

    def __init__(self, line: Line) -> None:
        self._message: queue.Queue[bytes] = queue.Queue()
        export: Any = line.channel.stream_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        )
        sent = iter(self._message.get, b"")
        self.future = export.future(sent, metadata=line.who, timeout=20)

    def finish(self, message: bytes) -> bytes:
        """Sends the message; the answer."""
        self._message.put(message)
        self._message.put(b"")
        answer: bytes = self.future.result()
        return answer


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def line(wire_server: RunningServer, wire: Wire) -> Iterator[Line]:
    line = Line(wire_server, wire)
    with line.channel:
        yield line


def retry_seconds(error: Any) -> int | None:
    """When to come again, as the status tells in full; it repeats what the call tells in short."""
    (details,) = (value for key, value in error.trailing_metadata() if "details" in key)
    status = Status.FromString(details)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    if not status.details:
        return None
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    return int(info.retry_delay.seconds)


@pytest.mark.parametrize(
    "compression", [None, grpc.Compression.Gzip, grpc.Compression.Deflate], ids=str
)
def test_spans_and_logs_are_taken(
    wire: Wire, line: Line, compression: grpc.Compression | None
) -> None:
    many = [fresh(name="a" * 200) for _ in range(20)]
    before = wire.ledger()
    assert not line.call(traces(*many), compression=compression).HasField("partial_success")
    line.call(logs(fresh_log()), signal="logs", compression=compression)
    after = wire.ledger()
    assert after.since(before) == {("span", "accepted", ""): 1, ("log_item", "accepted", ""): 1}
    assert after.is_balanced


def test_what_came_is_found(wire: Wire, line: Line) -> None:
    name, message = word(), word()
    line.call(traces(fresh(name=name)))
    line.call(traces(raising(message)))
    path = f"/organizations/{wire.organization}/events/"
    found = wire.api(path, dataset="spans", field="span.description", query=name).json()["data"]
    assert [row["span.description"] for row in found] == [name]
    issues = wire.api(f"/projects/{wire.organization}/{wire.project}/issues/", query=message)
    assert [each["title"] for each in issues.json()] == [f"ValueError: {message}"]


def test_an_empty_export_is_none(wire: Wire, line: Line) -> None:
    before = wire.ledger()
    for signal in SERVICES:
        assert not line.call(b"", signal=signal).HasField("partial_success")
    assert wire.ledger().since(before) == {}


def test_what_is_refused_of_an_export_is_told(wire: Wire, line: Line) -> None:
    before = wire.ledger()
    partial = line.call(traces(fresh(), fresh() | {"spanId": ""})).partial_success
    assert (partial.rejected_spans, partial.error_message) == (1, "no_data: 1")
    assert wire.ledger().since(before) == {("span", "accepted", ""): 1}


def test_metrics_are_refused_and_counted(wire: Wire, line: Line) -> None:
    export = ExportMetricsServiceRequest()
    metric = export.resource_metrics.add().scope_metrics.add().metrics.add(name="requests")
    for value in range(3):
        metric.sum.data_points.add(as_int=value)
    before = wire.ledger()
    partial = line.call(export.SerializeToString(), signal="metrics").partial_success
    assert partial.rejected_data_points == 3
    assert "not kept" in partial.error_message
    after = wire.ledger()
    assert after.since(before) == {("trace_metric", "invalid", "feature_disabled"): 1}
    assert after.is_balanced


def test_ways_to_say_who_sends(wire: Wire, line: Line) -> None:
    key = f"sentry sentry_key={wire.key}"
    for who in (("x-sentry-auth", key), ("authorization", key)):
        line.call(traces(fresh()), who=(who,))
        line.call(traces(fresh()), who=(*line.who, who))


@pytest.mark.parametrize(
    ("who", "code", "reason"),
    [
        ("", Code.UNAUTHENTICATED, "auth_client"),
        ("no DSN", Code.UNAUTHENTICATED, "auth_client"),
        ("https://{other}@h/{project}", Code.PERMISSION_DENIED, "project_id"),
        ("https://{key}@h/999999", Code.PERMISSION_DENIED, "project_id"),
    ],
)
def test_who_may_not_send_is_told(
    wire: Wire, line: Line, who: str, code: Code, reason: str
) -> None:
    dsn = who.format(other="f" * 32, key=wire.key, project=wire.project_id)
    before = wire.ledger()
    for signal in ("traces", "logs"):
        error = line.refused(b"\xff", signal=signal, who=(("x-sentry-dsn", dsn),) if dsn else ())
        assert error.code() is code
        assert retry_seconds(error) is None
    after = wire.ledger()
    assert after.since(before) == {
        ("span", "invalid", reason): 1,
        ("log_item", "invalid", reason): 1,
    }
    assert after.is_balanced


def test_a_resource_says_not_whose_it_is(wire: Wire, line: Line) -> None:
    what = traces(fresh(), resource={"sentry.dsn": wire.dsn, "x-sentry-dsn": wire.dsn})
    assert line.refused(what, who=()).code() is Code.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("what", "reason"),
    [(b"\xff\xff", "invalid_proto"), (gzip.compress(b"\x0a", mtime=0)[:-4], "invalid_compression")],
)
def test_what_is_no_export_is_refused(wire: Wire, line: Line, what: bytes, reason: str) -> None:
    before = wire.ledger()
    error = line.refused(what)
    assert error.code() is Code.INVALID_ARGUMENT
    assert retry_seconds(error) is None
    after = wire.ledger()
    assert after.since(before) == {("span", "invalid", reason): 1}
    assert after.is_balanced


@pytest.mark.parametrize(
    "what",
    [b"x" * 13 * MIB, gzip.compress(bytes(64 * MIB)), zlib.compress(bytes(64 * MIB))],
    ids=["plain", "gzip", "deflate"],
)
def test_what_is_too_large_is_refused(wire: Wire, line: Line, what: bytes) -> None:
    """Be it that it is only large once it is unpacked."""
    before = wire.ledger()
    error = line.refused(what)
    assert error.code() is Code.RESOURCE_EXHAUSTED
    after = wire.ledger()
    assert after.since(before) == {("span", "invalid", "request_too_large"): 1}
    assert after.is_balanced
    line.call(traces(fresh()))


def test_who_goes_away_leaves_nothing_open(
    wire: Wire, wire_server: RunningServer, line: Line
) -> None:
    """A call that ends before its message is there counts as one that failed."""
    before = wire.ledger()
    call = Open(line)
    wait_until(lambda: wire_server.metric("ingest_in_flight_bytes") == MIB)
    call.future.cancel()
    wait_until(lambda: bool(wire.ledger().since(before)))
    after = wire.ledger()
    assert after.since(before) == {("span", "invalid", "request_too_large"): 1}
    assert after.is_balanced


def test_calls_are_measured(wire: Wire, line: Line) -> None:
    sample = (
        'grpc_requests_total{code="%s",service="opentelemetry.proto.collector.logs.v1.LogsService"}'
    )

    def count(code: str) -> float:
        lines = wire.client.get("/metrics").text.splitlines()
        found = [each for each in lines if each.startswith(sample % code)]
        return float(found[0].rpartition(" ")[2]) if found else 0

    before = count("OK"), count("UNAUTHENTICATED")
    line.call(logs(fresh_log()), signal="logs")
    line.refused(logs(fresh_log()), signal="logs", who=())
    assert (count("OK"), count("UNAUTHENTICATED")) == (before[0] + 1, before[1] + 1)


def test_health_is_told(line: Line) -> None:
    check: Callable[..., Any] = line.channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=StringValue.SerializeToString,
        response_deserializer=Int32Value.FromString,
    )
    for service in ("", "opentelemetry.proto.collector.trace.v1.TraceService"):
        assert check(StringValue(value=service)).value == 1
    with pytest.raises(grpc.RpcError) as caught:
        check(StringValue(value="nobody"))
    assert caught.value.code() is Code.NOT_FOUND


def test_reflection_is_off(line: Line) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        ProtoReflectionDescriptorDatabase(line.channel).get_services()
    assert caught.value.code() is Code.UNIMPLEMENTED


def test_over_a_limit_one_is_told_when_to_come_again(
    wire: Wire, wire_server: RunningServer, line: Line
) -> None:
    limited = Limited(wire, wire_server)
    limited.limit(("span", 2), window=3_600)
    who = (("x-sentry-auth", limited.auth["X-Sentry-Auth"]),)
    line.call(traces(fresh(), fresh()), who=who)
    before = wire.ledger()
    error = line.refused(traces(fresh()), who=who)
    assert error.code() is Code.RESOURCE_EXHAUSTED
    assert 0 < (retry_seconds(error) or 0) <= 3_600
    line.call(logs(fresh_log()), signal="logs", who=who)
    after = wire.ledger()
    assert after.is_balanced
    assert after.since(before) == {
        ("span", "rate_limited", "project_quota"): 1,
        ("log_item", "accepted", ""): 1,
    }


def test_under_maintenance_one_is_told_when_to_come_again(tmp_path: Path) -> None:
    server = RunningServer(tmp_path)
    with server, Wire(server) as who:
        line = Line(server, who)
        with line.channel:
            assert line.call(traces(fresh())) == ExportTraceServiceResponse()
    with server.with_settings(URGENTRY_MAINTENANCE="refuse") as maintained:
        line = Line(maintained, who)
        with line.channel:
            error = line.refused(traces(fresh()))
            assert error.code() is Code.UNAVAILABLE
            assert retry_seconds(error) == 60


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that has room for one call."""
    settings = {"URGENTRY_MAX_BYTES_IN_FLIGHT": str(MIB), "URGENTRY_OTLP_GRPC_REFLECTION": "yes"}
    with RunningServer(tmp_path_factory.mktemp("small"), settings=settings) as server:
        yield server


def test_without_room_one_is_told_when_to_come_again(small: RunningServer) -> None:
    with Wire(small) as wire:
        line = Line(small, wire)
        with line.channel:
            holder = Open(line)
            wait_until(lambda: small.metric("ingest_in_flight_bytes") == MIB)
            error = line.refused(traces(fresh()))
            assert error.code() is Code.UNAVAILABLE
            assert retry_seconds(error) == 10
            assert holder.finish(body(traces(fresh()), PROTOBUF)) == b""
            assert wire.ledger().settled == {
                ("span", "rate_limited", "overload"): 1,
                ("span", "accepted", ""): 1,
            }


def test_tools_learn_what_the_services_are(small: RunningServer) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{small.grpc_port}") as channel:
        found = ProtoReflectionDescriptorDatabase(channel)
        names = {f"opentelemetry.proto.collector.{name}" for name, _ in SERVICES.values()}
        assert set(found.get_services()) == names
        (name,) = (name for name in names if "trace" in name)
        described = DescriptorPool(found).FindServiceByName(name)
        assert [method.name for method in described.methods] == ["Export"]


def test_it_ends_when_the_last_call_is_answered(tmp_path: Path) -> None:
    """Who watches is told, new calls go elsewhere, and the one in flight is kept."""
    with RunningServer(tmp_path) as server, Wire(server) as wire:
        line = Line(server, wire)
        with line.channel:
            watch: Callable[..., Any] = line.channel.unary_stream(
                "/grpc.health.v1.Health/Watch", response_deserializer=Int32Value.FromString
            )
            told = watch(b"")
            assert next(told).value == 1
            call = Open(line)
            wait_until(lambda: server.metric("ingest_in_flight_bytes") == MIB)
            server.ask_to_stop()
            assert [answer.value for answer in told] == [2]
            name = word()
            assert call.finish(body(traces(fresh(name=name)), PROTOBUF)) == b""
        assert server.stop() == 0
        server.start()
        path = f"/organizations/{wire.organization}/events/"
        found = wire.api(path, dataset="spans", field="span.description", query=name).json()
        assert [row["span.description"] for row in found["data"]] == [name]


def test_before_the_database_is_there_one_is_told_when_to_come_again(tmp_path: Path) -> None:
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    server = RunningServer(tmp_path, database_dsn=away)
    try:
        server.launch()
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            export: Callable[..., Any] = channel.unary_unary(
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
            )
            who = (("x-sentry-dsn", f"http://{'a' * 32}@h/1"),)
            with pytest.raises(grpc.RpcError) as caught:
                export(b"", metadata=who, wait_for_ready=True, timeout=20)
            assert caught.value.code() is Code.UNAVAILABLE
            assert retry_seconds(caught.value) == 5
    finally:
        server.kill()


def test_the_port_can_be_closed(tmp_path: Path) -> None:
    server = RunningServer(tmp_path, settings={"URGENTRY_OTLP_GRPC_PORT": "0"})
    with server, socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.grpc_port)) != 0
        loaded = Path(f"/proc/{server.pid}/maps").read_text()
        assert "/grpc/_cython/" not in loaded
