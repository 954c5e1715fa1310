package machine

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// walk sends random commands and results to a machine. It also replaces the ledger: it has the
// number of each plan and how many of the plan's samples are pending.
type walk struct {
	*rapid.T
	m         *Machine
	now       time.Time
	plans     int
	pending   map[*Plan]int64
	completed map[*Plan]int
	cancelled []*Plan // that operators cancelled
}

func (w *walk) flip(label string) bool { return rapid.Bool().Draw(w.T, label) }

// command sends a random command.
func (w *walk) command() {
	message := contract.Messages[rapid.IntRange(0, len(contract.Messages)-1).Draw(w.T, "message")].Name
	c := contract.Command{
		By: "ann", All: w.flip("all"), Points: rapid.IntRange(0, 12).Draw(w.T, "points"),
		Selection: insights.Selection{Repository: rapid.StringN(0, 2, 2).Draw(w.T, "repository")},
	}
	before, current := describe(w.m), w.m.State.Current
	if err := w.m.Apply(message, c, w.now); err != nil {
		require.Equal(w, before, describe(w.m), "%s was refused", message)
	}
	if current != nil && current.Cancelled != nil {
		w.cancelled = append(w.cancelled, current)
	}
}

// perform replaces the runner: it records results of the action in the same order as the workflow,
// and stops where a command, an error or the end of a page would stop the workflow.
func (w *walk) perform(action Action) {
	switch action := action.(type) {
	case WorkOn:
		w.work(action.Plan)
	case CancelPlan:
		if !w.begin(action.Plan) {
			return
		}
		w.pending[action.Plan] = 0
		w.m.TallyRead(action.Plan, w.tally(action.Plan))
		w.complete(action.Plan)
		w.m.Done()
	case FindCatchUp:
		if w.flip("catch-up fails") {
			w.fail()
			return
		}
		if w.flip("something to catch up") {
			w.m.CatchUpFound([]time.Time{anchor}, "came into scope")
		}
		w.m.Done()
	case ReadTally:
		w.m.TallyRead(nil, w.tally(nil))
		w.m.Done()
	case AwaitMessage:
		w.command()
	case Sleep:
		require.True(w, action.Until.After(w.now), "a sleep of no time would loop for ever")
		w.now = action.Until
	}
}

// begin writes a plan. It returns false when that failed, or when there is nothing to do.
func (w *walk) begin(plan *Plan) bool {
	if plan.Number != 0 {
		return true
	}
	if w.flip("begin fails") {
		w.fail()
		return false
	}
	if plan.Kind == insights.RetryPlan && w.flip("nothing to retry") {
		w.m.PlanBegun(plan, 0, w.tally(nil))
		w.m.Done()
		return false
	}
	w.plans++
	w.pending[plan] = rapid.Int64Range(0, 150).Draw(w.T, "samples")
	plan.Number = w.plans // the ledger's tally counts it already
	tally := w.tally(plan)
	plan.Number = 0
	w.m.PlanBegun(plan, w.plans, tally)
	return true
}

func (w *walk) work(plan *Plan) {
	if !w.begin(plan) {
		return
	}
	for range rapid.IntRange(0, 3).Draw(w.T, "batches") {
		if w.flip("command during the batch") {
			w.command()
		}
		if w.m.MustStop(plan) {
			w.m.TallyRead(plan, w.tally(plan))
			w.m.Interrupted()
			return
		}
		n := w.pending[plan]
		before := insights.Completeness{Planned: n, Pending: n}
		after := insights.Completeness{Planned: n, Failed: n}
		if w.flip("counted") {
			after = insights.Completeness{Planned: n, Counted: n}
		}
		w.pending[plan] = 0
		if check := w.m.BatchEnded(plan, before, after); check != nil {
			w.m.FailuresChecked(plan, Failures{Alike: w.flip("alike"), Code: "fetch failed", Samples: 60, Repositories: 20}, w.now)
		}
	}
	if w.flip("page fails") {
		w.fail()
		return
	}
	if check := w.m.PageSearched(plan, plan.After+10); check != nil {
		w.m.FailuresChecked(plan, Failures{}, w.now)
	}
	w.m.PageDone(plan, plan.After+10)
	switch {
	case w.flip("another page"):
		w.m.TallyRead(plan, w.tally(plan))
	case w.pending[plan] > 0:
		w.m.PlanLeft(plan, w.tally(plan), w.now)
	default:
		w.complete(plan)
	}
	w.m.Done()
}

func (w *walk) complete(plan *Plan) {
	w.m.PlanCompleted(plan, w.tally(plan), w.now)
	w.completed[plan]++
}

func (w *walk) fail() {
	code := insights.Invalid
	if w.flip("a defect") {
		code = insights.Internal
	}
	w.m.Failed(Failure{code, "no"}, w.now)
}

// tally is the ledger's tally that goes with a plan. All samples that have ended were counted.
func (w *walk) tally(plan *Plan) (tally insights.Completeness) {
	own := plan != nil && !plan.Kind.Permanent()
	for p, pending := range w.pending {
		if (own && p == plan) || (!own && p.Kind.Permanent()) {
			tally.Planned += 150
			tally.Pending += pending
			tally.Counted += 150 - pending
		}
	}
	return tally
}

// check asserts the invariants for the action that the machine returned.
func (w *walk) check(action Action) {
	m := w.m
	require.NoError(w, m.State.Tally.Check())
	require.LessOrEqual(w, len(m.State.Waiting), maxWaiting)
	var plan *Plan
	switch action := action.(type) {
	case WorkOn:
		plan = action.Plan
		require.Nil(w, m.State.Paused, "a paused series does no work")
		require.Nil(w, plan.Cancelled, "a cancelled plan is not worked on")
		require.False(w, m.MustStop(plan))
	case CancelPlan:
		plan = action.Plan
		require.NotNil(w, plan.Cancelled)
	case FindCatchUp:
		require.Nil(w, m.State.Paused)
	}
	if m.held(w.now) {
		require.Nil(w, plan, "a problem holds back all plans")
		require.NotEqual(w, FindCatchUp{}, action)
	}
	if plan != nil {
		require.NoError(w, m.tallyOf(plan).Check())
		require.Zero(w, w.completed[plan], "a completed plan is over")
		require.Contains(w, []*Plan{m.State.Recording, m.State.Snapshot, m.State.Current}, plan)
	}
	for plan, n := range w.completed {
		require.Equal(w, 1, n, "plan %d", plan.Number)
	}
	status := m.Status(0)
	require.NotEmpty(w, status.State)
	require.NotEmpty(w, m.Details())
	// The state that goes from run to run is small, and JSON preserves it.
	text, err := json.Marshal(m.Series)
	require.NoError(w, err)
	require.Less(w, len(text), 20_000)
	var again Series
	require.NoError(w, json.Unmarshal(text, &again))
	second, err := json.Marshal(again)
	require.NoError(w, err)
	require.JSONEq(w, string(text), string(second))
}

// Whatever operators send and whatever actions end in, the invariants of the package hold.
func TestInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &walk{T: t, m: New(newSeries()), now: now, pending: map[*Plan]int64{}, completed: map[*Plan]int{}}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if w.flip("command") {
				w.command()
			}
			for i := range rapid.SampledFrom([]int{0, 0, 0, maxWaiting + 2}).Draw(t, "retries") {
				_ = w.m.Apply(contract.Retry, contract.Command{Selection: insights.Selection{Repository: fmt.Sprint(i)}}, w.now)
			}
			action := w.m.Next(w.now)
			w.check(action)
			w.perform(action)
		}
		// In the end no action fails and nobody pauses the series: every cancelled plan ends, and
		// the series sleeps.
		require.NoError(t, w.m.Apply(contract.Resume, contract.Command{}, w.now))
		for steps := 0; ; steps++ {
			require.Less(t, steps, 200, "it comes to rest: %s", describe(w.m))
			action := w.m.Next(w.now)
			w.check(action)
			if sleep, ok := action.(Sleep); ok && sleep.Reason == "next recording" {
				break
			}
			w.finish(action)
		}
		require.False(t, w.m.hasPastWork())
		for _, plan := range w.cancelled {
			require.True(t, plan.Number == 0 || w.completed[plan] == 1, "%s was cancelled and has ended", describePlan(plan))
		}
		w.m.Stop()
		require.Equal(t, End{}, w.m.Next(w.now))
	})
}

// finish performs an action that succeeds, to the end of the plan.
func (w *walk) finish(action Action) {
	switch action := action.(type) {
	case WorkOn, CancelPlan:
		plan := planOf(action)
		if plan.Number == 0 {
			w.plans++
			w.m.PlanBegun(plan, w.plans, *w.m.tallyOf(plan))
		}
		w.pending[plan] = 0
		w.complete(plan)
		w.m.Done()
	case FindCatchUp:
		w.m.Done()
	case ReadTally:
		w.m.TallyRead(nil, w.tally(nil))
		w.m.Done()
	case Sleep:
		w.now = action.Until
	default:
		w.Fatalf("%T without a cause", action)
	}
}
