"""gRPC's health protocol, as probes of Kubernetes and load balancers ask it. Its messages hold one
field each, and have the form of protobuf's own wrappers.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.protobuf.wrappers_pb2 import Int32Value, StringValue

SERVICE = "grpc.health.v1.Health"
SERVING, NOT_SERVING, UNKNOWN = 1, 2, 3

_WATCH_S = 1.0

Problems = Callable[[], Awaitable[Mapping[str, str]]]
"""What stands in the way of serving, by part; empty when nothing does."""


def health_handler(
    problems: Problems, services: Collection[str], ending: asyncio.Event
) -> grpc.GenericRpcHandler:
    """Answers for the server, whose name is empty, and for its services. Watchers are let go when
    the server is `ending`."""
    known = {"", *services}

    async def status_of(service: str) -> int:
        if service not in known:
            return UNKNOWN
        return NOT_SERVING if await problems() else SERVING

    async def check(request: StringValue, context: Any) -> Int32Value:
        status = await status_of(request.value)
        if status == UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return Int32Value(value=status)

    async def watch(request: StringValue, _context: Any) -> AsyncIterator[Int32Value]:
        told = None
        while True:
            status = await status_of(request.value)
            if status != told:
                told = status
                yield Int32Value(value=status)
            if ending.is_set():
                return
            try:
                await asyncio.wait_for(ending.wait(), _WATCH_S)
            except TimeoutError:
                continue

    return grpc.method_handlers_generic_handler(
        SERVICE,
        {
            "Check": grpc.unary_unary_rpc_method_handler(check, _service, _status),
            "Watch": grpc.unary_stream_rpc_method_handler(watch, _service, _status),
        },
    )


def _status(answer: Int32Value) -> bytes:
    return answer.SerializeToString()


def _service(request: bytes) -> StringValue:
    try:
        return StringValue.FromString(request)
    except DecodeError:
        return StringValue(value="\N{REPLACEMENT CHARACTER}")
