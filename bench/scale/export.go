package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// measureExport times the export of one series by captured value, with `values` values at each of
// `points` times. The sums are written by SQL: no search runs. It measures the store in this
// process; the API adds the encoding of each row.
func (in *inside) measureExport(ctx context.Context, values, points int) error {
	step := stopwatch()
	if _, err := in.store.Repositories.Add(ctx, "acme/api", "/srv/acme/api", true); err != nil {
		return err
	}
	grid := insights.NewGrid(time.Now(), insights.Interval{Unit: insights.Day, Value: 1}, points)
	view, err := in.store.Views.Create(ctx, insights.View{Title: "export", Series: []insights.ViewSeries{
		{Label: "words", Series: insights.Series{Query: `(\w+)`, Method: insights.SearchCompute, Grid: grid}},
	}})
	if err != nil {
		return err
	}
	id := view.Series[0].Series.ID
	if _, err := in.plan(ctx, id, grid.Frames()); err != nil {
		return err
	}
	// The table is sorted by value, as searches write it: all times of a value together.
	if _, err := in.pool.Exec(ctx, `INSERT INTO capture_sums (series_id, snapshot, time, capture, stripe, value)
		SELECT s.series_id, false, s.time, 'value-' || v, 0, v % 97 + 1 FROM generate_series(1, $1::integer) AS v, sample_slots AS s`, values); err != nil {
		return err
	}
	if _, err := in.pool.Exec(ctx, `VACUUM ANALYZE capture_sums`); err != nil {
		return err
	}
	step(fmt.Sprintf("write %d sums", values*points))
	debug.FreeOSMemory()

	began := time.Now()
	export, err := in.store.Charts.Export(ctx, []string{id}, store.PointFilter{Viewer: store.Administrator})
	if err != nil {
		return err
	}
	defer export.Close()
	var first time.Duration
	rows := 0
	if err := export.Each(ctx, id, func(store.Point) error {
		if rows++; rows == 1 {
			first = time.Since(began)
		}
		return nil
	}); err != nil {
		return err
	}
	whole := time.Since(began)
	fmt.Printf("%d points in %.1f s (%.0f per second), the first after %.1f s\n", rows, whole.Seconds(), float64(rows)/whole.Seconds(), first.Seconds())
	return in.reportPeak("peak memory of this process", statusOf("/proc/self/status"), 100)
}
