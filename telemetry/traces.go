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

// scope is the name of this program's tracer.
const scope = "github.com/backsight/backsight"

// tracer creates spans. It is nil while tracing is off.
var tracer atomic.Pointer[oteltrace.Tracer]

// StartTracing sends spans by OTLP over HTTP if OTEL_EXPORTER_OTLP_ENDPOINT or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set. It follows the other environment variables of
// OpenTelemetry (headers, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, …). Pass the interceptors to
// client.Options: they carry a trace from an API request through workflows to searches. Callers
// must call stop before the process exits; stop sends the remaining spans. Without an endpoint
// there are no interceptors, and stop does nothing.
func StartTracing(ctx context.Context, service string, logger *slog.Logger) (interceptors []interceptor.ClientInterceptor, stop func(context.Context) error, err error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	// The environment overrides the service name given here.
	who, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", service)), resource.WithFromEnv(), resource.WithHost(), resource.WithProcessPID())
	if err != nil {
		return nil, nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("sending traces failed", "error", err) }))
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(who))
	ours := provider.Tracer(scope)
	tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: ours,
		// While the page is open, the API queries workflows every two seconds. Spans of these
		// queries would be noise.
		DisableQueryTracing: true,
		// A workflow may run for years. A later version of the tracing library may be unable to
		// read the headers with which the workflow started.
		AllowInvalidParentSpans: true,
	})
	if err != nil {
		return nil, nil, err
	}
	tracer.Store(&ours)
	logger.InfoContext(ctx, "sending traces", "service", service)
	return []interceptor.ClientInterceptor{tracing}, func(ctx context.Context) error {
		tracer.Store(nil)
		return provider.Shutdown(ctx)
	}, nil
}

// SearchSpan starts a span for the search of a repository at some commits. Callers must call ended
// when the search ends. While tracing is off, SearchSpan does nothing and allocates nothing.
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
