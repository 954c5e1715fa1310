package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// An administrator's export takes the same number of statements, whatever the number of times, and
// reads each captured value at each time once. Another export reads some times together, so that it
// never has all of them in memory.
func TestExportsReadSomeTimesTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/api")
	series := b.series(t, `(\w+)`, insights.SearchCompute)
	const values, times = 30, 40
	var days []time.Time
	for n := range times {
		days = append(days, day(n))
	}
	plan := b.plan(t, series, insights.BackfillPlan, days...)
	for n, at := range days {
		sample := insights.Sample{RepositoryID: r.ID, Time: at, Outcome: insights.Counted, Commit: oid(n), Values: map[string]int64{}}
		for v := range values {
			sample.Values[fmt.Sprintf("w%d", v)] = 1
			sample.Value++
		}
		b.write(t, series, plan, sample)
	}
	for _, row := range []struct {
		viewer     store.Viewer
		statements int
	}{
		{store.Administrator, 4}, // the times, the archived ones, the values, the points
		// the repositories, the times, the archived ones; twice, for each 8 times, the sums of all
		// repositories, and the outcomes and values of hidden ones
		{store.Viewer{}, 3 + 2*3*times/8},
	} {
		b.statements.take()
		points := b.export(t, []string{series.ID}, store.PointFilter{Viewer: row.viewer})
		require.Len(t, points[series.ID], values*times)
		rows := b.statements.rows
		require.Equal(t, row.statements, len(b.statements.take()))
		if row.viewer.Admin {
			require.LessOrEqual(t, rows, int64(values*times+values+times))
		}
	}
}
