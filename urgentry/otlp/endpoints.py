"""`…/integration/otlp/v1/traces`, `…/logs` and `…/metrics` of a project, and `/v1/traces` and so on
of the port of OTLP, where the project is the key's. The services of `grpc` answer by them too."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from urgentry.domain.routing import Routing
from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, Item, make_envelope
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits
from urgentry.otlp import generated
from urgentry.otlp.answers import JSON, form_of, http_status, status_body, success_body
from urgentry.otlp.convert.errors import raised_in_logs, raised_in_spans
from urgentry.otlp.convert.logs import logs_of
from urgentry.otlp.convert.metrics import count_points
from urgentry.otlp.convert.spans import spans_of
from urgentry.otlp.generated import Generated
from urgentry.otlp.items import (
    log_items_of,
    metric_items_of,
    note_refused,
    parted,
    refusals_of,
    span_items_of,
)
from urgentry.otlp.messages import LOGS, METRICS, TRACES, Form
from urgentry.protocol.auth import Credentials, agreeing, dsn_credentials
from urgentry.protocol.items import DataCategory
from urgentry.protocol.limits import MIB
from urgentry.protocol.outcome import Reason, Rejected, invalid

DSN_HEADER = b"x-sentry-dsn"
MAX_EXPORT_BYTES = 12 * MIB


class OtlpEndpoint(Endpoint):
    """One signal. What is refused is told in the form of the request."""

    body_limits = BodyLimits(
        compressed_bytes=MAX_EXPORT_BYTES, unpack=UnpackLimits(unpacked_bytes=MAX_EXPORT_BYTES)
    )
    reads_beside = True
    allowed_headers = (DSN_HEADER,)
    form: Form
    generated: Generated
    refused_member: str
    remark = ""
    """What is said of what was refused, where its reasons alone would not tell."""

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern)

    def credentials(self, request: Request) -> Credentials | None:
        """A whole DSN in a header of its own does too."""
        found, dsn = super().credentials(request), request.header(DSN_HEADER)
        return found if dsn is None else agreeing(dsn_credentials(dsn), found)

    def read(self, request: Request, body: Body) -> Envelope:
        """An item of the export, and one for each exception in it."""
        form = form_of(request.content_type)
        if form is None:
            raise invalid(
                Reason.CONTENT_TYPE,
                "the content type is neither application/x-protobuf nor application/json",
                status=415,
            )
        read = self.form.from_json if form == JSON else self.form.from_protobuf
        whole = bytes(body)
        return make_envelope({}, self.items(request, whole, read(whole)))

    def items(self, request: Request, body: bytes, export: Any) -> list[Item]:
        """The items of an export."""
        raise NotImplementedError

    def routes(self, envelope: Envelope, routing: Routing) -> Mapping[str, Envelope]:
        """Spans, logs and exceptions by the resource that they come from."""
        parts = parted(envelope.items, routing)
        return {value: make_envelope({}, items) for value, items in parts.items()}

    def note_refusal(self, envelope: Envelope, rejected: Rejected) -> bool:
        """A partial success tells how many were refused, and why."""
        return note_refused(envelope.items, rejected)

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """What was refused of what was taken, or nothing."""
        del event_id
        form = form_of(request.content_type) or JSON
        return _answer(200, self.success(envelope, form), form)

    def success(self, envelope: Envelope, form: str) -> bytes:
        """The message that answers an export which was taken."""
        refused = refusals_of(envelope.items)
        return success_body(
            self.generated.response(), refused, self.refused_member, form, self.remark
        )

    def rejection(self, request: Request, rejected: Rejected) -> Answer:
        """A `google.rpc.Status`."""
        form = form_of(request.content_type) or JSON
        status = http_status(rejected)
        body = status_body(status, ": ".join((rejected.detail, *rejected.causes)), form)
        return _answer(status, body, form, rejected.headers)

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """An event that has no room in its limit is no reason to send the export again."""
        lasting = [each for each in refusals if each.category != DataCategory.ERROR]
        return super().refusal(lasting)


class TracesEndpoint(OtlpEndpoint):
    """Spans."""

    category = DataCategory.SPAN
    form = TRACES
    generated = generated.TRACE
    refused_member = "rejected_spans"

    def items(self, request: Request, body: bytes, export: Any) -> list[Item]:
        """The spans, and the exceptions among their events."""
        del request
        entries = list(spans_of(export))
        return span_items_of(body, entries, raised_in_spans(entries))


class LogsEndpoint(OtlpEndpoint):
    """Log records."""

    category = DataCategory.LOG_ITEM
    form = LOGS
    generated = generated.LOGS
    refused_member = "rejected_log_records"

    def items(self, request: Request, body: bytes, export: Any) -> list[Item]:
        """The log records, and the exceptions among them."""
        entries = list(logs_of(export))
        return log_items_of(body, entries, raised_in_logs(entries, request.received))


class MetricsEndpoint(OtlpEndpoint):
    """Metrics, which are refused: exporters are told, and the project's stats tell too."""

    category = DataCategory.TRACE_METRIC
    form = METRICS
    generated = generated.METRICS
    refused_member = "rejected_data_points"
    remark = "metrics of OpenTelemetry are not kept here: export traces and logs alone"

    def items(self, request: Request, body: bytes, export: Any) -> list[Item]:
        """The values, which are counted."""
        del request
        return metric_items_of(body, count_points(export))


def _answer(
    status: int, body: bytes, form: str, headers: Sequence[tuple[bytes, bytes]] = ()
) -> Answer:
    content_type = form.encode()
    named = () if body else ((b"content-type", content_type),)
    return Answer(status=status, body=body, content_type=content_type, headers=[*headers, *named])


_OF_PROJECT = r"/api/(?P<project>[^/]+)/integration/otlp/v1/"
ENDPOINTS: Sequence[Endpoint] = (
    TracesEndpoint(_OF_PROJECT + "traces/?"),
    LogsEndpoint(_OF_PROJECT + "logs/?"),
    MetricsEndpoint(_OF_PROJECT + "metrics/?"),
)
"""Those on the port of the SDKs."""
OWN_ENDPOINTS: Sequence[Endpoint] = (
    *ENDPOINTS,
    TracesEndpoint("/v1/traces/?"),
    LogsEndpoint("/v1/logs/?"),
    MetricsEndpoint("/v1/metrics/?"),
)
"""Those on the port of OTLP."""
