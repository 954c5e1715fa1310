package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backsight/backsight/insights"
)

// Metrics are the metrics of a worker. Methods do nothing on nil and are safe for concurrent use.
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
	// Values of "by": what settled a sample.
	ByPlan   = "plan"   // the writing of a plan, because no search was needed
	BySearch = "search" // the activity that searches, also if no search was needed or possible
	ByGiveUp = "giveup" // a workflow whose search failed, or was ended by an operator

	// Values of "limit".
	LimitSamples     = "samples"     // samples settled per second
	LimitSearches    = "searches"    // searches started per second
	LimitConcurrency = "concurrency" // concurrent searches

	// Values of "result".
	Done      = "done"
	Failed    = "failed"
	Stopped   = "stopped" // the worker is stopping, or the activity was cancelled
	Fetched   = "fetched" // for a local repository: read
	Unchanged = "unchanged"
	Hit       = "hit"     // the search used the index
	Miss      = "miss"    // there is no index that can be opened
	Behind    = "behind"  // the index lacks some of the commits, or cannot answer the query
	Damaged   = "damaged" // the search found that the index is damaged, and deleted it
)

// NewMetrics returns the metrics of a worker and registers them. It panics if they are registered
// already.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		samples: vec("samples_settled_total", "Samples that got an outcome, by outcome and by what settled them.", "outcome", "by"),
		saved: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "backsight_searches_saved_total", Help: "Samples settled without a search, because another sample has the same commit, or because there is no commit.",
		}),
		searches: vec("searches_total", "Searches of one repository at some commits, by result.", "result"),
		running:  gauge("searches_running", "Searches that are running."),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backsight_search_seconds", Help: "Duration of a search of one repository, without the time spent waiting to start.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10), // 1 ms to 4 minutes
		}),
		blobs:     counter("blobs_read_total", "Distinct blobs read by searches."),
		skipped:   counter("blobs_skipped_total", "Versions of files that searches skipped, because the history index shows that they cannot match."),
		bytes:     counter("read_bytes_total", "Bytes of commits, trees and blobs read by searches."),
		processes: counter("git_processes_total", "Git processes started by searches to read objects."),
		limit:     gaugeVec("limit", "The current limits, per second or of concurrency; 0 means no limit.", "limit"),
		waited:    vec("limiter_wait_seconds_total", "Time that searches spent waiting for a limit.", "limit"),
		syncs:     vec("mirror_syncs_total", "Checks of repositories for new commits, by result.", "result"),
		clones:    counter("mirror_clones_total", "Mirrors cloned because this machine did not have them."),
		lookups:   vec("index_lookups_total", "Searches that looked for a history index, by result.", "result"),
		updates:   vec("index_updates_total", "Builds and updates of history indexes, by result.", "result"),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backsight_ledger_write_seconds", Help: "Duration of one transaction that writes samples and their captured values.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14), // 1 ms to 8 s
		}),
		writeFailure: counter("ledger_write_failures_total", "Failed transactions that write samples; the activity retries them."),
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

// known makes the metric v export the value 0 for each of the label's values.
func known(v *prometheus.CounterVec, values ...string) {
	for _, value := range values {
		v.WithLabelValues(value)
	}
}

// Settled counts samples that got an outcome. Reused and absent samples also count as saved
// searches.
func (m *Metrics) Settled(by string, outcome insights.Outcome, n int64) {
	if m == nil || n <= 0 {
		return
	}
	m.samples.WithLabelValues(string(outcome), by).Add(float64(n))
	if outcome == insights.Reused || outcome == insights.Absent {
		m.saved.Add(float64(n))
	}
}

// Planned counts the samples that were settled when a plan was written. `settled` is the tally of
// these samples, which are all reused or absent.
func (m *Metrics) Planned(settled insights.Completeness) {
	m.Settled(ByPlan, insights.Reused, settled.Reused)
	m.Settled(ByPlan, insights.Absent, settled.Absent)
}

// Read counts what a search has done: distinct blobs read, versions of files skipped, bytes read,
// and git processes started.
type Read struct {
	Blobs, Skipped, Bytes, Processes int64
}

// SearchStarted records the start of a search. Callers must call ended with its result.
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

// SetLimits sets the exported limits; 0 means no limit.
func (m *Metrics) SetLimits(samplesPerSecond, searchesPerSecond float64, concurrency int) {
	if m == nil {
		return
	}
	m.limit.WithLabelValues(LimitSamples).Set(samplesPerSecond)
	m.limit.WithLabelValues(LimitSearches).Set(searchesPerSecond)
	m.limit.WithLabelValues(LimitConcurrency).Set(float64(concurrency))
}

// Waited adds to the time that searches spent waiting for a limit.
func (m *Metrics) Waited(limit string, d time.Duration) {
	if m != nil {
		m.waited.WithLabelValues(limit).Add(d.Seconds())
	}
}

// Synced counts repositories that were checked for new commits.
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

// IndexLookup counts a search by the result of its look-up of a history index.
func (m *Metrics) IndexLookup(result string) {
	if m != nil {
		m.lookups.WithLabelValues(result).Inc()
	}
}

// IndexUpdated counts an attempt to build or extend a history index.
func (m *Metrics) IndexUpdated(result string) {
	if m != nil {
		m.updates.WithLabelValues(result).Inc()
	}
}

// Wrote records a transaction that wrote samples, and whether it failed.
func (m *Metrics) Wrote(began time.Time, err error) {
	if m == nil {
		return
	}
	m.writes.Observe(time.Since(began).Seconds())
	if err != nil {
		m.writeFailure.Inc()
	}
}
