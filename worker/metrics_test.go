package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/worker"
)

func TestMetricsOfTheSDKReachPrometheus(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	for range 2 { // a second handler shares what the first has registered
		h := worker.NewMetricsHandler(registry).WithTags(map[string]string{"task_queue": "q", "workflow_id": "dropped"})
		h.Counter("temporal_request").Inc(2)
		h.Gauge("temporal_num_pollers").Update(3)
		h.WithTags(map[string]string{"operation": "Poll"}).Timer("temporal_latency").Record(2 * time.Second)
		h.Gauge("temporal_request").Update(1) // dropped, because the name belongs to another type
	}
	families, err := registry.Gather()
	require.NoError(t, err)
	got, alerted := map[string]float64{}, 0
	for _, family := range families {
		require.Len(t, family.GetMetric(), 1)
		if strings.HasSuffix(family.GetName(), "_failed") || strings.HasSuffix(family.GetName(), "_failure") {
			require.Zero(t, family.GetMetric()[0].GetCounter().GetValue(), "the metric exists before a failure")
			alerted++
			continue
		}
		m := family.GetMetric()[0]
		got[family.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetHistogram().GetSampleSum()
		labels := map[string]string{}
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		require.Equal(t, "q", labels["task_queue"])
		require.NotContains(t, labels, "workflow_id")
	}
	require.Equal(t, map[string]float64{"temporal_request": 4, "temporal_num_pollers": 3, "temporal_latency_seconds": 4}, got)
	require.Equal(t, 3, alerted)
}
