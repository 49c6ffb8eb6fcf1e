"""The services `Export`: a call is authenticated before its message is read, and answered after the
commit, by the endpoint that answers over HTTP too.
"""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

import grpc

from urgentry import clock
from urgentry.ingest.body import Body
from urgentry.ingest.budget import Hold
from urgentry.ingest.edge import IngestEdge
from urgentry.ingest.overflow import Spill
from urgentry.ingest.request import Request
from urgentry.ingest.wire import BodyLimits, Headers, header_map, unpack_body
from urgentry.metrics import Metrics
from urgentry.otlp.answers import PROTOBUF, http_status, retry_after, rpc_code, status_body
from urgentry.otlp.endpoints import LogsEndpoint, MetricsEndpoint, OtlpEndpoint, TracesEndpoint
from urgentry.protocol.limits import MIB, body_too_large
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid

PACKAGE = "opentelemetry.proto.collector"
DETAILS = "grpc-status-details-bin"
"""Where a status stands in full, with the time to come again."""
_CODES: Mapping[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
_STARTING_S = 5

Messages = AsyncIterable[bytes]
Gate = Callable[[], Awaitable[bool]]
"""Whether what is sent can be taken."""
Run = Callable[[Any], asyncio.Task[Any]]
"""Starts what goes on when its caller has gone."""


class ExportService:
    """One signal's service."""

    def __init__(
        self, endpoint: OtlpEndpoint, name: str, edge: IngestEdge, gate: Gate, metrics: Metrics
    ) -> None:
        # Nothing tells how long a message is before it is there.
        endpoint.undeclared_bytes = MIB
        self.name = f"{PACKAGE}.{name}"
        self._endpoint = endpoint
        self._edge = edge
        self._gate = gate
        self._metrics = metrics

    def handler(self, run: Run) -> grpc.GenericRpcHandler:
        """What the server asks for it. It reads as a stream, because the server hands out the call
        then before the message is there; on the wire that is the same."""

        async def export(messages: Messages, context: Any) -> bytes:
            return await self._export(messages, context, run)

        method: Any = grpc.stream_unary_rpc_method_handler(export)
        return grpc.method_handlers_generic_handler(self.name, {"Export": method})

    async def _export(self, messages: Messages, context: Any, run: Run) -> bytes:
        """The answer. What was read is stored and settled even when the caller does not wait."""
        started, code = clock.now(), grpc.StatusCode.CANCELLED
        try:
            answer = await asyncio.shield(run(self._take(messages, context)))
            if isinstance(answer, bytes):
                code = grpc.StatusCode.OK
                return answer
            code = _CODES[rpc_code(http_status(answer))]
            await _abort(context, code, answer)
            raise AssertionError  # abort raises
        finally:
            self._metrics.grpc_requests.labels(self.name, code.name).inc()
            elapsed = (clock.now() - started) / clock.SECOND
            self._metrics.grpc_seconds.labels(self.name).observe(elapsed)

    async def _take(self, messages: Messages, context: Any) -> bytes | Rejected:
        if not await self._gate():
            return _not_ready()
        request = _request_of(context)

        async def read(limits: BodyLimits, hold: Hold, _spill: Spill | None) -> Body:
            return await _read_message(messages, limits, hold)

        try:
            envelope, _ = await self._edge.take(self._endpoint, request, read)
        except Rejected as rejected:
            return rejected
        return self._endpoint.success(envelope, PROTOBUF)


def export_services(edge: IngestEdge, gate: Gate, metrics: Metrics) -> list[ExportService]:
    """The services of all signals."""
    return [
        ExportService(endpoint, name, edge, gate, metrics)
        for endpoint, name in (
            (TracesEndpoint(""), "trace.v1.TraceService"),
            (LogsEndpoint(""), "logs.v1.LogsService"),
            (MetricsEndpoint(""), "metrics.v1.MetricsService"),
        )
    ]


def peer_address(peer: str) -> str | None:
    """The address in what gRPC calls a peer: `ipv4:10.0.0.7:4711`, `ipv6:%5B::1%5D:4711`."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return None
    return rest.rpartition(":")[0].strip("[]")


def coding_of(message: bytes) -> tuple[str, ...]:
    """How a message is packed. gRPC would unpack it without a bound, and so it is told not to; its
    metadata does not say, but no export begins as these formats do."""
    if message[:2] == b"\x1f\x8b":
        return ("gzip",)
    if message[:1] == b"\x78" and int.from_bytes(message[:2], "big") % 31 == 0:
        return ("deflate",)
    return ()


async def _read_message(messages: Messages, limits: BodyLimits, hold: Hold) -> Body:
    """The message of a call. gRPC itself answers one that is too large, and ends the stream."""
    try:
        async with asyncio.timeout(limits.read_timeout_s):
            message = await anext(aiter(messages), None)
    except TimeoutError as error:
        raise invalid(Reason.INVALID_BODY, "the message took too long", status=408) from error
    if message is None:
        raise body_too_large()
    return unpack_body(message, coding_of(message), limits, hold)


def _request_of(context: Any) -> Request:
    return Request(
        method="POST",
        path={},
        query=b"",
        headers=_headers_of(context.invocation_metadata() or ()),
        peer=peer_address(context.peer()),
        received=clock.now(),
    )


def _headers_of(metadata: Any) -> Headers:
    given = [(name.encode(), _bytes(value)) for name, value in metadata if name != "content-type"]
    return header_map([*given, (b"content-type", PROTOBUF.encode())])


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


def _not_ready() -> Rejected:
    return Rejected(
        Outcome.INVALID,
        Reason.PROJECT_UNAVAILABLE,
        status=503,
        detail="the server is not ready",
        headers=[(b"retry-after", str(_STARTING_S).encode())],
    )


async def _abort(context: Any, code: grpc.StatusCode, rejected: Rejected) -> None:
    message = ": ".join((rejected.detail, *rejected.causes))
    status = status_body(http_status(rejected), message, PROTOBUF, retry_after(rejected))
    await context.abort(code, message, ((DETAILS, status),))
