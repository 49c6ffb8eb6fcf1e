// A request of a shop as OpenTelemetry's SDK for JavaScript sees it: spans, an exception that rises
// through both of them, and logs. `OTEL_EXPORTER_OTLP_*` says where to, as whom and by which protocol.
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { detectResources, envDetector } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const protocol = process.env.OTEL_EXPORTER_OTLP_PROTOCOL;
const kind = { grpc: "grpc", "http/protobuf": "proto", "http/json": "http" }[protocol];
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${kind}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${kind}`);

const resource = detectResources({ detectors: [envDetector] });
const tracers = new NodeTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
tracers.register();
const loggers = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
const tracer = trace.getTracer("shop");
const logger = loggers.getLogger("shop.orders");

function redeem(voucher) {
  throw new RangeError(`no such voucher: ${voucher}`);
}

// What the SDK leaves to its user: an exception is recorded where it passes.
function within(name, options, work) {
  return tracer.startActiveSpan(name, options, (span) => {
    try {
      return work(span);
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

function price() {
  const attributes = {
    "db.system.name": "postgresql",
    "db.query.text": "SELECT total FROM orders",
  };
  within("SELECT orders", { kind: SpanKind.CLIENT, attributes }, () => {
    const told = { severityNumber: SeverityNumber.INFO, severityText: "INFO" };
    logger.emit({ ...told, body: "priced", attributes: { order: 7 }, context: context.active() });
    redeem("X");
  });
}

try {
  const attributes = { "http.request.method": "GET" };
  within("GET /orders/{id}", { kind: SpanKind.SERVER, attributes }, price);
} catch {
  // It was recorded.
}
try {
  redeem("Y");
} catch (error) {
  logger.emit({
    severityNumber: SeverityNumber.ERROR,
    severityText: "ERROR",
    body: "outside of any span",
    attributes: {
      "exception.type": error.name,
      "exception.message": error.message,
      "exception.stacktrace": error.stack,
    },
  });
}
await tracers.shutdown();
await loggers.shutdown();
