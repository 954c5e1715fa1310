package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// backfilledBut returns a series of 4 repositories × 3 frames whose backfill is complete. The 6
// samples of repositories 3 and 4 have failed.
func backfilledBut(t *testing.T) (*fakeLedger, machine.Series, time.Time) {
	t.Helper()
	ledger := newLedger(4)
	in, now := backfilled(t, ledger, seriesInput())
	for c := range ledger.outcomes {
		if c.repository > 2 {
			ledger.outcomes[c] = insights.Failed
		}
	}
	in.State.Tally = ledger.now()
	return ledger, in, now
}

// after sends a signal after some time in a run, and returns the input of the next run.
func (r *run) after(d time.Duration, in machine.Series, message string, command contract.Command) machine.Series {
	r.t.Helper()
	r.env.RegisterDelayedCallback(func() { r.env.SignalWorkflow(message, command) }, d)
	return r.untilNext(in)
}

// The state that goes from run to run stays small, however long a reason is.
func TestLongReasonIsCut(t *testing.T) {
	t.Parallel()
	in := seriesInput()
	in.State.BackfillPlanned = true
	r := newRun(t, newLedger(1), anchor.Add(time.Minute))
	got := r.update(time.Hour, contract.Pause, contract.Command{By: strings.Repeat("ann", 1000), Reason: strings.Repeat("because ", 100_000)})
	r.env.RegisterDelayedCallback(func() { r.env.CancelWorkflow() }, 2*time.Hour)
	r.env.ExecuteWorkflow(contract.SeriesWorkflowName, in)
	require.NotNil(t, got.status.Paused)
	require.Len(t, got.status.Paused.By, 200)
	require.Len(t, got.status.Paused.Reason, 1000)
	require.True(t, strings.HasPrefix(got.status.Paused.Reason, "because because "))
}

// update sends an update after some time in a run. The answer is set when the run has ended.
func (r *run) update(after time.Duration, message string, command contract.Command) *answer {
	got := &answer{}
	r.env.RegisterDelayedCallback(func() {
		r.env.UpdateWorkflow(message, "", &testsuite.TestUpdateCallback{
			OnReject: func(err error) { got.err = err },
			OnAccept: func() {},
			OnComplete: func(result any, err error) {
				require.NoError(r.t, err)
				got.status, _ = result.(contract.Status)
			},
		}, command)
	}, after)
	return got
}

type answer struct {
	status contract.Status
	err    error
}

func TestRetryTakesUpWhatFailedAndIsOver(t *testing.T) {
	t.Parallel()
	ledger, in, now := backfilledBut(t)
	searched := len(ledger.searches)
	r := newRun(t, ledger, now)
	in = r.after(time.Hour, in, contract.Retry, contract.Command{By: "ann"})
	require.Equal(t, []insights.PlanKind{"backfill", "retry"}, ledger.kinds)
	require.Nil(t, in.State.Current)
	require.Empty(t, in.State.Waiting)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally)
	require.Equal(t, ledger.now(), in.State.Tally)
	for _, search := range ledger.searches[searched:] {
		require.GreaterOrEqual(t, search.From, int64(3), "only what failed is searched")
	}

	// A second retry has nothing to do.
	in = newRun(t, ledger, r.env.Now()).after(time.Hour, in, contract.Retry, contract.Command{})
	require.Equal(t, []insights.PlanKind{"backfill", "retry"}, ledger.kinds)
	require.Nil(t, in.State.Current)

	in = newRun(t, ledger, r.env.Now()).after(time.Hour, in, contract.Retry, contract.Command{All: true})
	require.Equal(t, []insights.PlanKind{"backfill", "retry", "retry"}, ledger.kinds)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally)
}

// Plans that operators request wait for the current one, in order and each once, also across runs.
func TestRequestedPlansWait(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6) // two pages
	r := newRun(t, ledger, anchor.Add(time.Minute))
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples).After(10 * time.Minute)
	for range 2 {
		r.env.RegisterDelayedCallback(func() {
			r.env.SignalWorkflow(contract.Extend, 5)
			r.env.SignalWorkflow(contract.Retry, contract.Command{})
			r.env.SignalWorkflow(contract.Extend, 4)
			r.env.SignalWorkflow(contract.Retry, contract.Command{Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Failed, insights.Partial}}})
		}, time.Minute)
	}
	r.env.RegisterDelayedCallback(func() {
		status := r.status()
		require.Equal(t, insights.BackfillPlan, status.Kind)
		require.Equal(t, 2, status.Waiting)
	}, 2*time.Minute)
	in := r.untilNext(seriesInput())
	require.Len(t, in.State.Waiting, 2)
	for in.State.Current != nil || len(in.State.Waiting) > 0 {
		in = newRun(t, ledger, r.env.Now()).untilNext(in)
		require.Equal(t, ledger.now(), in.State.Tally)
	}
	require.Equal(t, []insights.PlanKind{"backfill", "extension"}, ledger.kinds, "a retry that finds nothing leaves no plan")
	require.Equal(t, monthly(3).OlderFrames(5), ledger.plans[1])
	require.Equal(t, 5, in.Grid.Points)
	require.Equal(t, insights.Completeness{Planned: 30, Counted: 30}, in.State.Tally)
}

func TestUpdatesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	ledger, in, now := backfilledBut(t)
	r := newRun(t, ledger, now)
	in.State.Paused = &contract.PausedBy{At: now} // so that plans wait
	shorter := r.update(time.Hour, contract.Extend, contract.Command{Points: 2})
	tooLong := r.update(time.Hour, contract.Extend, contract.Command{Points: insights.MaxPoints + 1})
	pending := r.update(time.Hour, contract.Retry, contract.Command{Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Pending}}})
	same := r.update(time.Hour, contract.Extend, contract.Command{Points: 3})
	var fits []*answer
	for i := range 20 {
		fits = append(fits, r.update(2*time.Hour+time.Duration(i)*time.Second, contract.Retry, contract.Command{Selection: insights.Selection{Repository: fmt.Sprint(i)}}))
	}
	many := r.update(3*time.Hour, contract.Retry, contract.Command{})
	again := r.update(3*time.Hour, contract.Retry, contract.Command{Selection: insights.Selection{Repository: "7"}})
	r.env.RegisterDelayedCallback(func() {
		r.env.SignalWorkflow(contract.Extend, 1)
		r.env.SignalWorkflow(contract.Cancel, nil)
	}, 4*time.Hour)
	r.env.RegisterDelayedCallback(func() {
		require.Zero(t, r.status().Waiting, "plans that wait are dropped")
		r.env.CancelWorkflow()
	}, 5*time.Hour)
	r.env.ExecuteWorkflow(contract.SeriesWorkflowName, in)

	require.ErrorContains(t, shorter.err, "the series has 3, and does not get shorter")
	require.ErrorContains(t, tooLong.err, "points 1001")
	require.ErrorContains(t, pending.err, `retry of "pending" samples`)
	require.NoError(t, same.err)
	require.Zero(t, same.status.Waiting, "there is nothing to do")
	for i, one := range fits {
		require.NoError(t, one.err)
		require.Equal(t, i+1, one.status.Waiting)
	}
	require.ErrorContains(t, many.err, "20 plans are already waiting")
	require.NoError(t, again.err, "one that waits already")
	require.Equal(t, 20, again.status.Waiting)
	require.Equal(t, []insights.PlanKind{"backfill"}, ledger.kinds)
}

func TestCancelInTheMiddleOfAPageEndsTheBackfill(t *testing.T) {
	t.Parallel()
	ledger := newLedger(4)
	r := newRun(t, ledger, anchor.Add(time.Minute))
	slow := true
	r.env.OnActivity("Samples", mock.Anything, mock.MatchedBy(func(in activities.Range) bool { return in.From == 3 && slow })).
		Return(ledger.Samples).After(10 * time.Minute)
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples)
	in := r.after(time.Minute, seriesInput(), contract.Cancel, contract.Command{By: "ann", Reason: "too large"})
	require.WithinDuration(t, anchor.Add(2*time.Minute), r.env.Now(), 10*time.Second, "searches are stopped")
	require.Nil(t, in.State.Current)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 6, Failed: 6}, in.State.Tally)
	require.Equal(t, ledger.now(), in.State.Tally)
	require.Len(t, ledger.cancels, 1)
	require.Equal(t, "cancelled by ann: too large", ledger.cancels[0].Reason)

	slow = false
	in = newRun(t, ledger, r.env.Now()).after(time.Second, in, contract.Retry, contract.Command{})
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally)
}

// A paused series cancels at once, because that launches no search.
func TestCancelOfAPausedSeries(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6)
	in := newRun(t, ledger, anchor.Add(time.Minute)).untilNext(seriesInput())
	require.NotNil(t, in.State.Current)
	searched := len(ledger.searches)
	in.State.Paused = &contract.PausedBy{By: "ann", At: anchor}
	in = newRun(t, ledger, anchor.Add(time.Hour)).after(time.Minute, in, contract.Cancel, contract.Command{})
	require.NotNil(t, in.State.Paused)
	require.Nil(t, in.State.Current)
	require.Equal(t, insights.Completeness{Planned: 18, Counted: 12, Failed: 6}, in.State.Tally)
	require.Len(t, ledger.searches, searched)
	require.Equal(t, "cancelled by somebody", ledger.cancels[0].Reason)
}

// A backfill that is cancelled before it is written is written first, or a retry would find no
// samples. A plan that waits is dropped.
func TestCancelBeforeThePlanIsWritten(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in := seriesInput()
	in.State.Paused = &contract.PausedBy{At: anchor}
	in = newRun(t, ledger, anchor.Add(time.Minute)).after(time.Minute, in, contract.Cancel, contract.Command{})
	require.Equal(t, insights.Completeness{Planned: 6, Failed: 6}, in.State.Tally)

	r := newRun(t, ledger, anchor.Add(time.Hour))
	r.env.RegisterDelayedCallback(func() {
		r.env.SignalWorkflow(contract.Extend, 9)
		r.env.SignalWorkflow(contract.Cancel, nil)
		r.env.SignalWorkflow(contract.Retry, nil)
		r.env.SignalWorkflow(contract.Resume, nil)
	}, time.Minute)
	in = r.untilNext(in)
	require.Equal(t, []insights.PlanKind{"backfill", "retry"}, ledger.kinds)
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 6}, in.State.Tally)
	require.Equal(t, 3, in.Grid.Points)
}

// A cancelled retry of all samples loses no value.
func TestCancelOfARetryLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	ledger := newLedger(4)
	in, now := backfilled(t, ledger, seriesInput())
	r := newRun(t, ledger, now)
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples).After(10 * time.Minute)
	r.env.RegisterDelayedCallback(func() { r.env.SignalWorkflow(contract.Retry, contract.Command{All: true}) }, time.Minute)
	r.env.RegisterDelayedCallback(func() {
		status := r.status()
		require.Equal(t, insights.RetryPlan, status.Kind)
		require.Equal(t, insights.Completeness{Planned: 12, Pending: 12}, status.Completeness)
		r.env.SignalWorkflow(contract.Cancel, nil)
	}, 2*time.Minute)
	in = r.untilNext(in)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally)
}

// A requested plan that cannot be made is dropped, Problem has the reason, and later plans are not
// affected.
func TestRefusedExtensionChangesNothing(t *testing.T) {
	t.Parallel()
	ledger, in, now := backfilledBut(t)
	ledger.refusal = failure(insights.Conflict, "another series has the same query, scope and points")
	r := newRun(t, ledger, now)
	r.env.RegisterDelayedCallback(func() { r.env.SignalWorkflow(contract.Extend, 9) }, time.Minute)
	in = r.untilNext(in)
	require.Nil(t, in.State.Current)
	require.Equal(t, 3, in.Grid.Points)
	require.Equal(t, "extension to 9 points: another series has the same query, scope and points", in.State.Problem.Message)
	require.Equal(t, insights.Conflict, in.State.Problem.Code)

	ledger.refusal = nil
	in = newRun(t, ledger, r.env.Now()).untilNext(in) // the next recording comes on time
	require.Equal(t, insights.RecordingPlan, ledger.kinds[1])
	require.Nil(t, in.State.Problem)

	// After a retryable error, the plan stays and is tried again.
	ledger.refusal = failure(insights.Internal, "a defect")
	in = newRun(t, ledger, anchor.AddDate(0, 1, 0)).after(time.Minute, in, contract.Extend, contract.Command{Points: 4})
	require.NotNil(t, in.State.Current)
	ledger.refusal = nil
	in = newRun(t, ledger, in.State.Problem.RetryAt).untilNext(in)
	require.Equal(t, 4, in.Grid.Points)
}

// Cancel does not change a recording.
func TestCancelLeavesRecordings(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6)
	in := newRun(t, ledger, anchor.Add(time.Minute)).untilNext(seriesInput())
	r := newRun(t, ledger, monthly(3).Time(1).Add(time.Minute))
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples).After(10 * time.Minute)
	in = r.after(time.Minute, in, contract.Cancel, contract.Command{})
	require.Equal(t, insights.RecordingPlan, ledger.kinds[1])
	require.NotNil(t, in.State.Current.Cancelled)
	for in.State.Recording != nil || in.State.Current != nil {
		in = newRun(t, ledger, r.env.Now()).untilNext(in)
	}
	require.Equal(t, insights.Completeness{Planned: 24, Counted: 18, Failed: 6}, in.State.Tally)
}
