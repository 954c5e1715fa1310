package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

func (s *testStack) chart(series insights.Series) []store.Point {
	s.t.Helper()
	charts, err := s.store.Charts.Read(s.t.Context(), []string{series.ID}, store.PointFilter{Viewer: store.Administrator}, store.Display{})
	require.NoError(s.t, err)
	return charts[series.ID].Points
}

// A snapshot samples the present: it has what was committed since the newest sample. It does not
// change the completeness of the series.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	grid.Anchor = grid.Anchor.Add(-time.Hour) // not in the minute of a sample
	moves := historyRepository(t, grid.Anchor, 3, 2, 1)
	s.addRepository("acme/moves", moves)
	s.addRepository("acme/rests", historyRepository(t, grid.Anchor, 5, 5, 5))
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	stop := s.work()
	before := s.asleep(series).Completeness
	moves.Commit(t, time.Now().Add(-2*time.Minute), map[string]string{"more.go": "TODO TODO TODO TODO"})
	// The test's commit has a date before the last sync of its repository, which does not happen in
	// practice. So sync again.
	require.NoError(t, s.workflows.Sync(t.Context(), 0))
	require.NoError(t, s.client.GetWorkflow(t.Context(), "sync/now", "").Get(t.Context(), nil))

	_, err := s.workflows.Send(t.Context(), series.ID, contract.Snapshot, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.eventually(series, "a snapshot", func() bool { return len(s.chart(series)) == 4 })
	require.Equal(t, before, s.asleep(series).Completeness)
	last := s.chart(series)[3]
	require.True(t, last.Snapshot)
	require.Equal(t, 3.0+4+5, last.Value)
	require.Equal(t, insights.Completeness{Planned: 2, Counted: 1, Reused: 1}, last.Outcomes)
	require.False(t, s.chart(series)[2].Snapshot)

	_, err = s.workflows.Send(t.Context(), series.ID, contract.Pause, contract.Command{})
	require.NoError(t, err)
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Snapshot, contract.Command{})
	require.Equal(t, insights.Conflict, insights.ErrorCode(err))
	require.ErrorContains(t, err, "resume it first")
	stop()
}

// The schedule follows the setting.
func TestSnapshotScheduleFollowsTheSetting(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.work()
	handle := s.client.ScheduleClient().GetHandle(t.Context(), contract.SnapshotSchedule)
	every := func() (time.Duration, bool) {
		description, err := handle.Describe(t.Context())
		if err != nil {
			return 0, false // not created yet
		}
		return description.Schedule.Spec.Intervals[0].Every, description.Schedule.State.Paused
	}
	for _, want := range []struct {
		setting string
		every   time.Duration
		paused  bool
	}{{"24h", 24 * time.Hour, false}, {"1h", time.Hour, false}, {"0", time.Hour, true}, {"24h", 24 * time.Hour, false}} {
		s.set(store.SettingSnapshotInterval, want.setting)
		require.Eventually(t, func() bool {
			got, paused := every()
			return got == want.every && paused == want.paused
		}, patience, 20*time.Millisecond, "%+v", want)
	}
}
