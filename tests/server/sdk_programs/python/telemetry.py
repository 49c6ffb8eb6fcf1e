"""A request of a shop as OpenTelemetry's SDK for Python sees it: spans, an exception that rises
through both of them, and logs. Where to and as whom is said by `OTEL_EXPORTER_OTLP_*`.
"""

import logging
from contextlib import suppress

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

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
