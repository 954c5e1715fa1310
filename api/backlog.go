package api

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// newBacklogMetrics returns a collector of the unfinished work in the whole installation. Each
// scrape reads the database and Temporal, so every API process reports the same values. While the
// database does not answer, backsight_database_up is 0 and the other metrics are absent; while
// Temporal does not answer, only backsight_search_shards_unserved is absent.
func newBacklogMetrics(config Config) prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("backsight_"+name, help, labels, nil)
	}
	return backlogMetrics{
		config:       config,
		up:           desc("database_up", "1 if the database answered this process, otherwise 0."),
		series:       desc("series", "Series, by whether their backfill is complete.", "state"),
		unfinished:   desc("oldest_unfinished_series_seconds", "Age of the oldest series whose backfill is not complete; 0 if there is none."),
		unstarted:    desc("series_unstarted", "Series whose workflow is not started yet. Workers start them within seconds."),
		plans:        desc("plans_unfinished", "Plans that are not complete, including those of paused series; without snapshots."),
		queueAge:     desc("queue_age_seconds", "Age of the oldest plan that is not complete; 0 if there is none."),
		overdue:      desc("recording_overdue_seconds", "Time since the earliest missing recording was due; 0 if none is missing."),
		repositories: desc("repositories", "Registered repositories: failing if the last sync failed, otherwise ok.", "state"),
		struck:       desc("repositories_struck", "Repositories with strikes: a search crashed its worker or stopped reporting progress, and no search has ended or written a sample since. A retry also clears strikes."),
		idle:         desc("search_shards_unserved", "Search shards that no worker serves. Repositories in these shards are not searched."),
	}
}

type backlogMetrics struct {
	config Config

	up, series, unfinished, unstarted, plans, queueAge, overdue, repositories, struck, idle *prometheus.Desc
}

func (m backlogMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{m.up, m.series, m.unfinished, m.unstarted, m.plans, m.queueAge, m.overdue, m.repositories, m.struck, m.idle} {
		to <- desc
	}
}

func (m backlogMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	backlog, err := m.config.Store.Backlog(ctx)
	if err != nil {
		m.config.Logger.Warn("metrics: the database does not answer", "error", err)
		gauge(m.up, 0)
		return
	}
	gauge(m.up, 1)
	gauge(m.series, float64(backlog.Series-backlog.Unfinished), "complete")
	gauge(m.series, float64(backlog.Unfinished), "unfinished")
	gauge(m.unfinished, backlog.OldestUnfinished.Seconds())
	gauge(m.unstarted, float64(backlog.Unstarted))
	gauge(m.plans, float64(backlog.Plans))
	gauge(m.queueAge, backlog.OldestPlan.Seconds())
	gauge(m.overdue, backlog.Overdue.Seconds())
	gauge(m.repositories, float64(backlog.Repositories-backlog.Failing), "ok")
	gauge(m.repositories, float64(backlog.Failing), "failing")
	gauge(m.struck, float64(backlog.Struck))
	// Temporal gets a time limit of its own, in addition to that of the database.
	ctx, cancel = context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	idle, err := unservedShards(ctx, m.config)
	if err != nil {
		m.config.Logger.Warn("metrics: it is not known which search shards have no worker", "error", err)
		return
	}
	gauge(m.idle, float64(len(idle)))
}
