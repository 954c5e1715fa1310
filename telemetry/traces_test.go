package telemetry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/backsight/backsight/telemetry"
)

// receiver is an OTLP receiver over HTTP.
type receiver struct {
	mu       sync.Mutex
	requests []*collector.ExportTraceServiceRequest
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var export collector.ExportTraceServiceRequest
	if err != nil || request.URL.Path != "/v1/traces" || proto.Unmarshal(body, &export) != nil {
		http.Error(w, "not an export of traces", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, &export)
}

func TestSearchSpan_ReachesTheReceiver(t *testing.T) {
	got := &receiver{}
	server := httptest.NewServer(got)
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	interceptors, stop, err := telemetry.StartTracing(t.Context(), "backsight-test", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Len(t, interceptors, 1)

	_, ended := telemetry.SearchSpan(t.Context(), "series-1", "acme/api", 12)
	ended(telemetry.Read{Blobs: 34, Skipped: 5, Bytes: 678}, nil)
	_, ended = telemetry.SearchSpan(t.Context(), "series-1", "acme/bad", 1)
	ended(telemetry.Read{}, errors.New("git died"))
	require.NoError(t, stop(context.WithoutCancel(t.Context())))
	_, ended = telemetry.SearchSpan(t.Context(), "series-1", "acme/late", 1)
	ended(telemetry.Read{}, nil)

	got.mu.Lock()
	defer got.mu.Unlock()
	require.Len(t, got.requests, 1, "stop sends the remaining spans in one request")
	spans := got.requests[0].GetResourceSpans()[0]
	service := map[string]string{}
	for _, a := range spans.GetResource().GetAttributes() {
		service[a.GetKey()] = a.GetValue().GetStringValue()
	}
	require.Equal(t, "backsight-test", service["service.name"])
	list := spans.GetScopeSpans()[0].GetSpans()
	require.Len(t, list, 2)
	require.Equal(t, "search", list[0].GetName())
	told := map[string]any{}
	for _, a := range list[0].GetAttributes() {
		if text := a.GetValue().GetStringValue(); text != "" {
			told[a.GetKey()] = text
		} else {
			told[a.GetKey()] = a.GetValue().GetIntValue()
		}
	}
	require.Equal(t, map[string]any{
		"backsight.series": "series-1", "backsight.repository": "acme/api", "backsight.commits": int64(12),
		"backsight.blobs_read": int64(34), "backsight.blobs_skipped": int64(5), "backsight.read_bytes": int64(678),
	}, told)
	require.Equal(t, "git died", list[1].GetStatus().GetMessage())
}

func TestSearchSpan_CostsNothingWithoutAnEndpoint(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	interceptors, stop, err := telemetry.StartTracing(t.Context(), "backsight-test", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Empty(t, interceptors)
	require.NoError(t, stop(t.Context()))
	ctx := t.Context()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		same, ended := telemetry.SearchSpan(ctx, "series-1", "acme/api", 12)
		ended(telemetry.Read{Blobs: 1}, nil)
		if same != ctx {
			t.Error("another context")
		}
	}))
}
