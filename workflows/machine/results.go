package machine

import (
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

const (
	// readTallyAfter is how long after a plan with failed samples the tally is read again. An
	// abandoned search may still have been running, and may have replaced a failure in the ledger
	// by a value. When this time has passed, the search has noticed that its workflow no longer
	// waits for it, and has stopped.
	readTallyAfter = time.Minute
	// retryDefectAfter is the longest wait after a retryable error. The cause of such an error ends
	// by itself, or with a new version of the program.
	retryDefectAfter = time.Hour
)

// Failure is an error of an activity.
type Failure struct {
	Code    insights.Code
	Message string
}

// Stop ends the series: Next returns End from now on.
func (m *Machine) Stop() { m.stopped, m.action = true, nil }

// Done records that the action has succeeded. The success of work on a plan ends any Problem. The
// success of another action ends a Problem that made the series wait, if the wait is over. So a
// Problem about a dropped plan stays until work on another plan succeeds, because nothing tries the
// dropped plan again.
func (m *Machine) Done() {
	if p := m.State.Problem; p != nil && m.action != nil && (planOf(m.action) != nil || !m.heldBack && p.RetryAt.After(p.At)) {
		m.State.Problem = nil
	}
	m.action = nil
}

// Interrupted records that the action was stopped early. Next returns it again if it still applies.
func (m *Machine) Interrupted() { m.action = nil }

// Failed records that the action has failed. Depending on the kind of the plan and the error, the
// plan is dropped, or the series waits with all its plans and its Problem says why.
func (m *Machine) Failed(f Failure, now time.Time) {
	problem, plan, refused := m.problem(f, now), planOf(m.action), holdPlan
	if plan != nil {
		refused = kinds[plan.Kind].refused
	}
	switch {
	case refused == dropPlan:
		m.forget(plan)
		problem = m.State.Problem
	case refused == reportPlan && plan.Number == 0 && !problem.Code.Retryable():
		m.forget(plan)
		problem.Message, problem.RetryAt = plan.Summary()+": "+problem.Message, now
	}
	switch m.action.(type) {
	case FindCatchUp:
		m.State.CatchUpDue = true
	case ReadTally:
		m.State.ReadTallyAt = problem.RetryAt
	}
	m.State.Problem, m.action = problem, nil
}

// problem returns the Problem for a failure: the series tries again at the next grid time or, after
// a retryable error, within retryDefectAfter if that is earlier.
func (m *Machine) problem(f Failure, now time.Time) *contract.Problem {
	p := &contract.Problem{Code: f.Code, Message: insights.Truncate(f.Message, maxProblem), At: now, RetryAt: m.Grid.Next(now)}
	if soon := now.Add(retryDefectAfter); p.Code.Retryable() && soon.Before(p.RetryAt) {
		p.RetryAt = soon
	}
	return p
}

// PlanBegun records that a plan is written, with its number and the tally that goes with it. A
// retry that selects no sample has the number 0: there is nothing to do.
func (m *Machine) PlanBegun(plan *Plan, number int, tally insights.Completeness) {
	plan.Number = number
	m.TallyRead(plan, tally)
	if number == 0 {
		m.forget(plan)
	} else if begun := kinds[plan.Kind].begun; begun != nil {
		begun(m, plan)
	}
}

// TallyRead records the ledger's tally that goes with a plan; for a nil plan, that is the tally of
// the whole series.
func (m *Machine) TallyRead(plan *Plan, tally insights.Completeness) { *m.tallyOf(plan) = tally }

// PageDone records that every repository with an id up to `next` was searched.
func (m *Machine) PageDone(plan *Plan, next int64) { plan.After = next }

// PlanLeft records that a plan was not completed, because it has pending samples or is not written
// in full. The series works through the plan again from its first page.
func (m *Machine) PlanLeft(plan *Plan, tally insights.Completeness, now time.Time) {
	m.planEnded(plan, tally, now)
	plan.After = 0
}

// PlanCompleted records that a plan was completed, with the tally that goes with it. It is called
// once for each plan.
func (m *Machine) PlanCompleted(plan *Plan, tally insights.Completeness, now time.Time) {
	m.planEnded(plan, tally, now)
	m.State.CatchUpDue = m.State.CatchUpDue || kinds[plan.Kind].catchUp
	m.forget(plan)
}

func (m *Machine) planEnded(plan *Plan, tally insights.Completeness, now time.Time) {
	m.TallyRead(plan, tally)
	if plan.Kind.Permanent() && tally.Failed > 0 {
		m.State.ReadTallyAt = now.Add(readTallyAfter)
	}
}

// CatchUpFound adds a catch-up backfill of the times to the waiting plans. `note` names its
// repositories. Without times it does nothing. When too many plans wait, it adds none, and the
// series looks for these repositories again later.
func (m *Machine) CatchUpFound(times []time.Time, note string) {
	switch {
	case len(times) == 0:
	case len(m.State.Waiting) >= maxWaiting:
		m.State.CatchUpDue = true
	default:
		m.State.Waiting = append(m.State.Waiting, &Plan{Kind: insights.CatchUpPlan, Times: times, Note: note})
	}
}
