package store

import (
	"context"
	"fmt"
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
	sorted := instants(times)
	return s.begin(ctx, seriesID, fmt.Sprintf("extend to %d points", points), openPlan(ctx, insights.ExtensionPlan, sorted), func(q *db.Queries, key int32) (int32, error) {
		row, err := q.Series(ctx, seriesID)
		if err != nil {
			return 0, err
		}
		series := seriesOf(row)
		if points <= series.Grid.Points {
			return 0, insights.Errorf(insights.Conflict, "series %s: it has %d points already", seriesID, series.Grid.Points)
		}
		series.Grid.Points = points
		if err := series.Grid.Validate(); err != nil {
			return 0, err
		}
		if err := q.ExtendSeries(ctx, db.ExtendSeriesParams{Points: int32(points), DefinitionKey: series.DefinitionKey(), ID: key}); err != nil {
			return 0, err
		}
		return addPlan(ctx, q, key, insights.ExtensionPlan, sorted)
	})
}
