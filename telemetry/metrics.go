package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backsight/backsight/insights"
)

// Metrics are the metrics of a worker. Methods may be called on nil and from any goroutine.
type Metrics struct {
	samples      *prometheus.CounterVec
	saved        prometheus.Counter
	searches     *prometheus.CounterVec
	running      prometheus.Gauge
	seconds      prometheus.Histogram
	blobs        prometheus.Counter
	skipped      prometheus.Counter
	bytes        prometheus.Counter
	processes    prometheus.Counter
	limit        *prometheus.GaugeVec
	waited       *prometheus.CounterVec
	syncs        *prometheus.CounterVec
	clones       prometheus.Counter
	lookups      *prometheus.CounterVec
	updates      *prometheus.CounterVec
	writes       prometheus.Histogram
	writeFailure prometheus.Counter
}

// Values of labels.
const (
	// of "by": who settled a sample.
	ByPlan   = "plan"   // the commit index: nothing was searched
	BySearch = "search" // a search, or the reason why there was none
	ByGiveUp = "giveup" // a workflow, after attempts that did not end

	// of "limit".
	LimitSamples     = "samples"     // settled per second
	LimitSearches    = "searches"    // started per second
	LimitConcurrency = "concurrency" // searches at a time

	// of "result".
	Done      = "done"
	Failed    = "failed"
	Stopped   = "stopped" // the worker stops, or the activity was cancelled
	Fetched   = "fetched" // or read, where the repository is local
	Unchanged = "unchanged"
	Hit       = "hit"
	Miss      = "miss"    // there is no index yet
	Behind    = "behind"  // the index does not know all commits that were asked for, or cannot help the query
	Damaged   = "damaged" // the index is thrown away and made anew
)

// NewMetrics returns the metrics of a worker, registered.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		samples: vec("samples_settled_total", "Samples that got an outcome, by outcome and by what settled them.", "outcome", "by"),
		saved: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "backsight_searches_saved_total", Help: "Samples that needed no search of their own: compression found the same commit, or none.",
		}),
		searches: vec("searches_total", "Searches of one repository at some commits, by how they ended.", "result"),
		running:  gauge("searches_running", "Searches that run now."),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backsight_search_seconds", Help: "Time that a search of one repository took, without waiting for limits.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10), // 1 ms to 4 minutes
		}),
		blobs:     counter("blobs_read_total", "Distinct blobs that searches read."),
		skipped:   counter("blobs_skipped_total", "Versions of files that searches did not read because the history index knows that they cannot match."),
		bytes:     counter("read_bytes_total", "Bytes of commits, trees and blobs that searches read."),
		processes: counter("git_processes_total", "Git processes that searches started to read objects."),
		limit:     gaugeVec("limit", "The limits in force, per second or at a time; 0 is no limit.", "limit"),
		waited:    vec("limiter_wait_seconds_total", "Time that searches waited for a limit.", "limit"),
		syncs:     vec("mirror_syncs_total", "Looks at repositories for new commits, by how they ended.", "result"),
		clones:    counter("mirror_clones_total", "Mirrors that were cloned because this machine had none."),
		lookups:   vec("index_lookups_total", "Searches that looked for a history index, by what they found.", "result"),
		updates:   vec("index_updates_total", "History indexes that were made or extended.", "result"),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backsight_ledger_write_seconds", Help: "Time of one transaction that writes samples and their points.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14), // 1 ms to 8 s
		}),
		writeFailure: counter("ledger_write_failures_total", "Transactions with samples that failed; the activity tries again."),
	}
	registry.MustRegister(m.samples, m.saved, m.searches, m.running, m.seconds, m.blobs, m.skipped, m.bytes, m.processes,
		m.limit, m.waited, m.syncs, m.clones, m.lookups, m.updates, m.writes, m.writeFailure)
	for _, by := range []string{ByPlan, BySearch, ByGiveUp} {
		for _, outcome := range []insights.Outcome{insights.Counted, insights.Reused, insights.Absent, insights.Partial, insights.Failed} {
			m.samples.WithLabelValues(string(outcome), by)
		}
	}
	known(m.searches, Done, Failed, Stopped)
	known(m.waited, LimitSamples, LimitSearches, LimitConcurrency)
	known(m.syncs, Fetched, Unchanged, Failed)
	known(m.lookups, Hit, Miss, Behind, Damaged)
	known(m.updates, Done, Failed)
	m.SetLimits(0, 0, 0)
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "backsight_" + name, Help: help})
}

func vec(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "backsight_" + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "backsight_" + name, Help: help})
}

func gaugeVec(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "backsight_" + name, Help: help}, labels)
}

// known makes the values of a label known, with 0.
func known(v *prometheus.CounterVec, values ...string) {
	for _, value := range values {
		v.WithLabelValues(value)
	}
}

// Settled counts samples that got an outcome. What compression settled counts as a search saved.
func (m *Metrics) Settled(by string, outcome insights.Outcome, n int64) {
	if m == nil || n <= 0 {
		return
	}
	m.samples.WithLabelValues(string(outcome), by).Add(float64(n))
	if outcome == insights.Reused || outcome == insights.Absent {
		m.saved.Add(float64(n))
	}
}

// Planned counts what a plan settled: the difference of a generation's tallies before and after it was written.
func (m *Metrics) Planned(before, after insights.Completeness) {
	m.Settled(ByPlan, insights.Reused, after.Reused-before.Reused)
	m.Settled(ByPlan, insights.Absent, after.Absent-before.Absent)
}

// Read is what a search read.
type Read struct {
	Blobs, Skipped, Bytes, Processes int64
}

// SearchStarted notes a search that runs; the caller calls ended with its result.
func (m *Metrics) SearchStarted() (ended func(result string, read Read)) {
	if m == nil {
		return func(string, Read) {}
	}
	began := time.Now()
	m.running.Inc()
	return func(result string, read Read) {
		m.running.Dec()
		m.searches.WithLabelValues(result).Inc()
		m.seconds.Observe(time.Since(began).Seconds())
		m.blobs.Add(float64(read.Blobs))
		m.skipped.Add(float64(read.Skipped))
		m.bytes.Add(float64(read.Bytes))
		m.processes.Add(float64(read.Processes))
	}
}

// SetLimits tells the limits in force; 0 is none.
func (m *Metrics) SetLimits(samplesPerSecond, searchesPerSecond float64, concurrency int) {
	if m == nil {
		return
	}
	m.limit.WithLabelValues(LimitSamples).Set(samplesPerSecond)
	m.limit.WithLabelValues(LimitSearches).Set(searchesPerSecond)
	m.limit.WithLabelValues(LimitConcurrency).Set(float64(concurrency))
}

// Waited adds to the time that searches waited for a limit.
func (m *Metrics) Waited(limit string, d time.Duration) {
	if m != nil {
		m.waited.WithLabelValues(limit).Add(d.Seconds())
	}
}

// Synced counts repositories that were looked at for new commits.
func (m *Metrics) Synced(result string, n int) {
	if m != nil {
		m.syncs.WithLabelValues(result).Add(float64(n))
	}
}

// ClonedMirror counts a mirror that was cloned.
func (m *Metrics) ClonedMirror() {
	if m != nil {
		m.clones.Inc()
	}
}

// IndexLookup counts a search by what history index it found.
func (m *Metrics) IndexLookup(result string) {
	if m != nil {
		m.lookups.WithLabelValues(result).Inc()
	}
}

// IndexUpdated counts an attempt to make or extend a history index.
func (m *Metrics) IndexUpdated(result string) {
	if m != nil {
		m.updates.WithLabelValues(result).Inc()
	}
}

// Wrote notes a transaction that wrote samples, and whether it failed.
func (m *Metrics) Wrote(began time.Time, err error) {
	if m == nil {
		return
	}
	m.writes.Observe(time.Since(began).Seconds())
	if err != nil {
		m.writeFailure.Inc()
	}
}
