package machine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// on returns a machine that works on a plan of the given kind, with the number 7.
func on(t *testing.T, kind insights.PlanKind) (*Machine, *Plan) {
	t.Helper()
	m := asleep()
	plan := &Plan{Kind: kind, Times: []time.Time{now}, Points: 4}
	switch kind {
	case insights.RecordingPlan:
		m.State.Recording = plan
	case insights.SnapshotPlan:
		m.State.Snapshot = plan
	default:
		m.State.Current = plan
	}
	require.Equal(t, WorkOn{plan}, m.Next(now))
	return m, plan
}

// The table has everything that depends on the kind of a plan, for each kind.
func TestKindsOfPlans(t *testing.T) {
	t.Parallel()
	want := map[insights.PlanKind]struct {
		refused, defect string // the state after an error that stays, and one that may pass
		completed       string
		priority        int
		summary         string
		breaker         bool
	}{
		insights.BackfillPlan:  {"backfill to 4, problem", "backfill to 4, problem", "", 4, "backfill of 2026-01-31T12:01:00Z", true},
		insights.RecordingPlan: {"recording to 4, problem", "recording to 4, problem", "catch-up due", 1, "recording of 2026-01-31T12:01:00Z", true},
		insights.SnapshotPlan:  {"", "", "", 2, "snapshot of 2026-01-31T12:01:00Z", false},
		insights.RetryPlan:     {"problem", "retry to 4, problem", "", 4, "retry of partial or failed samples", true},
		insights.ExtensionPlan: {"problem", "extension to 4, problem", "", 4, "extension to 4 points", true},
		insights.CatchUpPlan:   {"problem", "catch-up to 4, problem", "", 4, "backfill of repositories that ", true},
	}
	for kind, want := range want {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			m, plan := on(t, kind)
			require.Equal(t, want.priority, m.PriorityKey(plan))
			require.Equal(t, want.summary, plan.Summary())
			m.Failed(Failure{insights.Invalid, "no"}, now)
			require.Equal(t, want.refused, describe(m))

			m, _ = on(t, kind)
			m.Failed(Failure{insights.Internal, "a defect"}, now)
			require.Equal(t, want.defect, describe(m))

			m, plan = on(t, kind)
			m.State.Problem = &contract.Problem{}
			tally := insights.Completeness{Planned: 60, Pending: 60}
			m.PlanBegun(plan, 7, tally)
			require.Equal(t, tally, *m.tallyOf(plan))
			require.Equal(t, kind == insights.ExtensionPlan, m.Grid.Points == 4)
			check := m.BatchEnded(plan, tally, insights.Completeness{Planned: 60, Failed: 60})
			require.Equal(t, want.breaker, check != nil)
			m.PlanLeft(plan, insights.Completeness{Planned: 60, Failed: 59, Pending: 1}, now)
			require.Zero(t, plan.After, "the series goes through the whole plan again")
			m.PlanCompleted(plan, insights.Completeness{Planned: 60, Failed: 60}, now)
			m.Done()
			require.Equal(t, want.completed, describe(m))
			require.Equal(t, kind.Permanent(), !m.State.ReadTallyAt.IsZero(), "failed samples are looked at again")
			require.Equal(t, kind.Permanent(), m.State.Tally.Planned == 60)
		})
	}
	for _, kind := range insights.PlanKinds {
		require.Contains(t, want, kind)
		require.NotNil(t, kinds[kind].summary, "%s has no entry in the table of kinds", kind)
	}
	require.Len(t, kinds, len(insights.PlanKinds))
}

func TestQueuePositionIsThePriorityOfPastTimes(t *testing.T) {
	t.Parallel()
	m, plan := on(t, insights.RetryPlan)
	for position, want := range map[contract.QueuePosition]int{contract.QueueFront: 3, contract.QueueDefault: 4, contract.QueueBack: 5} {
		m.State.QueuePosition = position
		require.Equal(t, want, m.PriorityKey(plan))
		require.Equal(t, 1, m.PriorityKey(&Plan{Kind: insights.RecordingPlan}))
	}
}

func TestRetryWithoutSamplesIsOver(t *testing.T) {
	t.Parallel()
	m, plan := on(t, insights.RetryPlan)
	m.PlanBegun(plan, 0, insights.Completeness{Planned: 6, Counted: 6})
	m.Done()
	require.Empty(t, describe(m))
}

// A problem has a time at which the series tries again: the next grid time or, for a retryable
// error, within the hour.
func TestProblemSaysWhenTheSeriesTriesAgain(t *testing.T) {
	t.Parallel()
	m, _ := on(t, insights.BackfillPlan)
	m.Failed(Failure{insights.Invalid, strings.Repeat("x", 5000)}, now)
	require.Equal(t, m.Grid.Time(1), m.State.Problem.RetryAt)
	require.LessOrEqual(t, len(m.State.Problem.Message), maxProblem)
	require.Equal(t, contract.Sleeping, m.Status(0).State)

	m, _ = on(t, insights.BackfillPlan)
	m.Failed(Failure{insights.Internal, "a defect"}, now)
	require.Equal(t, now.Add(time.Hour), m.State.Problem.RetryAt)

	m, _ = on(t, insights.ExtensionPlan)
	m.Failed(Failure{insights.Conflict, "another series is like that"}, now)
	require.Equal(t, "extension to 4 points: another series is like that", m.State.Problem.Message)
	require.Equal(t, now, m.State.Problem.RetryAt, "it holds nothing back")
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	m := asleep()
	catchUp(m)
	require.Equal(t, FindCatchUp{}, m.Next(now))
	m.Failed(Failure{insights.Internal, "a defect"}, now)
	require.Equal(t, "problem, catch-up due", describe(m), "it is looked for again")

	require.Equal(t, FindCatchUp{}, m.Next(m.State.Problem.RetryAt))
	m.CatchUpFound(nil, "")
	m.Done()
	require.Empty(t, describe(m))

	catchUp(m)
	m.Next(now)
	m.CatchUpFound([]time.Time{now}, "came into scope")
	m.Done()
	require.Equal(t, "work on catch-up", doWhat(m, now))
}

func TestTallyThatCannotBeReadIsReadAgain(t *testing.T) {
	t.Parallel()
	m := asleep()
	m.State.ReadTallyAt = now
	require.Equal(t, ReadTally{}, m.Next(now))
	m.Failed(Failure{insights.Internal, "a defect"}, now)
	retry := now.Add(time.Hour)
	require.Equal(t, "try again what failed at "+retry.Format(time.DateTime), doWhat(m, now))
	require.Equal(t, ReadTally{}, m.Next(retry))
	m.Done()
	require.Empty(t, describe(m))
}

// A problem that holds back a plan does not end when the tally is read, or when a command
// interrupts the work on the plan.
func TestProblemStaysUntilItsPlanSucceeds(t *testing.T) {
	t.Parallel()
	m, _ := on(t, insights.BackfillPlan)
	m.Failed(Failure{insights.Internal, "a defect"}, now)
	m.State.ReadTallyAt = now
	require.Equal(t, ReadTally{}, m.Next(now))
	m.Done()
	require.Equal(t, "backfill to 4, problem", describe(m))

	require.Equal(t, "work on backfill to 4", doWhat(m, m.State.Problem.RetryAt))
	m.Interrupted()
	m.Done()
	require.Equal(t, "backfill to 4, problem", describe(m))
}

// The problem of a dropped plan stays until work on a plan succeeds.
func TestProblemOfADroppedPlanStays(t *testing.T) {
	t.Parallel()
	m, _ := on(t, insights.RetryPlan)
	m.Failed(Failure{insights.Invalid, "no"}, now)
	catchUp(m)
	require.Equal(t, FindCatchUp{}, m.Next(now))
	m.Done()
	require.Equal(t, "problem", describe(m))
	m.State.Waiting = []*Plan{{Kind: insights.RetryPlan}}
	require.Equal(t, "work on retry", doWhat(m, now))
	require.Equal(t, contract.Running, m.Status(1).State)
	m.Done()
	require.Equal(t, "retry", describe(m))
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	alike := Failures{Alike: true, Code: "fetch failed", Reason: "no route to host", Samples: 60, Repositories: 20}
	few, cancelled := alike, alike
	few.Repositories = breakerRepositories - 1
	cancelled.Code = insights.ReasonCancelled
	for name, c := range map[string]struct {
		failures Failures
		pauses   bool
	}{
		"all fail alike":      {alike, true},
		"few repositories":    {few, false},
		"ended by operators":  {cancelled, false},
		"for several reasons": {Failures{}, false},
	} {
		m, plan := on(t, insights.RetryPlan)
		m.PlanBegun(plan, 7, insights.Completeness{Planned: 200, Pending: 200})
		require.Nil(t, m.BatchEnded(plan, insights.Completeness{Planned: 49, Pending: 49}, insights.Completeness{Planned: 49, Failed: 49}))
		require.Equal(t, &FailureCheck{}, m.BatchEnded(plan, insights.Completeness{Planned: 1, Pending: 1}, insights.Completeness{Planned: 1, Failed: 1}))
		m.FailuresChecked(plan, c.failures, now)
		require.Equal(t, c.pauses, m.State.Paused != nil, name)
		require.Equal(t, c.pauses, m.MustStop(plan), name)
		require.Equal(t, !c.failures.Alike, plan.Breaker.OtherOutcome, name)
	}

	// After a success, three pages in a row must fail completely.
	m, plan := on(t, insights.BackfillPlan)
	m.PlanBegun(plan, 7, insights.Completeness{Planned: 500, Pending: 500})
	page := func(after insights.Completeness) *FailureCheck {
		m.Next(now)
		require.Nil(t, m.BatchEnded(plan, insights.Completeness{Planned: 60, Pending: 60}, after))
		check := m.PageSearched(plan, plan.After+20)
		m.PageDone(plan, plan.After+20)
		return check
	}
	failed := insights.Completeness{Planned: 60, Failed: 60}
	require.Nil(t, page(insights.Completeness{Planned: 60, Counted: 1, Failed: 59}))
	require.Nil(t, page(failed))
	require.Nil(t, page(failed))
	require.Equal(t, &FailureCheck{From: 21, Through: 80}, page(failed))
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]contract.State{
		"new": contract.Running, "working": contract.Running, "asleep": contract.Sleeping, "paused": contract.Paused, "held": contract.Sleeping, "full": contract.Running,
	} {
		require.Equal(t, want, states[state]().Status(0).State, state)
		require.NotEmpty(t, states[state]().Details())
	}
	m := states["working"]()
	require.NoError(t, m.Apply(contract.Pause, contract.Command{By: "ann", Reason: "lunch"}, now))
	require.Equal(t, contract.Pausing, m.Status(3).State)
	require.Equal(t, 3, m.Status(3).InFlight)
	m.Interrupted()
	require.Equal(t, contract.Paused, m.Status(0).State)
	require.Contains(t, m.Details(), "by ann: lunch")
	require.Contains(t, m.Details(), "backfill of 3 times")
	m.Stop()
	require.Equal(t, contract.Stopping, m.Status(0).State)

	attributes, changed := states["new"]().NewAttributes()
	require.True(t, changed)
	require.Equal(t, Attributes{State: contract.Running}, attributes, "nothing is planned, so nothing is done")
	m = asleep()
	_, changed = m.NewAttributes()
	require.True(t, changed)
	_, changed = m.NewAttributes()
	require.False(t, changed)
}
