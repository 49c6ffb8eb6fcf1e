"""The bodies of exports. Protocol buffers have generated classes; for the JSON form there are the
same messages here, whose members have the same names, so that all else reads both alike.

A member may be null, which means that it is absent.
"""

from typing import Any

import msgspec

from urgentry.ingest.normalize import parse_event_json
from urgentry.otlp import generated
from urgentry.otlp.generated import Generated
from urgentry.protocol.outcome import Reason, Rejected, invalid


class _Message(msgspec.Struct, rename="camel", kw_only=True):
    pass


class KeyValueList(_Message):
    values: list["KeyValue"] | None = None


class ArrayValue(_Message):
    values: list["AnyValue"] | None = None


class AnyValue(_Message):
    """One of them, or none."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | None = None
    double_value: float | None = None
    array_value: ArrayValue | None = None
    kvlist_value: KeyValueList | None = None
    bytes_value: bytes | None = None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - as the generated classes have it
        """The name of the member that is there."""
        for name in self.__struct_fields__:
            if getattr(self, name) is not None:
                return name
        return None


class KeyValue(_Message):
    key: str | None = None
    value: AnyValue | None = None


class Resource(_Message):
    attributes: list[KeyValue] | None = None


class Scope(_Message):
    name: str | None = None
    version: str | None = None
    attributes: list[KeyValue] | None = None


class Event(_Message):
    time_unix_nano: int | None = None
    name: str | None = None
    attributes: list[KeyValue] | None = None


class Link(_Message):
    trace_id: str | None = None
    span_id: str | None = None
    flags: int | None = None
    attributes: list[KeyValue] | None = None


class Status(_Message):
    message: str | None = None
    code: int | None = None


class Span(_Message):
    trace_id: str | None = None
    span_id: str | None = None
    trace_state: str | None = None
    parent_span_id: str | None = None
    flags: int | None = None
    name: str | None = None
    kind: int | None = None
    start_time_unix_nano: int | None = None
    end_time_unix_nano: int | None = None
    attributes: list[KeyValue] | None = None
    events: list[Event] | None = None
    links: list[Link] | None = None
    status: Status | None = None


class LogRecord(_Message):
    time_unix_nano: int | None = None
    observed_time_unix_nano: int | None = None
    severity_number: int | None = None
    severity_text: str | None = None
    body: AnyValue | None = None
    attributes: list[KeyValue] | None = None
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None


class Points(_Message):
    data_points: list[msgspec.Raw] | None = None


class Metric(_Message):
    """One of them, or none."""

    gauge: Points | None = None
    sum: Points | None = None
    histogram: Points | None = None
    exponential_histogram: Points | None = None
    summary: Points | None = None


class ScopeSpans(_Message):
    scope: Scope | None = None
    spans: list[Span] | None = None


class ScopeLogs(_Message):
    scope: Scope | None = None
    log_records: list[LogRecord] | None = None


class ScopeMetrics(_Message):
    metrics: list[Metric] | None = None


class ResourceSpans(_Message):
    resource: Resource | None = None
    scope_spans: list[ScopeSpans] | None = None


class ResourceLogs(_Message):
    resource: Resource | None = None
    scope_logs: list[ScopeLogs] | None = None


class ResourceMetrics(_Message):
    scope_metrics: list[ScopeMetrics] | None = None


class TracesData(_Message):
    resource_spans: list[ResourceSpans] | None = None


class LogsData(_Message):
    resource_logs: list[ResourceLogs] | None = None


class MetricsData(_Message):
    resource_metrics: list[ResourceMetrics] | None = None


class Form:
    """How one signal is exported: the generated classes, and the JSON message that equals them."""

    def __init__(self, made: Generated, plain: type[_Message]) -> None:
        self._generated = made
        self._plain = plain
        self._decoder = msgspec.json.Decoder(plain, strict=False)

    def from_protobuf(self, body: bytes) -> Any:
        """The export in a body. `Rejected` when it is none."""
        from google.protobuf.message import DecodeError  # noqa: PLC0415 - as in `generated`

        try:
            return self._generated.request.FromString(body)
        except DecodeError as error:
            raise invalid(Reason.INVALID_PROTO, "invalid protocol buffer") from error

    def from_json(self, body: bytes) -> Any:
        """The export in a body. `Rejected` when it is none."""
        try:
            return self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise _not_json(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._from_odd_json(body)

    def _from_odd_json(self, body: bytes) -> Any:
        """Texts with halves of characters, which some languages have, and whose writers let them
        through."""
        try:
            return msgspec.convert(parse_event_json(body), self._plain, strict=False)
        except (msgspec.ValidationError, RecursionError) as error:
            raise _not_json(error) from error


def _not_json(error: Exception) -> Rejected:
    return invalid(Reason.INVALID_JSON, f"invalid JSON data: {error}")


TRACES = Form(generated.TRACE, TracesData)
LOGS = Form(generated.LOGS, LogsData)
METRICS = Form(generated.METRICS, MetricsData)
