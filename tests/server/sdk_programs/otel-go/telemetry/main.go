// A request of a shop as OpenTelemetry's SDK for Go sees it: spans, an error that is recorded with its
// stack, and logs. `OTEL_EXPORTER_OTLP_*` says where to and as whom, the argument by which protocol.
package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"os"
	"runtime/debug"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func must[T any](made T, err error) T {
	if err != nil {
		stdlog.Fatal(err)
	}
	return made
}

func spans(ctx context.Context) sdktrace.SpanExporter {
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		return must(otlptracegrpc.New(ctx))
	}
	return must(otlptracehttp.New(ctx))
}

func logs(ctx context.Context) sdklog.Exporter {
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		return must(otlploggrpc.New(ctx))
	}
	return must(otlploghttp.New(ctx))
}

func redeem(voucher string) error {
	return errors.New("no such voucher: " + voucher)
}

func fail(span trace.Span, err error) {
	span.RecordError(err, trace.WithStackTrace(true))
	span.SetStatus(codes.Error, err.Error())
	span.End()
}

func emit(ctx context.Context, logger log.Logger, severity log.Severity, body string, attributes ...attribute.KeyValue) {
	var record log.Record
	record.SetSeverity(severity)
	record.SetBody(attribute.StringValue(body))
	record.AddAttributes(attributes...)
	logger.Emit(ctx, record)
}

func main() {
	ctx := context.Background()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans(ctx)))
	loggers := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(logs(ctx))))
	tracer, logger := tracers.Tracer("shop"), loggers.Logger("shop.orders")

	serving, request := tracer.Start(ctx, "GET /orders/{id}",
		trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", "GET")))
	querying, query := tracer.Start(serving, "SELECT orders",
		trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(
			attribute.String("db.system.name", "postgresql"),
			attribute.String("db.query.text", "SELECT total FROM orders")))
	emit(querying, logger, log.SeverityInfo, "priced", attribute.Int("order", 7))
	err := redeem("X")
	fail(query, err)
	fail(request, err)

	other := redeem("Y")
	emit(ctx, logger, log.SeverityError, "outside of any span",
		attribute.String("exception.type", fmt.Sprintf("%T", other)),
		attribute.String("exception.message", other.Error()),
		attribute.String("exception.stacktrace", string(debug.Stack())))
	must(0, tracers.Shutdown(ctx))
	must(0, loggers.Shutdown(ctx))
}
