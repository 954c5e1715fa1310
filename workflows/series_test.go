package workflows_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// anchor is a 31st: a grid that adds months one by one would drift.
var anchor = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func monthly(points int) insights.Grid {
	return insights.Grid{Anchor: anchor, Interval: insights.Interval{Unit: insights.Month, Value: 1}, Points: points}
}

func seriesInput() machine.Series {
	return machine.Series{SeriesStart: contract.SeriesStart{SeriesID: "s", Title: "title", Query: "TODO", Grid: monthly(3)}}
}

// run is one run of a workflow in a test environment that skips the time of timers.
type run struct {
	t   *testing.T
	env *testsuite.TestWorkflowEnvironment
	// timers are the series' own timers, without the wait before a continue-as-new.
	timers []time.Duration
}

func newRun(t *testing.T, ledger *fakeLedger, start time.Time) *run {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	r := &run{t: t, env: suite.NewTestWorkflowEnvironment()}
	r.env.SetStartTime(start)
	r.env.SetTestTimeout(30 * time.Second)
	// The default of a second is too short on a machine that is busy with other work.
	r.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: 20 * time.Second, Interceptors: workflows.Interceptors()})
	workflows.Register(r.env)
	ledger.register(r.env)
	ledger.clock = r.env.Now
	r.env.SetOnTimerScheduledListener(func(_ string, d time.Duration) {
		if d > 2*time.Second {
			r.timers = append(r.timers, d)
		}
	})
	r.env.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Maybe()
	return r
}

// untilNext runs the workflow to its continue-as-new and returns the input of the next run.
func (r *run) untilNext(in machine.Series) machine.Series {
	r.t.Helper()
	r.env.ExecuteWorkflow(contract.SeriesWorkflowName, in)
	require.True(r.t, r.env.IsWorkflowCompleted())
	err := r.env.GetWorkflowError()
	next, continued := errors.AsType[*workflow.ContinueAsNewError](err)
	require.True(r.t, continued, "ended with %v", err)
	var carried machine.Series
	require.NoError(r.t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &carried))
	return carried
}

func (r *run) status() contract.Status {
	r.t.Helper()
	value, err := r.env.QueryWorkflow(contract.QueryStatus)
	require.NoError(r.t, err)
	var status contract.Status
	require.NoError(r.t, value.Get(&status))
	require.NoError(r.t, status.Completeness.Check())
	return status
}

// backfilled runs a series until its backfill is complete. It returns the input and the start time
// of the next run.
func backfilled(t *testing.T, ledger *fakeLedger, in machine.Series) (machine.Series, time.Time) {
	t.Helper()
	now := anchor.Add(time.Minute)
	for range 20 {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		if in.State.Current == nil {
			return in, now
		}
	}
	t.Fatal("the backfill does not end")
	return in, now
}

func TestBackfillGoesPageByPageAndCarriesItsState(t *testing.T) {
	t.Parallel()
	ledger := newLedger(10) // pages of 4 repositories in batches of 2
	in := seriesInput()
	now := anchor.Add(time.Minute)
	for page, done := range []int64{12, 24, 30} {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		require.Equal(t, insights.Completeness{Planned: 30, Counted: done, Pending: 30 - done}, in.State.Tally, "page %d", page)
		require.Equal(t, ledger.now(), in.State.Tally)
	}
	require.Nil(t, in.State.Current)
	require.Len(t, ledger.plans, 1)
	require.Equal(t, monthly(3).Frames(), ledger.plans[0])
}

func TestRecordingIsDueAtExactlyItsGridTime(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	for k := 1; k <= 4; k++ { // Feb 28, Mar 31, Apr 30, May 31
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		due := monthly(3).Time(k)
		require.Equal(t, []time.Duration{due.Sub(now)}, r.timers)
		require.Equal(t, []time.Time{due}, ledger.plans[k])
		require.True(t, ledger.begun[k].Equal(due), "planned at %s", ledger.begun[k])
		require.Equal(t, due, in.State.LastPlanned.UTC())
		require.Nil(t, in.State.Recording)
		require.Equal(t, ledger.now(), in.State.Tally)
		now = r.env.Now()
	}
	require.Equal(t, time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC), in.State.LastPlanned.UTC())
}

func TestMissedRecordingsAreOnePlanAndGoBeforeBackfills(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6)
	in := newRun(t, ledger, anchor.Add(time.Minute)).untilNext(seriesInput())
	require.NotNil(t, in.State.Current, "the test needs a backfill that is not done")
	// An outage of three and a half months.
	in = newRun(t, ledger, anchor.AddDate(0, 3, 15)).untilNext(in)
	require.Len(t, ledger.plans, 2)
	require.Equal(t, []time.Time{monthly(3).Time(1), monthly(3).Time(2), monthly(3).Time(3)}, ledger.plans[1])
	require.NotNil(t, in.State.Recording)
	require.NotNil(t, in.State.Current)
	// The recording's second page, then the rest of the backfill.
	in = newRun(t, ledger, anchor.AddDate(0, 3, 16)).untilNext(in)
	require.Nil(t, in.State.Recording)
	require.NotNil(t, in.State.Current)
	in = newRun(t, ledger, anchor.AddDate(0, 3, 16)).untilNext(in)
	require.Nil(t, in.State.Current)
	require.Equal(t, insights.Completeness{Planned: 36, Counted: 36}, in.State.Tally)
}

func TestPauseInTheMiddleOfAPage(t *testing.T) {
	t.Parallel()
	ledger := newLedger(4)
	r := newRun(t, ledger, anchor.Add(time.Minute))
	// Searches of repositories 3 and 4 take ten minutes. The pause cancels them.
	slow := true
	r.env.OnActivity("Samples", mock.Anything, mock.MatchedBy(func(in activities.Range) bool { return in.From == 3 && slow })).
		Return(ledger.Samples).After(10 * time.Minute)
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples)
	r.env.RegisterDelayedCallback(func() {
		require.Equal(t, contract.Running, r.status().State)
		r.env.SignalWorkflow(contract.Pause, contract.Command{By: "ann", Reason: "lunch"})
	}, time.Minute)
	r.env.RegisterDelayedCallback(func() {
		status := r.status()
		require.Equal(t, contract.Paused, status.State)
		require.Zero(t, status.InFlight)
		require.Equal(t, "ann", status.Paused.By)
		require.Equal(t, anchor.Add(2*time.Minute), status.Paused.At.UTC())
		require.Equal(t, insights.Completeness{Planned: 12, Counted: 6, Pending: 6}, status.Completeness)
		require.Equal(t, ledger.now(), status.Completeness)
		slow = false
	}, 2*time.Minute)
	r.env.RegisterDelayedCallback(func() {
		require.Equal(t, contract.Paused, r.status().State)
		r.env.SignalWorkflow(contract.Resume, nil)
	}, 3*time.Hour)
	in := r.untilNext(seriesInput())
	require.Nil(t, in.State.Paused)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally)
	require.False(t, r.env.Now().Before(anchor.Add(3*time.Hour)))
	require.Empty(t, ledger.fails)
}

func TestPauseSurvivesContinueAsNewAndHoldsRecordings(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, _ := backfilled(t, ledger, seriesInput())
	in.State.Paused = &contract.PausedBy{By: "ann", At: anchor}
	r := newRun(t, ledger, anchor.AddDate(0, 1, 0))
	r.env.RegisterDelayedCallback(func() {
		status := r.status()
		require.Equal(t, contract.Paused, status.State)
		require.Equal(t, monthly(3).Time(1), status.NextRecordingAt.UTC())
		require.Len(t, ledger.plans, 1)
		r.env.SignalWorkflow(contract.Resume, contract.Command{By: "bob"})
	}, 80*24*time.Hour)
	in = r.untilNext(in)
	require.Len(t, ledger.plans, 2)
	require.Equal(t, []time.Time{monthly(3).Time(1), monthly(3).Time(2), monthly(3).Time(3)}, ledger.plans[1])
	require.Nil(t, in.State.Paused)
}

// The series receives a message with any payload, and no payload breaks it.
func TestMessagesOfAnyShape(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]struct {
		arg    any
		reason string
	}{
		"nothing":       {nil, ""},
		"a bare reason": {"lunch", "lunch"},
		"a number":      {7, ""},
		"a list":        {[]string{"x"}, ""},
		"wrong types":   {map[string]any{"by": 5, "reason": []int{1}}, ""},
		"a command":     {contract.Command{By: "ann", Reason: "lunch"}, "lunch"},
		"more than it":  {map[string]any{"reason": "lunch", "until": "noon"}, "lunch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := newLedger(2)
			in, now := backfilled(t, ledger, seriesInput())
			r := newRun(t, ledger, now)
			r.env.RegisterDelayedCallback(func() { r.env.SignalWorkflow(contract.Pause, payload.arg) }, time.Hour)
			r.env.RegisterDelayedCallback(func() {
				status := r.status()
				require.Equal(t, contract.Paused, status.State)
				require.Equal(t, payload.reason, status.Paused.Reason)
				for _, message := range []string{contract.Cancel, contract.Retry, contract.Extend, contract.Trigger, contract.Resume} {
					r.env.SignalWorkflow(message, payload.arg)
				}
			}, 2*time.Hour)
			next := r.untilNext(in) // the run ends with the retry, which selects no sample
			require.Nil(t, next.State.Paused)
			require.Nil(t, next.State.Problem)
			require.Equal(t, ledger.now(), next.State.Tally)
		})
	}
}

func TestUpdatesAnswerWithTheStatusThatFollows(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	r := newRun(t, ledger, now)
	var answers []contract.Status
	update := func(name string, command contract.Command) {
		r.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
			OnReject: func(err error) { t.Errorf("%s was rejected: %v", name, err) },
			OnAccept: func() {},
			OnComplete: func(answer any, err error) {
				require.NoError(t, err)
				answers = append(answers, answer.(contract.Status))
			},
		}, command)
	}
	r.env.RegisterDelayedCallback(func() {
		update(contract.Pause, contract.Command{By: "ann", Reason: "first"})
		update(contract.Pause, contract.Command{By: "bob", Reason: "second"})
		update(contract.Resume, contract.Command{})
		update(contract.Resume, contract.Command{})
	}, time.Hour)
	r.untilNext(in)
	require.Len(t, answers, 4)
	require.Equal(t, contract.Paused, answers[0].State)
	require.Equal(t, "ann", answers[1].Paused.By, "the first sender stays")
	require.Equal(t, contract.Sleeping, answers[2].State)
	require.Equal(t, contract.Sleeping, answers[3].State)
}

func TestRefusedPlanIsAProblemUntilItIsTriedAgain(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	ledger.refusal = failure(insights.Invalid, `query "x": unknown field`)
	in := newRun(t, ledger, anchor.Add(time.Minute)).untilNext(seriesInput())
	require.Equal(t, insights.Invalid, in.State.Problem.Code)
	require.Equal(t, `query "x": unknown field`, in.State.Problem.Message)
	require.Equal(t, monthly(3).Time(1), in.State.Problem.RetryAt.UTC())

	// It sleeps until the next grid time and tries again, with the same result.
	r := newRun(t, ledger, anchor.Add(time.Hour))
	r.env.RegisterDelayedCallback(func() { require.Equal(t, contract.Sleeping, r.status().State) }, 24*time.Hour)
	in = r.untilNext(in)
	require.Equal(t, monthly(3).Time(2), in.State.Problem.RetryAt.UTC())

	// The cause is repaired, and the series resumed long before the next grid time.
	ledger.refusal = nil
	start := anchor.AddDate(0, 1, 5)
	r = newRun(t, ledger, start)
	r.env.RegisterDelayedCallback(func() { r.env.SignalWorkflow(contract.Resume, nil) }, time.Hour)
	in = r.untilNext(in)
	require.Nil(t, in.State.Problem)
	require.WithinDuration(t, start.Add(time.Hour), r.env.Now(), time.Minute)
	require.NotZero(t, in.State.Tally.Counted)
}

func TestDefectIsTriedAgainWithinTheHour(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	ledger.refusal = failure(insights.Internal, "a defect")
	in := newRun(t, ledger, anchor.Add(time.Minute)).untilNext(seriesInput())
	require.Equal(t, anchor.Add(time.Minute+time.Hour), in.State.Problem.RetryAt.UTC())
	ledger.refusal = nil
	r := newRun(t, ledger, anchor.Add(2*time.Minute))
	in = r.untilNext(in)
	require.Nil(t, in.State.Problem)
	require.Equal(t, []time.Duration{59 * time.Minute}, r.timers)
	require.NotZero(t, in.State.Tally.Counted)
}

func TestCompletenessHoldsAtEveryStep(t *testing.T) {
	t.Parallel()
	ledger := newLedger(12)
	ledger.perPage, ledger.perBatch = 12, 1
	ledger.fault = func(in activities.Range, attempt int32) error {
		switch {
		case in.From%3 == 0 && in.At == nil:
			return failure(insights.Internal, "an error")
		case in.From == 6:
			return failure(insights.Internal, "an error in each frame")
		case in.From%4 == 0 && attempt < 3:
			return errors.New("retried")
		}
		return nil
	}
	r := newRun(t, ledger, anchor.Add(time.Minute))
	polls := 0
	var done []int64
	r.env.SetOnChildWorkflowCompletedListener(func(*workflow.Info, converter.EncodedValue, error) {
		r.env.RegisterDelayedCallback(func() {
			polls++
			done = append(done, r.status().Completeness.Done())
		}, 0)
	})
	in := r.untilNext(seriesInput())
	require.NotZero(t, polls)
	require.True(t, slices.IsSorted(done), "what is done never gets less: %v", done)
	require.Equal(t, insights.Completeness{Planned: 36, Counted: 33, Failed: 3}, in.State.Tally)
	require.Equal(t, ledger.now(), in.State.Tally)
	require.False(t, in.State.ReadTallyAt.IsZero())
}

// A child that returns an error, for example because it was terminated, fails only its own samples.
func TestChildThatFailsCostsItsSamples(t *testing.T) {
	t.Parallel()
	ledger := newLedger(4)
	r := newRun(t, ledger, anchor.Add(time.Minute))
	r.env.OnWorkflow(contract.RepositoryWorkflowName, mock.Anything, mock.MatchedBy(func(in workflows.RepositoryInput) bool { return in.From == 3 })).
		Return(workflows.RepositoryResult{}, temporal.NewNonRetryableApplicationError("no more", "not_found", nil))
	r.env.OnWorkflow(contract.RepositoryWorkflowName, mock.Anything, mock.Anything).Return(workflows.RepositoryWorkflow)
	in := r.untilNext(seriesInput())
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 6, Failed: 6}, in.State.Tally)
	require.Len(t, ledger.fails, 1)
	require.Equal(t, insights.ReasonCode("not_found"), ledger.fails[0].Code)
	require.Equal(t, "no more", ledger.fails[0].Reason)
	require.Nil(t, in.State.Current, "a backfill always completes")

	// A minute later the tally includes the result that an abandoned search has still written.
	ledger.outcomes[cell{3, anchor}] = insights.Counted
	r = newRun(t, ledger, r.env.Now())
	r.env.RegisterDelayedCallback(func() { require.Equal(t, ledger.now(), r.status().Completeness) }, 2*time.Minute)
	r.untilNext(in)
}
