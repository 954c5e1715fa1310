package worker

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
)

// metricLabels are the tags of the SDK's metrics that are kept. Each has few values. Other tags,
// such as a workflow id, would create as many time series as there are repositories.
var metricLabels = []string{
	"operation", "task_queue", "worker_type", "poller_type", "workflow_type", "activity_type", "query_type", "update_name",
	"failure_reason", "status_code", "namespace",
}

// NewMetricsHandler returns a handler for client.Options.MetricsHandler that registers the metrics
// of the Temporal SDK with Prometheus under the SDK's names: slots in use, polls, latencies,
// failures. It is safe for concurrent use.
func NewMetricsHandler(registry prometheus.Registerer) client.MetricsHandler {
	h := &metricsHandler{metrics: &metrics{registry: registry, vectors: map[string]prometheus.Collector{}}}
	for _, name := range alerted {
		h.Counter(name)
	}
	return h
}

// alerted are counters of failures that alert rules query. The SDK creates a metric only when the
// metric is first used, but these counters exist from the start, with the value 0.
var alerted = []string{"temporal_workflow_task_execution_failed", "temporal_activity_execution_failed", "temporal_request_failure"}

// metrics holds the vectors of a registry by name. Each is created when it is first used.
type metrics struct {
	registry prometheus.Registerer

	mu      sync.Mutex
	vectors map[string]prometheus.Collector
}

// vector returns the vector with the name. If another handler has registered this vector, the two
// handlers share it. `ok` is false if the vector cannot be registered, for example because the name
// belongs to a metric of another type.
func vector[V prometheus.Collector](m *metrics, name string, create func() V) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, found := m.vectors[name]; found {
		v, ok = known.(V)
		return v, ok
	}
	v = create()
	err := m.registry.Register(v)
	if registered, found := errors.AsType[prometheus.AlreadyRegisteredError](err); found {
		if v, ok = registered.ExistingCollector.(V); !ok {
			return v, false
		}
	} else if err != nil {
		return v, false
	}
	m.vectors[name] = v
	return v, true
}

// metricsHandler has the tags of the metrics that it returns.
type metricsHandler struct {
	metrics *metrics
	tags    map[string]string
}

func (h *metricsHandler) WithTags(tags map[string]string) client.MetricsHandler {
	all := maps.Clone(h.tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tags)
	maps.DeleteFunc(all, func(tag, _ string) bool { return !slices.Contains(metricLabels, tag) })
	return &metricsHandler{metrics: h.metrics, tags: all}
}

func (h *metricsHandler) values() []string {
	values := make([]string, len(metricLabels))
	for i, label := range metricLabels {
		values[i] = h.tags[label]
	}
	return values
}

func (h *metricsHandler) Counter(name string) client.MetricsCounter {
	v, ok := vector(h.metrics, name, func() *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "A metric of the Temporal Go SDK."}, metricLabels)
	})
	if !ok {
		return nothing{}
	}
	return counter{v.WithLabelValues(h.values()...)}
}

func (h *metricsHandler) Gauge(name string) client.MetricsGauge {
	v, ok := vector(h.metrics, name, func() *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: "A metric of the Temporal Go SDK."}, metricLabels)
	})
	if !ok {
		return nothing{}
	}
	return gauge{v.WithLabelValues(h.values()...)}
}

func (h *metricsHandler) Timer(name string) client.MetricsTimer {
	v, ok := vector(h.metrics, name, func() *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name + "_seconds", Help: "A metric of the Temporal Go SDK.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10), // 1 ms to 4 minutes
		}, metricLabels)
	})
	if !ok {
		return nothing{}
	}
	return timer{v.WithLabelValues(h.values()...)}
}

type counter struct{ prometheus.Counter }

func (c counter) Inc(n int64) { c.Add(float64(n)) }

type gauge struct{ prometheus.Gauge }

func (g gauge) Update(value float64) { g.Set(value) }

type timer struct{ prometheus.Observer }

func (t timer) Record(d time.Duration) { t.Observe(d.Seconds()) }

// nothing replaces a metric that cannot be registered.
type nothing struct{}

func (nothing) Inc(int64)            {}
func (nothing) Update(float64)       {}
func (nothing) Record(time.Duration) {}
