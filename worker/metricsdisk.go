package worker

import (
	"path/filepath"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backsight/backsight/search/history/index"
)

// NewDiskMetrics returns a collector of the free space of the file system that holds a worker's
// data directory, and of the number and size of the history indexes in it. Each collection costs a
// few system calls, and one for each history index. Values that cannot be read are left out.
func NewDiskMetrics(dataDir string) prometheus.Collector {
	return diskMetrics{
		dir:     dataDir,
		free:    prometheus.NewDesc("backsight_data_free_bytes", "Free space of the file system that holds this worker's data directory.", nil, nil),
		indexes: prometheus.NewDesc("backsight_indexes", "History indexes in this worker's data directory.", nil, nil),
		bytes:   prometheus.NewDesc("backsight_index_bytes", "Size of the history indexes in this worker's data directory.", nil, nil),
	}
}

type diskMetrics struct {
	dir                  string
	free, indexes, bytes *prometheus.Desc
}

func (d diskMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- d.free
	to <- d.indexes
	to <- d.bytes
}

func (d diskMetrics) Collect(to chan<- prometheus.Metric) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &fs); err == nil {
		to <- prometheus.MustNewConstMetric(d.free, prometheus.GaugeValue, float64(fs.Bavail)*float64(fs.Bsize))
	}
	if n, bytes, err := (index.Dir{Path: filepath.Join(d.dir, "indexes")}).Size(); err == nil {
		to <- prometheus.MustNewConstMetric(d.indexes, prometheus.GaugeValue, float64(n))
		to <- prometheus.MustNewConstMetric(d.bytes, prometheus.GaugeValue, float64(bytes))
	}
}
