package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// BeginExtension gives a series more points of the past, and returns the number of the plan of the times that come with them,
// which PlanSlice writes. Both happen in one transaction: on an error nothing changed. The second call with the same
// times returns the same plan, while it is open. Conflict when the series has as many points already, or when it would
// become what another series is.
func (s *Store) BeginExtension(ctx context.Context, seriesID string, points int, times []time.Time) (int, error) {
	if len(times) == 0 {
		return 0, insights.Errorf(insights.Invalid, "series %s: an extension needs at least one time", seriesID)
	}
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return 0, err
	}
	sorted := instants(times)
	var generation int32
	err = s.inTx(ctx, func(q *db.Queries) error {
		if _, err := q.LockSeries(ctx, key); err != nil {
			return err
		}
		open, err := q.OpenGeneration(ctx, db.OpenGenerationParams{SeriesID: key, Kind: Extension, Times: sorted})
		if err != nil {
			return err
		}
		if len(open) > 0 {
			generation = open[0]
			return nil
		}
		row, err := q.Series(ctx, seriesID)
		if err != nil {
			return err
		}
		series := seriesOf(row)
		if points <= series.Grid.Points {
			return insights.Errorf(insights.Conflict, "series %s: it has %d points already", seriesID, series.Grid.Points)
		}
		series.Grid.Points = points
		if err := series.Grid.Validate(); err != nil {
			return err
		}
		err = q.ExtendSeries(ctx, db.ExtendSeriesParams{Points: int32(points), DefinitionKey: series.DefinitionKey(), ID: key})
		if err != nil {
			return err
		}
		if err := q.AddTimes(ctx, key, sorted); err != nil {
			return err
		}
		generation, err = q.AddGeneration(ctx, db.AddGenerationParams{SeriesID: key, Kind: Extension, Times: sorted})
		return err
	})
	return int(generation), classify(err, "series %s: extend to %d points", seriesID, points)
}
