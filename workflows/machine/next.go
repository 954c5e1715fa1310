package machine

import (
	"time"

	"github.com/backsight/backsight/insights"
)

// Action is what the workflow does next: one of the types below. When it has ended, the caller
// records the result (results.go) and calls Next again.
type Action interface{ action() }

// The actions. A command that arrives while one is under way may end it early: see MustStop.
type (
	// End ends the workflow, after Stop.
	End struct{}
	// CancelPlan ends the pending samples of a plan in the ledger and completes the plan.
	CancelPlan struct{ Plan *Plan }
	// WorkOn works on the next page of a plan. It first writes the plan if the plan is not written
	// yet.
	WorkOn struct{ Plan *Plan }
	// FindCatchUp looks for repositories that came into scope later and lack past samples.
	FindCatchUp struct{}
	// ReadTally reads the series' tally from the ledger.
	ReadTally struct{}
	// AwaitMessage waits for any message.
	AwaitMessage struct{}
	// Sleep waits until a time or for any message. Reason is a text for the Temporal UI.
	Sleep struct {
		Until  time.Time
		Reason string
	}
)

func (End) action()          {}
func (CancelPlan) action()   {}
func (WorkOn) action()       {}
func (FindCatchUp) action()  {}
func (ReadTally) action()    {}
func (AwaitMessage) action() {}
func (Sleep) action()        {}

// Next returns what to do now. It returns the first of these that applies: end a cancelled plan;
// wait, while the series is paused or a Problem holds back its plans; work on a recording that is
// due; on a snapshot; on plans of past times, oldest first; look for repositories that need a
// catch-up backfill; sleep.
func (m *Machine) Next(now time.Time) Action {
	m.action, m.moved, m.page = m.next(now), false, insights.Completeness{}
	return m.action
}

func (m *Machine) next(now time.Time) Action {
	if m.stopped {
		return End{}
	}
	m.takePlans(now)
	held := m.held(now)
	m.heldBack = held
	if current := m.State.Current; current != nil && current.Cancelled != nil && !held {
		if current.written() || kinds[current.Kind].writtenIfCancelled {
			current.MaybeWritten = true
			return CancelPlan{current}
		}
		m.forget(current)
		m.takePlans(now)
	}
	switch plan := m.plan(); {
	case m.State.Paused != nil:
		return m.rest(now, held)
	case held:
		return m.sleep(now, m.State.Problem.RetryAt, "try again what failed")
	case plan != nil:
		plan.MaybeWritten = true
		return WorkOn{plan}
	case m.State.CatchUpDue:
		m.State.CatchUpDue = false
		return FindCatchUp{}
	}
	return m.sleep(now, m.nextRecordingAt(), "next recording")
}

// planOf returns the plan on which an action works, nil for other actions.
func planOf(action Action) *Plan {
	switch action := action.(type) {
	case WorkOn:
		return action.Plan
	case CancelPlan:
		return action.Plan
	}
	return nil
}

// written reports whether the ledger may contain samples of the plan.
func (p *Plan) written() bool { return p.Number != 0 || p.MaybeWritten }

// sleep returns a Sleep until the given time, or until the tally must be read if that is earlier.
// If the tally must be read now, it returns ReadTally.
func (m *Machine) sleep(now, until time.Time, reason string) Action {
	if at := m.State.ReadTallyAt; !at.IsZero() {
		if !now.Before(at) {
			m.State.ReadTallyAt = time.Time{}
			return ReadTally{}
		}
		if at.Before(until) {
			until, reason = at, "read the tally again"
		}
	}
	return Sleep{until, reason}
}

// rest returns what a paused series does: it waits for a message. If it has to cancel a plan again
// or to read the tally, it waits at most until the time for this.
func (m *Machine) rest(now time.Time, held bool) Action {
	if current := m.State.Current; held && current != nil && current.Cancelled != nil {
		return m.sleep(now, m.State.Problem.RetryAt, "cancel again")
	}
	if at := m.State.ReadTallyAt; !at.IsZero() {
		return m.sleep(now, at, "read the tally again")
	}
	return AwaitMessage{}
}

// takePlans makes a plan of the recordings that are due, makes the next waiting plan the current
// one if there is none, and drops a snapshot that a recording has made obsolete. While the series
// is paused, it does nothing.
func (m *Machine) takePlans(now time.Time) {
	if m.State.Paused != nil {
		return
	}
	m.planRecording(now)
	m.takeWaiting()
	// A recording at the time of the snapshot, or later, makes the snapshot obsolete.
	if p := m.State.Snapshot; p != nil && !p.Times[0].After(m.lastPlanned()) {
		m.State.Snapshot = nil
	}
}

// planRecording makes a plan of the recordings that are due, oldest first. After an outage there
// can be several.
func (m *Machine) planRecording(now time.Time) {
	if m.State.Recording != nil {
		return
	}
	if due := m.Grid.Due(m.lastPlanned(), now, dueAtOnce); len(due) > 0 {
		m.State.Recording = &Plan{Kind: insights.RecordingPlan, Times: due}
		m.State.LastPlanned = due[len(due)-1]
	}
}

// takeWaiting makes the oldest waiting plan Current when Current is nil. If no plan of past times
// is left, it resets the queue position.
func (m *Machine) takeWaiting() {
	for m.State.Current == nil && len(m.State.Waiting) > 0 {
		plan := m.State.Waiting[0]
		m.State.Waiting = m.State.Waiting[1:]
		if take := kinds[plan.Kind].take; take == nil || take(m, plan) {
			m.State.Current = plan
		}
	}
	if !m.hasPastWork() {
		m.State.QueuePosition = ""
	}
}
