package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/bench/product"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// inside gives access to the product's database and Temporal server, for facts that no command
// prints.
type inside struct {
	pool     *pgxpool.Pool
	store    *store.Store
	temporal client.Client
	p        *product.Product
	bars     process.Bars
}

func lookInside(ctx context.Context, p *product.Product) (*inside, error) {
	pool, err := pgxpool.New(ctx, p.Database)
	if err != nil {
		return nil, err
	}
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	temporal, err := client.DialContext(ctx, client.Options{HostPort: p.Temporal, Namespace: p.Namespace, Logger: quiet})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &inside{pool: pool, store: store.New(pool), temporal: temporal, p: p}, nil
}

func (in *inside) close() {
	in.temporal.Close()
	in.pool.Close()
}

// create creates an insight as the API does. The first recording is due at the first whole second
// after `next`; create returns this time.
func (in *inside) create(ctx context.Context, query string, points int, next time.Time) (insights.Series, time.Time, error) {
	interval := insights.Interval{Unit: insights.Day, Value: 30}
	grid := insights.NewGrid(next.Add(time.Second).AddDate(0, 0, -30), interval, points)
	view, err := in.store.Views.Create(ctx, insights.View{Title: "scale", Series: []insights.ViewSeries{
		{Label: query, Series: insights.Series{Query: query, Method: insights.Search, Grid: grid}},
	}})
	if err != nil {
		return insights.Series{}, time.Time{}, err
	}
	series := view.Series[0].Series
	if err := contract.NewClient(in.temporal, in.p.Namespace).StartSeries(ctx, series, "scale"); err != nil {
		return series, time.Time{}, err
	}
	return series, grid.Time(1), in.store.Series.MarkStarted(ctx, series.ID)
}

// pollEvery is the interval between reads of the ledger. A read takes some milliseconds of the
// database's time.
const pollEvery = 100 * time.Millisecond

// complete waits until the backfill of the series is complete. `first` is the time at which the
// chart first had a value other than 0, and `planned` is the time at which the plan was completely
// written.
func (in *inside) complete(ctx context.Context, series insights.Series) (first, planned time.Time, err error) {
	for {
		if first.IsZero() {
			var drawn bool
			if err := in.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM series_tallies AS t JOIN insight_series AS d ON d.id = t.series_id
				WHERE d.series_id = $1 AND t.value <> 0)`, series.ID).Scan(&drawn); err != nil {
				return first, planned, err
			}
			if drawn {
				first = time.Now()
			}
		}
		var plannedAt, completedAt *time.Time
		err := in.pool.QueryRow(ctx, `SELECT max(b.planned_at), s.backfill_completed_at FROM insight_series s LEFT JOIN series_plans b ON b.series_id = s.id
			WHERE s.series_id = $1 GROUP BY s.id`, series.ID).Scan(&plannedAt, &completedAt)
		if err != nil {
			return first, planned, err
		}
		if plannedAt != nil && planned.IsZero() {
			planned = *plannedAt
		}
		if completedAt != nil {
			return first, planned, nil
		}
		if err := sleep(ctx, pollEvery); err != nil {
			return first, planned, err
		}
	}
}

// recorded waits until the recording of the given time is complete, and returns the times at which
// the recording began and ended.
func (in *inside) recorded(ctx context.Context, series insights.Series, at time.Time) (began, ended time.Time, err error) {
	for {
		var end *time.Time
		err := in.pool.QueryRow(ctx, `SELECT coalesce(min(b.created_at), now()), min(b.completed_at) FROM series_plans b JOIN insight_series s ON s.id = b.series_id
			WHERE s.series_id = $1 AND b.kind = 'recording' AND $2 = ANY (b.times)`, series.ID, at).Scan(&began, &end)
		if err != nil {
			return began, ended, err
		}
		if end != nil {
			return began, *end, nil
		}
		if err := sleep(ctx, pollEvery); err != nil {
			return began, ended, err
		}
	}
}

// outcomesAt returns the numbers of samples by outcome at one time.
func (in *inside) outcomesAt(ctx context.Context, series insights.Series, at time.Time) (tally insights.Completeness, err error) {
	points, err := in.store.Charts.Points(ctx, []string{series.ID}, store.PointFilter{From: &at, To: &at, Viewer: store.Administrator})
	if err == nil && len(points[series.ID]) > 0 {
		tally = points[series.ID][0].Outcomes
	}
	return tally, err
}

// reportStorage prints the size of a sample in Postgres: all tables of the ledger and of the sums
// that charts read, with their indexes.
func (in *inside) reportStorage(ctx context.Context) error {
	var samples, ledgerBytes, captureBytes, sumBytes int64
	err := in.pool.QueryRow(ctx, `SELECT (SELECT coalesce(sum(counted + reused + absent + partial + failed + pending), 0) FROM series_tallies),
		pg_total_relation_size('sample_chunks') + pg_total_relation_size('sample_slots'), pg_total_relation_size('sample_captures'),
		pg_total_relation_size('series_tallies') + pg_total_relation_size('capture_sums')`).Scan(&samples, &ledgerBytes, &captureBytes, &sumBytes)
	if err != nil || samples == 0 {
		return err
	}
	each := func(bytes int64) float64 { return float64(bytes) / float64(samples) }
	in.bars.AtMost("Postgres with indexes, per sample", each(ledgerBytes+captureBytes+sumBytes), 110,
		fmt.Sprintf(" bytes (ledger %.1f, captured values %.1f, sums %.1f; %d samples)", each(ledgerBytes), each(captureBytes), each(sumBytes), samples))
	return nil
}

// reportWorkflows prints how many child workflows, runs and events the Temporal server counts for
// the series.
func (in *inside) reportWorkflows(ctx context.Context, series insights.Series) error {
	id := contract.SeriesID(series.ID)
	children, err := in.temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: in.p.Namespace, Query: fmt.Sprintf("WorkflowId STARTS_WITH '%s/'", id),
	})
	if err != nil {
		return err
	}
	runs, err := in.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: in.p.Namespace, Query: fmt.Sprintf("WorkflowId = '%s'", id), PageSize: 1000,
	})
	if err != nil {
		return err
	}
	var most, all, largest int64
	for _, run := range runs.GetExecutions() {
		described, err := in.temporal.DescribeWorkflowExecution(ctx, id, run.GetExecution().GetRunId())
		if err != nil {
			return err
		}
		info := described.GetWorkflowExecutionInfo()
		most, largest = max(most, info.GetHistoryLength()), max(largest, info.GetHistorySizeBytes())
		all += info.GetHistoryLength()
	}
	fmt.Printf("Temporal: %d child workflows; %d runs of the series with %d events\n", children.GetCount(), len(runs.GetExecutions()), all)
	in.bars.AtMost("longest run of the series", float64(most), 4095, " events")
	in.bars.AtMost("largest history of a run", float64(largest)/1024, 4096, " KiB")
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
