// The service that knows what is in stock: it listens on the port that it is told, goes on with the
// trace of whoever asks, and fails. OpenTelemetry's SDK tells of it where `OTEL_EXPORTER_OTLP_*` says.
package main

import (
	"context"
	"errors"
	stdlog "log"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/propagation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

var errOutOfStock = errors.New("no stock left of SKU-7")

func main() {
	ctx := context.Background()
	spans, err := otlptracegrpc.New(ctx)
	if err != nil {
		stdlog.Fatal(err)
	}
	logs, err := otlploggrpc.New(ctx)
	if err != nil {
		stdlog.Fatal(err)
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	loggers := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(logs)))
	tracer, logger := tracers.Tracer("stock"), loggers.Logger("stock")

	http.HandleFunc("/stock", func(answer http.ResponseWriter, asked *http.Request) {
		carrier := propagation.HeaderCarrier(asked.Header)
		ctx := propagation.TraceContext{}.Extract(asked.Context(), carrier)
		ctx, span := tracer.Start(ctx, "GET /stock",
			trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(attribute.String("http.request.method", "GET")))
		defer span.End()
		var record log.Record
		record.SetSeverity(log.SeverityWarn)
		record.SetBody(attribute.StringValue("the shelf is empty"))
		logger.Emit(ctx, record)
		span.RecordError(errOutOfStock, trace.WithStackTrace(true))
		span.SetStatus(codes.Error, errOutOfStock.Error())
		http.Error(answer, errOutOfStock.Error(), http.StatusConflict)
	})
	stdlog.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
