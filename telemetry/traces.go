package telemetry

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// scope names this program's spans.
const scope = "github.com/backsight/backsight"

// tracer makes spans; nil while there are no traces.
var tracer atomic.Pointer[oteltrace.Tracer]

// StartTracing sends spans by OTLP over HTTP when OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, and as
// the other variables of OpenTelemetry say (headers, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, …). The interceptors are for
// client.Options; they carry a trace from an operator's request through workflows into searches. The caller calls stop at the end,
// which sends what is left. Without an endpoint there are no interceptors, and stop does nothing.
func StartTracing(ctx context.Context, service string, logger *slog.Logger) (interceptors []interceptor.ClientInterceptor, stop func(context.Context) error, err error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	// What says who sends: the environment's word counts more than ours.
	who, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", service)), resource.WithFromEnv(), resource.WithHost(), resource.WithProcessPID())
	if err != nil {
		return nil, nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces", "error", err) }))
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(who))
	ours := provider.Tracer(scope)
	tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: ours,
		// The page asks for the state of what it shows every second or so: spans that say nothing.
		DisableQueryTracing: true,
		// A workflow of years outlives tracing libraries and their headers.
		AllowInvalidParentSpans: true,
	})
	if err != nil {
		return nil, nil, err
	}
	tracer.Store(&ours)
	logger.InfoContext(ctx, "traces are sent", "service", service)
	return []interceptor.ClientInterceptor{tracing}, func(ctx context.Context) error {
		tracer.Store(nil)
		return provider.Shutdown(ctx)
	}, nil
}

// SearchSpan begins a span for the search of a repository at some commits; the caller calls ended. Without traces it
// does nothing, at no cost.
func SearchSpan(ctx context.Context, series, repository string, commits int) (_ context.Context, ended func(Read, error)) {
	current := tracer.Load()
	if current == nil {
		return ctx, noSpan
	}
	ctx, span := (*current).Start(ctx, "search", oteltrace.WithAttributes(
		attribute.String("backsight.series", series), attribute.String("backsight.repository", repository), attribute.Int("backsight.commits", commits)))
	return ctx, func(read Read, err error) {
		span.SetAttributes(attribute.Int64("backsight.blobs_read", read.Blobs), attribute.Int64("backsight.blobs_skipped", read.Skipped),
			attribute.Int64("backsight.read_bytes", read.Bytes))
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}
}

func noSpan(Read, error) {}
