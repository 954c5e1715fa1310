package api

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// newBacklogMetrics returns a collector of what is left to do in the whole installation. It asks the database when it is asked
// itself; every API process tells the same. While the database does not answer, backsight_database_up is 0 and the rest is
// absent; while Temporal does not, only the shards are.
func newBacklogMetrics(config Config) prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("backsight_"+name, help, labels, nil)
	}
	return backlogMetrics{
		config:       config,
		up:           desc("database_up", "Whether the database answered this process."),
		series:       desc("series", "Series, by whether their first backfill is complete.", "state"),
		unfinished:   desc("oldest_unfinished_series_seconds", "Age of the oldest series whose first backfill is not complete; 0 without one."),
		unstarted:    desc("series_unstarted", "Series whose workflow is not started yet: for more than seconds only while no worker runs."),
		plans:        desc("plans_unfinished", "Plans (backfills, recordings, retries, extensions) that are not complete, those of paused series too."),
		queueAge:     desc("queue_age_seconds", "Age of the oldest plan that is not complete; 0 without one."),
		overdue:      desc("recording_overdue_seconds", "How long the earliest recording that is not made is due; 0 when none is."),
		repositories: desc("repositories", "Registered repositories, by how their last sync ended.", "state"),
		struck:       desc("repositories_struck", "Repositories whose search killed its worker or stopped answering, and has not got on since."),
		idle:         desc("search_shards_unserved", "Search shards that no worker serves: the repositories in them wait."),
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
		m.config.Logger.Warn("metrics: the database does not answer", "err", err)
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
	idle, err := unservedShards(ctx, m.config)
	if err != nil {
		m.config.Logger.Warn("metrics: Temporal does not answer", "err", err)
		return
	}
	gauge(m.idle, float64(len(idle)))
}
