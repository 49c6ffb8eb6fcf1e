"""gRPC's reflection, by which tools learn what the services are. Imported only where it is on."""

from collections.abc import Sequence

import grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio

from urgentry.otlp.generated import LOGS, METRICS, TRACE

VERSIONS = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
"""Both names of one protocol."""


def reflection_handlers(services: Sequence[str]) -> list[grpc.GenericRpcHandler]:
    """Tells of the collector's services. What it tells, protobuf knows of classes that are
    loaded."""
    for generated in (TRACE, LOGS, METRICS):
        generated.load()
    method = grpc.stream_stream_rpc_method_handler(
        aio.ReflectionServicer(services).ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return [
        grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": method})
        for name in VERSIONS
    ]
