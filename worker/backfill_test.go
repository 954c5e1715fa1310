package worker_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

// months returns a grid of n monthly points. Its newest point is old enough that no day of a month
// is clamped, and young enough that no recording is due.
func months(n int) insights.Grid {
	grid := insights.NewGrid(time.Now(), insights.Interval{Unit: insights.Month, Value: 1}, n)
	if grid.Anchor.Day() > 28 {
		grid.Anchor = grid.Anchor.AddDate(0, 0, 28-grid.Anchor.Day())
	}
	return grid
}

func TestBackfillIsExactAndWorkflowAgreesWithLedger(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(4)
	s.addRepository("acme/a", historyRepository(t, grid.Anchor, 4, 3, 2, 1))
	s.addRepository("acme/unchanged", historyRepository(t, grid.Anchor, -1, -1, -1, 5))
	s.addRepository("acme/young", historyRepository(t, grid.Anchor, 7, -1, -1, -1))
	s.addRepository("acme/empty", testgit.New(t))
	gone := historyRepository(t, grid.Anchor, 1, 1, 1, 1)
	s.addRepository("acme/gone", gone)
	require.NoError(t, os.RemoveAll(gone.Dir))

	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	status := s.asleep(series)

	require.Equal(t, insights.Completeness{
		Planned: 20,
		Counted: 4 + 1 + 1, // a's commits, unchanged once, young once
		Reused:  3,
		Absent:  3 + 4,
		Failed:  4,
	}, status.Completeness)
	require.Equal(t, grid.Time(1), status.NextRecordingAt.UTC())
	require.Empty(t, status.Kind)

	points := s.points(series)
	require.Len(t, points, 4)
	want := []float64{1 + 5, 2 + 5, 3 + 5, 4 + 5 + 7}
	for i, p := range points {
		require.Equal(t, grid.Time(i-3), p.Time.UTC())
		require.Equal(t, want[i], p.Value, "point %d", i)
		require.Equal(t, store.Coverage{Known: 4, Planned: 5}, p.Coverage)
	}
	reasons, err := s.store.Samples.Reasons(t.Context(), series.ID, store.Administrator)
	require.NoError(t, err)
	require.Len(t, reasons, 1)
	require.Equal(t, insights.ReasonRepositoryNotFound, reasons[0].Code)
	stored, err := s.store.Series.Get(t.Context(), series.ID)
	require.NoError(t, err)
	require.NotNil(t, stored.BackfillCompletedAt)
}

// How samples are divided into workflows changes the cost and never the values.
func TestGranularityChangesNothing(t *testing.T) {
	t.Parallel()
	grid := months(5)
	repositories := []*testgit.Repo{
		historyRepository(t, grid.Anchor, 5, 4, 3, 2, 1),
		historyRepository(t, grid.Anchor, -1, 2, -1, 9, -1),
		historyRepository(t, grid.Anchor, 3, -1, -1, -1, -1),
		testgit.New(t),
		historyRepository(t, grid.Anchor, 0, 0, 1, 0, 0),
	}
	damaged := historyRepository(t, grid.Anchor, 6, 6, 1, 2, 3)
	damaged.Unpack(t)
	damaged.RemoveObject(t, damaged.ObjectAt(t, "main~2:main.go"))
	repositories = append(repositories, damaged)

	var ledgers [][]insights.Sample
	var points [][]store.Point
	for _, shape := range []struct{ name, batchCost, frameBudget string }{
		{"literal", "0", "0"},
		{"a workflow per repository", "0", "20000"},
		{"default", "800", "20000"},
		{"a workflow per frame", "800", "0"},
	} {
		t.Run(shape.name, func(t *testing.T) {
			s := newStack(t)
			s.set(store.SettingBatchCost, shape.batchCost)
			s.set(store.SettingFrameBudget, shape.frameBudget)
			for i, r := range repositories {
				s.addRepository(fmt.Sprintf("acme/%d", i), r)
			}
			series := s.create(insights.Series{Query: "TODO", Grid: grid})
			s.work()
			status := s.asleep(series)
			require.Zero(t, status.Completeness.Pending)
			require.NotZero(t, status.Completeness.Partial)
			ledgers = append(ledgers, s.ledger(series))
			points = append(points, s.points(series))
		})
	}
	for i := 1; i < len(ledgers); i++ {
		require.Empty(t, cmp.Diff(ledgers[0], ledgers[i]))
		require.Empty(t, cmp.Diff(points[0], points[i]))
	}
}

// The server was off while recordings of the series became due.
func TestMissedRecordingsAreComputedLater(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := insights.NewGrid(time.Now().AddDate(0, 0, -3), insights.Interval{Unit: insights.Day, Value: 1}, 2)
	r := testgit.New(t)
	for day := -2; day <= 3; day++ { // an hour before each time
		r.Commit(t, grid.Time(day).Add(-time.Hour), map[string]string{"a.txt": fmt.Sprintf("TODO %d", day)})
		if day == 2 {
			r.Commit(t, grid.Time(day).Add(-time.Minute), map[string]string{"b.txt": "TODO TODO"})
		}
	}
	s.addRepository("acme/a", r)
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	status := s.asleep(series)
	require.Equal(t, grid.Time(4), status.NextRecordingAt.UTC())

	var values []float64
	for _, p := range s.points(series) {
		values = append(values, p.Value)
		require.Equal(t, store.Coverage{Known: 1, Planned: 1}, p.Coverage)
	}
	require.Equal(t, []float64{1, 1, 1, 3, 3}, values)
	stored, err := s.store.Series.Get(t.Context(), series.ID)
	require.NoError(t, err)
	require.Equal(t, grid.Time(4), stored.NextRecordingAfter.UTC())
}

func TestCapturedValues(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(2)
	r := testgit.New(t)
	r.Commit(t, grid.Time(-1).AddDate(0, 0, -1), map[string]string{"go.mod": "go 1.25\n"})
	r.Commit(t, grid.Time(0).AddDate(0, 0, -1), map[string]string{"go.mod": "go 1.26\n"})
	s.addRepository("acme/a", r)
	series := s.create(insights.Series{Query: `go (1\.\d+) patterntype:regexp`, Method: insights.SearchCompute, Grid: grid})
	s.work()
	s.asleep(series)
	values := map[string][]float64{}
	for _, p := range s.points(series) {
		values[p.Label] = append(values[p.Label], p.Value)
	}
	require.Equal(t, map[string][]float64{"1.25": {1, 0}, "1.26": {0, 1}}, values)
}

func TestInvalidQueryIsAProblemAndNotACrash(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series := s.create(insights.Series{Query: "TODO fille:x(", Grid: months(2)})
	s.work()
	status := s.asleep(series)
	require.NotNil(t, status.Problem)
	require.Equal(t, insights.Invalid, status.Problem.Code)
	require.Contains(t, status.Problem.Message, "fille")
	require.Equal(t, insights.Completeness{}, status.Completeness)
}
