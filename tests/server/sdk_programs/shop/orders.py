"""The service that takes orders, and the page that places one: it listens on the port that it is
told, goes on with the trace of whoever asks, and asks the stock, which is at the other port.
OpenTelemetry's SDK tells of it where `OTEL_EXPORTER_OTLP_*` says.
"""

import http.server
import logging
import sys
import urllib.error
import urllib.request
from functools import partial

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

OWN_PORT, STOCK_PORT, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

tracers, loggers = TracerProvider(), LoggerProvider()
tracers.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
loggers.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter()))
tracer = tracers.get_tracer("orders")
log = logging.getLogger("orders")
log.addHandler(LoggingHandler(logger_provider=loggers))
log.setLevel(logging.INFO)


def ask_stock() -> int:
    """The status that it answers."""
    headers: dict[str, str] = {}
    with tracer.start_as_current_span("GET stock", kind=trace.SpanKind.CLIENT) as span:
        span.set_attribute("http.request.method", "GET")
        propagate.inject(headers)
        request = urllib.request.Request(f"http://127.0.0.1:{STOCK_PORT}/stock", headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


class Orders(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Requests are told by spans."""

    def do_POST(self) -> None:
        context = propagate.extract(self.headers)
        kind = trace.SpanKind.SERVER
        with tracer.start_as_current_span("POST /orders", context=context, kind=kind) as span:
            span.set_attribute("http.request.method", "POST")
            log.info("an order came in")
            status = ask_stock()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


handler = partial(Orders, directory=FOLDER)
http.server.ThreadingHTTPServer(("127.0.0.1", OWN_PORT), handler).serve_forever()
