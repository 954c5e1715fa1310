package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
)

// TestOperatorsSeeWhatHappens checks that the table of metrics in docs/operations.md equals the
// exported metrics, that the dashboard and the alert rules use no other metrics, and that one trace
// connects the request that created an insight with its searches.
func TestOperatorsSeeWhatHappens(t *testing.T) {
	t.Parallel()
	traces := &receiver{}
	server := httptest.NewServer(traces)
	t.Cleanup(server.Close)
	s := newStack(t, writeRepositories(t, 5, 10))
	workerMetrics := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	s.env = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + server.URL, "OTEL_BSP_SCHEDULE_DELAY=100", "BACKSIGHT_METRICS_LISTEN=" + workerMetrics}
	s.start(t)
	created, exit := s.create(t, "--title", "TODOs", "--query", "TODO", "--points", "6", "--wait")
	require.Zero(t, exit)

	types := map[string]string{}
	maps.Copy(types, scrape(t, s.url+"/metrics"))
	maps.Copy(types, scrape(t, "http://"+workerMetrics+"/metrics"))
	requireTable(t, types)
	requireKnown(t, types, "dashboard", expressions(t, "../../deploy/grafana/backsight.json", json.Unmarshal))
	requireKnown(t, types, "alert rules", expressions(t, "../../deploy/prometheus/alerts.yml", func(text []byte, v any) error { return yaml.Unmarshal(text, v) }))
	requireTrace(t, traces, created.Series[0])
}

// scrape returns the metrics that an address exports: their types by name.
func scrape(t *testing.T, url string) map[string]string {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	types := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[1] == "TYPE" {
			types[fields[2]] = fields[3]
		}
	}
	require.NotEmpty(t, types, url)
	return types
}

// requireTable requires that the table of metrics equals Backsight's exported metrics.
func requireTable(t *testing.T, types map[string]string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	told, exported := map[string]string{}, map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(backsight_\\w+)` \\| (\\w+) \\|").FindAllStringSubmatch(string(page), -1) {
		told[row[1]] = row[2]
	}
	for name, kind := range types {
		if strings.HasPrefix(name, "backsight_") {
			exported[name] = kind
		}
	}
	require.Equal(t, exported, told)
}

// expressions returns all values of "expr" in a file.
func expressions(t *testing.T, path string, decode func([]byte, any) error) (all []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var root any
	require.NoError(t, decode(text, &root))
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if expr, ok := v["expr"].(string); ok {
				all = append(all, expr)
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(root)
	require.Greater(t, len(all), 10)
	return all
}

// requireKnown requires that expressions name only exported metrics.
func requireKnown(t *testing.T, types map[string]string, where string, expressions []string) {
	t.Helper()
	metric := regexp.MustCompile(`\b(?:backsight|temporal|process|go)_[a-z0-9_]+`)
	text := regexp.MustCompile(`"[^"]*"`) // values of labels
	named := 0
	for _, expr := range expressions {
		names := metric.FindAllString(text.ReplaceAllString(expr, ""), -1)
		require.NotEmpty(t, names, "%s: %s names no metric", where, expr)
		for _, name := range names {
			named++
			if histogram, ok := strings.CutSuffix(name, "_bucket"); ok && types[histogram] == "histogram" {
				continue
			}
			require.Contains(t, slices.Collect(maps.Keys(types)), name, "%s: %s", where, expr)
		}
	}
	require.Greater(t, named, 10)
}

// receiver is an OTLP receiver over HTTP.
type receiver struct {
	mu    sync.Mutex
	spans []*trace.Span
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var export collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &export) != nil {
		http.Error(w, "not an export of traces", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range export.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
}

// requireTrace waits for a search of the series in a trace that begins with the request that
// started its workflow.
func requireTrace(t *testing.T, from *receiver, series string) {
	t.Helper()
	var seen []string
	require.Eventually(t, func() bool {
		from.mu.Lock()
		defer from.mu.Unlock()
		seen = nil
		byID := map[string]*trace.Span{}
		for _, span := range from.spans {
			byID[string(span.GetSpanId())] = span
			seen = append(seen, span.GetName())
		}
		for _, span := range from.spans {
			attributes := map[string]string{}
			for _, a := range span.GetAttributes() {
				attributes[a.GetKey()] = a.GetValue().GetStringValue() + strings.TrimPrefix(fmt.Sprint(a.GetValue().GetIntValue()), "0")
			}
			if span.GetName() != "search" || attributes["backsight.series"] != series {
				continue
			}
			activity := byID[string(span.GetParentSpanId())]
			started := slices.ContainsFunc(from.spans, func(other *trace.Span) bool {
				return other.GetName() == "StartWorkflow:SeriesWorkflow" && string(other.GetTraceId()) == string(span.GetTraceId())
			})
			if activity != nil && activity.GetName() == "RunActivity:Samples" && started &&
				strings.HasPrefix(attributes["backsight.repository"], "acme/service-") && attributes["backsight.commits"] != "" && attributes["backsight.blobs_read"] != "" {
				return true
			}
		}
		return false
	}, time.Minute, 50*time.Millisecond, "no whole trace of a search in %v", &seen)
}
