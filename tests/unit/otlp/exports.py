"""Exports as OpenTelemetry's SDKs write them, in JSON, and the same as protocol buffers."""

import base64
from collections.abc import Iterable
from typing import Any

import orjson
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from urgentry import clock
from urgentry.otlp.answers import JSON, PROTOBUF

NOW = 1_790_000_000 * clock.SECOND
TRACE = "4c79f60c11214eb38604f4ae0781bfb2"
SPAN = "fa90fdead5f74052"
PARENT = "fa90fdead5f74051"
FORMS = (JSON, PROTOBUF)
_IDS = frozenset({"traceId", "spanId", "parentSpanId"})

Json = dict[str, Any]


def nanos(at: int) -> str:
    """Microseconds as the JSON form has times."""
    return str(at * 1_000)


def any_value(value: Any) -> Json:
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes(value)}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(each) for each in value]}}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    name = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {name[type(value)]: str(value) if type(value) is int else value}


def attributes(values: dict[str, Any]) -> list[Json]:
    return [{"key": key, "value": any_value(value)} for key, value in values.items()]


def span(*, about: dict[str, Any] | None = None, **given: Any) -> Json:
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "GET /orders/{id}",
        "kind": 2,
        "startTimeUnixNano": nanos(NOW),
        "endTimeUnixNano": nanos(NOW + 250_000),
        "attributes": attributes(about or {}),
        **given,
    }


def exception(*, at: int = NOW, **about: Any) -> Json:
    """What `record_exception` adds to a span."""
    told = {f"exception.{key}": value for key, value in about.items()}
    return {"timeUnixNano": nanos(at), "name": "exception", "attributes": attributes(told)}


def log(*, about: dict[str, Any] | None = None, **given: Any) -> Json:
    return {
        "timeUnixNano": nanos(NOW),
        "severityNumber": 9,
        "body": any_value("hello"),
        "attributes": attributes(about or {}),
        "traceId": TRACE,
        "spanId": SPAN,
        **given,
    }


def traces(*spans: Json, resource: dict[str, Any] | None = None, scope: Any = None) -> Json:
    inner = {"spans": list(spans), **({"scope": scope} if scope is not None else {})}
    outer: Json = {"scopeSpans": [inner]}
    if resource is not None:
        outer["resource"] = {"attributes": attributes(resource)}
    return {"resourceSpans": [outer]}


def logs(*records: Json, resource: dict[str, Any] | None = None, scope: Any = None) -> Json:
    inner = {"logRecords": list(records), **({"scope": scope} if scope is not None else {})}
    outer: Json = {"scopeLogs": [inner]}
    if resource is not None:
        outer["resource"] = {"attributes": attributes(resource)}
    return {"resourceLogs": [outer]}


def body(export: Json, form: str) -> bytes:
    """The bytes of an export."""
    if form == JSON:
        return orjson.dumps(export)
    of_traces = "resourceSpans" in export
    message = ExportTraceServiceRequest() if of_traces else ExportLogsServiceRequest()
    json_format.ParseDict(_with_base64(export), message)
    written: bytes = message.SerializeToString()
    return written


def _with_base64(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_base64(each) for each in value]
    return dict(_members(value)) if isinstance(value, dict) else value


def _members(value: Json) -> Iterable[tuple[str, Any]]:
    for key, member in value.items():
        if key in _IDS and isinstance(member, str):
            yield key, base64.b64encode(bytes.fromhex(member)).decode()
        else:
            yield key, _with_base64(member)
