package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// dayLater runs a series that has nothing to do, and sends a message after a day.
func (r *run) dayLater(in machine.Series, message string) machine.Series {
	r.t.Helper()
	return r.after(24*time.Hour, in, message, contract.Command{By: contract.BySchedule})
}

func TestSnapshotIsTakenBetweenRecordings(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6) // pages of 4 repositories in batches of 2
	in, now := backfilled(t, ledger, seriesInput())
	tally := in.State.Tally
	ledger.searches = nil

	r := newRun(t, ledger, now)
	in = r.dayLater(in, contract.Snapshot)
	require.NotNil(t, in.State.Snapshot, "there is a second page")
	require.Equal(t, insights.SnapshotPlan, in.State.Snapshot.Kind)
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 4, Pending: 2}, in.State.Snapshot.Tally)
	require.Equal(t, tally, in.State.Tally, "a snapshot is not part of the series' tally")
	status := r.status()
	require.Equal(t, insights.SnapshotPlan, status.Kind)
	require.Equal(t, in.State.Snapshot.Tally, *status.Snapshot)
	require.Equal(t, 100, in.State.Attributes.Percent)

	now = r.env.Now()
	r = newRun(t, ledger, now)
	in = r.untilNext(in)
	require.Nil(t, in.State.Snapshot)
	require.Equal(t, tally, in.State.Tally)
	require.Equal(t, ledger.now(), in.State.Tally)
	require.Equal(t, []time.Time{anchor.Add(time.Minute + 24*time.Hour + 2*time.Second)}, ledger.plans[1])
	for _, search := range ledger.searches {
		require.Equal(t, 2, search.Plan)
	}
	require.Len(t, ledger.searches, 3)
	require.Len(t, ledger.aside, 6)
}

// A recording that is due goes before a snapshot, and a snapshot before the pages of a backfill.
func TestSnapshotGoesAfterRecordingsAndBeforeBackfills(t *testing.T) {
	t.Parallel()
	ledger := newLedger(10)
	in := seriesInput()
	at := anchor.Add(40 * 24 * time.Hour) // one recording is due
	in.State.Snapshot = &machine.Plan{Kind: insights.SnapshotPlan, Times: []time.Time{at}}
	var kinds []insights.PlanKind
	now := at.Add(time.Minute)
	for range 12 {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		kinds = append(kinds, r.status().Kind)
		if in.State.Current == nil {
			break
		}
	}
	require.Equal(t, []insights.PlanKind{"recording", "snapshot", "backfill"}, ledger.kinds)
	require.Nil(t, in.State.Snapshot)
	require.NotEmpty(t, kinds)
}

func TestSnapshotsAreRefusedWhereTheyMakeNoSense(t *testing.T) {
	t.Parallel()
	paused, held, daily := seriesInput(), seriesInput(), seriesInput()
	paused.State.Paused = &contract.PausedBy{By: "ann"}
	held.State.Problem = &contract.Problem{Message: "the scope is refused", RetryAt: anchor.AddDate(0, 1, 0)}
	daily.Grid.Interval = insights.Interval{Unit: insights.Hour, Value: 24}
	for name, c := range map[string]struct {
		in   machine.Series
		says string
	}{
		"paused":  {paused, "the series is paused"},
		"problem": {held, "the scope is refused"},
		"daily":   {daily, "more than a day apart takes snapshots"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := newLedger(1)
			r := newRun(t, ledger, anchor.Add(time.Minute))
			c.in.State.BackfillPlanned = true
			got := r.update(time.Hour, contract.Snapshot, contract.Command{})
			r.env.RegisterDelayedCallback(func() { r.env.CancelWorkflow() }, 2*time.Hour)
			r.env.ExecuteWorkflow(contract.SeriesWorkflowName, c.in)
			require.ErrorContains(t, got.err, c.says)
			require.NotContains(t, ledger.kinds, "snapshot")
		})
	}
}

// The problem that a refused plan leaves does not prevent a snapshot.
func TestRefusedPlanDoesNotPreventSnapshots(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	in.State.Problem = &contract.Problem{Code: insights.Conflict, Message: "extension to 24 points: another series is like that", At: now, RetryAt: now}
	in = newRun(t, ledger, now).dayLater(in, contract.Snapshot)
	require.Equal(t, []insights.PlanKind{"backfill", "snapshot"}, ledger.kinds)
	require.Nil(t, in.State.Problem, "something has succeeded")
}

// A snapshot that is requested in the minute of a recording is dropped.
func TestRecordingOvertakesASnapshot(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	in.State.Snapshot = &machine.Plan{Kind: insights.SnapshotPlan, Times: []time.Time{in.Grid.Time(1)}}
	require.True(t, now.Before(in.Grid.Time(1)))
	r := newRun(t, ledger, in.Grid.Time(1))
	in = r.untilNext(in)
	require.Equal(t, []insights.PlanKind{"backfill", "recording"}, ledger.kinds)
	require.Nil(t, in.State.Snapshot)
}

// A snapshot that cannot be planned is dropped without a problem.
func TestSnapshotThatCannotBePlannedIsLeft(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	ledger.refusal = failure(insights.Invalid, "the scope is refused")
	r := newRun(t, ledger, now)
	in = r.dayLater(in, contract.Snapshot)
	require.Nil(t, in.State.Snapshot)
	require.Nil(t, in.State.Problem)
}

// The schedule's workflow sends the message to every series, even if one of them has just ended.
func TestSnapshotsWorkflowTellsEverySeries(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	ledger.series = []string{"one", "ended", "two"}
	s := newServer(t, ledger)
	for _, id := range []string{"one", "two"} {
		series := storedSeries(id, time.Minute)
		series.Grid.Interval = insights.Interval{Unit: insights.Month, Value: 1}
		require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
		s.asleep(id)
	}
	_, err := s.run("snapshots", contract.SnapshotsWorkflowName, contract.SnapshotsInput{})
	require.NoError(t, err)
	taken := func() int {
		ledger.mu.Lock()
		defer ledger.mu.Unlock()
		return len(slices.DeleteFunc(slices.Clone(ledger.kinds), func(kind insights.PlanKind) bool { return kind != "snapshot" }))
	}
	for deadline := time.Now().Add(patience); taken() < 2; time.Sleep(10 * time.Millisecond) {
		require.Less(t, time.Now(), deadline, "plans %v, one %+v, two %+v", ledger.kinds, s.status("one"), s.status("two"))
	}
	require.Equal(t, 2, taken())
}

// A signal can arrive in the workflow task in which a run ends. It must reach the next run. The
// worker is away until the task contains both the signal and the timer before the end of the run.
func TestASignalAtTheEndOfARunIsNotLost(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	s := newServer(t, ledger)
	series := storedSeries("one", time.Minute)
	series.Grid.Interval = insights.Interval{Unit: insights.Month, Value: 1}
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.asleep(series.ID) // in the first run, which waits until it has lasted shortestRun
	s.worker.Stop()
	id := contract.SeriesID(series.ID)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", contract.Snapshot, contract.Command{By: "test"}))
	require.Eventually(t, func() bool {
		runs := s.histories(id, s.firstRun(id))
		events := runs[len(runs)-1].Events
		fired := slices.ContainsFunc(events[len(events)-min(3, len(events)):], func(e *historypb.HistoryEvent) bool { return e.GetTimerFiredEventAttributes() != nil })
		return len(runs) == 1 && fired
	}, patience, 50*time.Millisecond)

	s.serve(contract.Queue)
	require.Eventually(t, func() bool {
		ledger.mu.Lock()
		defer ledger.mu.Unlock()
		return slices.Contains(ledger.kinds, insights.SnapshotPlan)
	}, patience, 10*time.Millisecond)
}
