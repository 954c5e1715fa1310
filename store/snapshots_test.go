package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// snapshot begins a snapshot and writes its plan completely.
func (b bundle) snapshot(t require.TestingT, series insights.Series, at time.Time) int {
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.SnapshotPlan, Times: []time.Time{at}})
	require.NoError(t, err)
	for done := false; !done; {
		_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 2, true)
		require.NoError(t, err)
	}
	return plan
}

func (b bundle) settleSnapshot(t require.TestingT, series insights.Series, plan int, ended ...insights.Sample) {
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, ended))
}

func (b bundle) chart(t require.TestingT, series insights.Series) []store.Point {
	charts, err := b.Charts.Read(b.ctx, []string{series.ID}, store.PointFilter{Viewer: store.Administrator}, store.Display{})
	require.NoError(t, err)
	return charts[series.ID].Points
}

// A snapshot reuses, without a search, what the ledger or the previous snapshot counted at the same
// commit.
func TestSnapshotReusesSamplesAndIsReplaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.repositories(t, "acme", 4)
	rests, moves, empty, unread := list[0], list[1], list[2], list[3]
	later := day(3)
	b.index(t, rests, later, -3)
	b.index(t, moves, later, -3, 1)
	b.index(t, empty, later)
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	b.write(t, series, plan,
		insights.Sample{RepositoryID: rests.ID, Time: day(0), Outcome: insights.Counted, Value: 3, Commit: oid(rests.Name, 0)},
		insights.Sample{RepositoryID: moves.ID, Time: day(0), Outcome: insights.Counted, Value: 10, Commit: oid(moves.Name, 0)},
		insights.Sample{RepositoryID: unread.ID, Time: day(0), Outcome: insights.Failed, Code: "gone"})
	before, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)

	first := b.snapshot(t, series, day(2))
	again, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.SnapshotPlan, Times: []time.Time{day(2)}})
	require.NoError(t, err)
	require.Equal(t, first, again, "an activity may be attempted again")
	pending, err := b.Samples.Pending(b.ctx, series.ID, first, 0, 1<<31)
	require.NoError(t, err)
	require.Len(t, pending, 2)
	require.Equal(t, oid(moves.Name, 1), pending[0].Commit)
	require.Empty(t, pending[1].Commit, "not indexed")
	requireCode(t, insights.Conflict, b.Plans.Complete(b.ctx, series.ID, first, day(3)), "pending samples")
	require.Len(t, b.chart(t, series), 1, "an incomplete snapshot is not shown")
	b.settleSnapshot(t, series, first,
		insights.Sample{RepositoryID: moves.ID, Time: day(2), Outcome: insights.Counted, Value: 20, Commit: oid(moves.Name, 1)},
		insights.Sample{RepositoryID: unread.ID, Time: day(2), Outcome: insights.Failed, Code: "gone", Reason: "no such repository"})
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, first, day(3)))
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, first, day(3)), "a second time")

	shown := b.chart(t, series)
	require.Len(t, shown, 2)
	require.Equal(t, store.Point{
		Time: day(2), Value: 23, Snapshot: true, Coverage: store.Coverage{Known: 3, Planned: 4},
		Outcomes: insights.Completeness{Planned: 4, Counted: 1, Reused: 1, Absent: 1, Failed: 1},
	}, shown[1])
	filtered, err := b.Charts.Read(b.ctx, []string{series.ID}, store.PointFilter{Include: "0001$", Viewer: store.Administrator}, store.Display{})
	require.NoError(t, err)
	require.Equal(t, 20.0, filtered[series.ID].Points[1].Value)
	after, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, before, after, "a snapshot is not part of the series' tally")

	// The next snapshot replaces the first one, and reuses its counted samples.
	second := b.snapshot(t, series, later)
	require.Greater(t, second, first)
	tally, err := b.Samples.TallyOf(b.ctx, series.ID, second)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 4, Reused: 2, Absent: 1, Pending: 1}, tally)
	require.Equal(t, day(2), b.chart(t, series)[1].Time, "the old snapshot is shown until the new one is complete")
	b.settleSnapshot(t, series, second, insights.Sample{RepositoryID: unread.ID, Time: later, Outcome: insights.Absent})
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, second, later))
	shown = b.chart(t, series)
	require.Len(t, shown, 2)
	require.Equal(t, later, shown[1].Time)
	require.Equal(t, 23.0, shown[1].Value)

	// A late write of the first snapshot changes nothing.
	b.settleSnapshot(t, series, first, insights.Sample{RepositoryID: moves.ID, Time: day(2), Outcome: insights.Counted, Value: 1000, Commit: oid(moves.Name, 1)})
	var rows, points int
	require.NoError(t, b.pool.QueryRow(b.ctx, `SELECT (SELECT count(*) FROM sample_chunks WHERE chunk < 0), (SELECT count(*) FROM series_points_snapshots)`).Scan(&rows, &points))
	require.Equal(t, 4, rows)
	require.Equal(t, 2, points)

	// A recording makes the snapshot outdated.
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{later}})
	require.NoError(t, err)
	require.Len(t, b.chart(t, series), 1)
}

func TestSnapshotThatWasNotCompletedIsDropped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repository(t, "acme/a")
	series := b.series(t, "TODO", insights.Search)
	abandoned := b.snapshot(t, series, day(1))
	next := b.snapshot(t, series, day(2))
	require.NotEqual(t, abandoned, next)
	tally, err := b.Samples.TallyOf(b.ctx, series.ID, abandoned)
	require.NoError(t, err)
	require.Zero(t, tally)
	requireCode(t, insights.NotFound, b.Plans.Complete(b.ctx, series.ID, abandoned, day(3)), "does not exist")
}

// A captured value that occurs only in the snapshot has a point at each time of the chart.
func TestSnapshotOfCapturedValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/a")
	series := b.series(t, "go (1.*)", insights.SearchCompute)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	b.write(t, series, plan, insights.Sample{RepositoryID: r.ID, Time: day(0), Outcome: insights.Counted, Value: 1, Values: map[string]int64{"1.25": 1}, Commit: oid("a")})
	snapshot := b.snapshot(t, series, day(1))
	b.settleSnapshot(t, series, snapshot, insights.Sample{RepositoryID: r.ID, Time: day(1), Outcome: insights.Counted, Value: 2, Values: map[string]int64{"1.26": 2}, Commit: oid("b")})
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, snapshot, day(1)))
	type line struct {
		Label    string
		Value    float64
		Snapshot bool
	}
	var lines []line
	for _, p := range b.chart(t, series) {
		lines = append(lines, line{p.Label, p.Value, p.Snapshot})
	}
	require.Equal(t, []line{{"1.25", 1, false}, {"1.26", 0, false}, {"1.25", 0, true}, {"1.26", 2, true}}, lines)
}
