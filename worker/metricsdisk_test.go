package worker_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/worker"
)

func TestDiskMetrics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "indexes"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "indexes", "7.idx"), make([]byte, 100), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "indexes", "8.wanted"), nil, 0o644))
	registry := prometheus.NewRegistry()
	registry.MustRegister(worker.NewDiskMetrics(dir))
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, family := range families {
		got[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
	}
	require.Positive(t, got["backsight_data_free_bytes"])
	require.EqualValues(t, 1, got["backsight_indexes"])
	require.EqualValues(t, 100, got["backsight_index_bytes"])
}
