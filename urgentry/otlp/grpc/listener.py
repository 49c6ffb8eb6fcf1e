"""The listener of OTLP over gRPC: one port, without TLS, which is the proxy's."""

import asyncio
from typing import Any

import grpc
from grpc import aio

from urgentry.errors import ConfigError
from urgentry.ingest.edge import IngestEdge
from urgentry.metrics import Metrics
from urgentry.otlp.endpoints import MAX_EXPORT_BYTES
from urgentry.otlp.grpc.exports import Gate, export_services
from urgentry.otlp.grpc.health import Problems, health_handler

_MAX_METADATA_BYTES = 64 << 10
_STREAMS = 100
_AGE_MS = 10 * 60_000
_AGE_GRACE_MS = 60_000
_IDLE_MS = 15 * 60_000
_PING_MS = 5_000

_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_EXPORT_BYTES),
    ("grpc.per_message_decompression", 0),  # `exports` unpacks, within bounds
    ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
    ("grpc.max_concurrent_streams", _STREAMS),
    ("grpc.so_reuseport", 0),  # a port that is taken is an error
    # Clients keep a connection for ever, and a cluster spreads connections, not calls. gRPC adds a
    # jitter of its own.
    ("grpc.max_connection_age_ms", _AGE_MS),
    ("grpc.max_connection_age_grace_ms", _AGE_GRACE_MS),
    ("grpc.max_connection_idle_ms", _IDLE_MS),
    ("grpc.http2.min_ping_interval_without_data_ms", _PING_MS),
    ("grpc.keepalive_permit_without_calls", 1),
)


class GrpcListener:
    """One listener. `stop` ends it in good order: connections are told to go, and calls in flight
    are answered. `serve` may be called once."""

    def __init__(
        self,
        edge: IngestEdge,
        gate: Gate,
        problems: Problems,
        metrics: Metrics,
        *,
        host: str,
        port: int,
        drain_timeout_s: int,
        answers_health: bool,
        answers_reflection: bool,
    ) -> None:
        self._drain_timeout_s = drain_timeout_s
        self._ending = asyncio.Event()
        self._services = export_services(edge, gate, metrics)
        self._server = aio.server(options=_OPTIONS)
        names = [service.name for service in self._services]
        if answers_health:
            self._answer(health_handler(problems, names, self._ending))
        if answers_reflection:
            from urgentry.otlp.grpc.reflection import reflection_handlers  # noqa: PLC0415 - rare

            self._answer(*reflection_handlers(names))
        _listen(self._server, host, port)

    async def serve(self) -> None:
        """Answers calls until `stop`; returns when the last is answered and settled."""
        async with asyncio.TaskGroup() as calls:
            self._answer(*(service.handler(calls.create_task) for service in self._services))
            await self._server.start()
            await self._ending.wait()
            await self._server.stop(self._drain_timeout_s)

    def stop(self) -> None:
        """Asks the listener to end."""
        self._ending.set()

    def _answer(self, *handlers: grpc.GenericRpcHandler) -> None:
        self._server.add_generic_rpc_handlers(handlers)


def _listen(server: Any, host: str, port: int) -> None:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        server.add_insecure_port(address)
    except RuntimeError as error:
        raise ConfigError(
            f"cannot listen on {host} port {port} for OTLP over gRPC",
            hint="set URGENTRY_OTLP_GRPC_PORT, or stop who listens there",
        ) from error
