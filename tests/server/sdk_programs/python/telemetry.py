"""A request of a shop as OpenTelemetry's SDK for Python sees it: spans, an exception that rises
through both of them, and logs. `OTEL_EXPORTER_OTLP_*` says where to, as whom and by which protocol.
"""

import logging
import os
from contextlib import suppress
from importlib import import_module

from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

PROTOCOL = os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"].partition("/")[0]
EXPORTER = f"opentelemetry.exporter.otlp.proto.{PROTOCOL}"
OTLPSpanExporter = import_module(f"{EXPORTER}.trace_exporter").OTLPSpanExporter
OTLPLogExporter = import_module(f"{EXPORTER}._log_exporter").OTLPLogExporter

log = logging.getLogger("shop.orders")


def redeem(voucher: str) -> None:
    raise ValueError(f"no such voucher: {voucher}")


def price(tracer: trace.Tracer) -> None:
    with tracer.start_as_current_span("SELECT orders", kind=trace.SpanKind.CLIENT) as span:
        span.set_attribute("db.system.name", "postgresql")
        span.set_attribute("db.query.text", "SELECT total FROM orders")
        log.info("priced", extra={"order": 7})
        redeem("X")


def main() -> None:
    tracers, loggers = TracerProvider(), LoggerProvider()
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    log.addHandler(LoggingHandler(logger_provider=loggers))
    log.setLevel(logging.INFO)
    tracer = tracers.get_tracer("shop")
    with (
        suppress(ValueError),
        tracer.start_as_current_span("GET /orders/{id}", kind=trace.SpanKind.SERVER) as span,
    ):
        span.set_attribute("http.request.method", "GET")
        price(tracer)
    try:
        redeem("Y")
    except ValueError:
        log.exception("outside of any span")
    assert tracers.force_flush()
    assert loggers.force_flush()
    tracers.shutdown()
    loggers.shutdown()


if __name__ == "__main__":
    main()
