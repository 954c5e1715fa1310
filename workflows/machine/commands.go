package machine

import (
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/workflows/contract"
)

// Check returns an Invalid or Conflict error that says why the series refuses a command now, or nil
// when the series accepts it.
func (m *Machine) Check(message string, c contract.Command, now time.Time) error {
	switch message {
	case contract.Front, contract.Back:
		if !m.hasPastWork() {
			return insights.Errorf(insights.Conflict, "no work on past times is left to move in the queue")
		}
	case contract.Retry:
		selection, err := c.Selected()
		if err != nil {
			return err
		}
		return m.checkRoom(retryOf(selection))
	case contract.Extend:
		if c.Points < m.Grid.Points {
			return insights.Errorf(insights.Invalid, "extend to %d points: the series has %d, and does not get shorter", c.Points, m.Grid.Points)
		}
		longer := m.Grid
		longer.Points = c.Points
		if err := longer.Validate(); err != nil {
			return err
		}
		return m.checkRoom(isExtension)
	case contract.Snapshot:
		return m.checkSnapshot(now)
	}
	return nil
}

// Apply changes the state as a command says, and Next then returns the action that follows. If
// Check refuses the command, Apply changes nothing and returns the error of Check.
func (m *Machine) Apply(message string, c contract.Command, now time.Time) error {
	if err := m.Check(message, c, now); err != nil {
		return err
	}
	if c.By != contract.BySchedule {
		m.State.Refused = nil
	}
	by := &contract.PausedBy{By: insights.Truncate(c.By, maxBy), Reason: insights.Truncate(c.Reason, maxReason), At: now}
	switch message {
	case contract.Pause:
		if m.State.Paused == nil {
			m.State.Paused = by
		}
	case contract.Resume:
		m.State.Paused, m.State.Problem = nil, nil
	case contract.Cancel:
		m.cancel(by)
	case contract.Retry:
		m.retry(c)
	case contract.Extend:
		m.extend(c.Points)
	case contract.Front:
		m.move(contract.QueueFront)
	case contract.Back:
		m.move(contract.QueueBack)
	case contract.Trigger:
		m.State.Problem, m.State.CatchUpDue = nil, true
	case contract.Snapshot:
		if m.State.Snapshot == nil { // sample times are whole seconds, as the dates of commits
			m.State.Snapshot = &Plan{Kind: insights.SnapshotPlan, Times: []time.Time{now.Truncate(time.Second)}}
		}
	}
	return nil
}

// Refuse records that a signal was refused. Status has the refusal until the next command is
// applied. Refuse does nothing for a signal of a schedule: it is routine that a paused series takes
// no snapshot.
func (m *Machine) Refuse(message string, c contract.Command, reason error, now time.Time) {
	if c.By == contract.BySchedule {
		return
	}
	m.State.Refused = &contract.Refusal{
		Message: insights.Truncate(message, maxBy), By: insights.Truncate(c.By, maxBy), Reason: insights.Truncate(reason.Error(), maxReason), At: now,
	}
}

// MustStop reports whether the work on a plan must stop now because of a command, or because the
// circuit breaker paused the series.
func (m *Machine) MustStop(plan *Plan) bool {
	return m.State.Paused != nil || plan.Cancelled != nil || m.moved && plan == m.State.Current
}

// checkRoom returns a Conflict when too many plans wait already. It returns nil when there is a
// waiting plan that `like` accepts, because no plan is added then.
func (m *Machine) checkRoom(like func(*Plan) bool) error {
	if m.waiting(like) == nil && len(m.State.Waiting) >= maxWaiting {
		return insights.Errorf(insights.Conflict, "%d plans are already waiting: cancel them, or wait until one has begun", maxWaiting)
	}
	return nil
}

// waiting returns the first waiting plan that `like` accepts, nil when there is none.
func (m *Machine) waiting(like func(*Plan) bool) *Plan {
	for _, p := range m.State.Waiting {
		if like(p) {
			return p
		}
	}
	return nil
}

func retryOf(selection insights.Selection) func(*Plan) bool {
	return func(p *Plan) bool { return p.Kind == insights.RetryPlan && p.Selection.Equal(selection) }
}

func isExtension(p *Plan) bool { return p.Kind == insights.ExtensionPlan }

func (m *Machine) checkSnapshot(now time.Time) error {
	switch {
	case !m.Grid.Interval.CoarserThanDay():
		return insights.Errorf(insights.Invalid, "the series is sampled every %s: only a series whose samples are more than a day apart takes snapshots", m.Grid.Interval)
	case query.PerInterval(m.Query):
		return insights.Errorf(insights.Invalid, "the values of a query about commits belong to whole intervals, so the series cannot take snapshots")
	case m.State.Paused != nil:
		return insights.Errorf(insights.Conflict, "the series is paused: resume it first")
	case m.held(now):
		return insights.Errorf(insights.Conflict, "the series has a problem: %s", insights.Truncate(m.State.Problem.Message, 300))
	}
	return nil
}

func (m *Machine) cancel(by *contract.PausedBy) {
	m.State.Waiting = nil
	if p := m.State.Current; p != nil && p.Cancelled == nil {
		p.Cancelled = by
		m.State.Problem = nil
	}
}

func (m *Machine) retry(c contract.Command) {
	m.State.Problem = nil
	if m.State.Paused != nil && m.State.Paused.Breaker {
		m.State.Paused = nil
	}
	selection, _ := c.Selected() // Check has already returned the error
	if m.waiting(retryOf(selection)) == nil {
		m.State.Waiting = append(m.State.Waiting, &Plan{Kind: insights.RetryPlan, Selection: selection})
	}
}

func (m *Machine) extend(points int) {
	m.State.Problem = nil
	if p := m.State.Current; p != nil && isExtension(p) && p.Cancelled == nil && p.Points >= points {
		return
	}
	if p := m.waiting(isExtension); p != nil {
		p.Points = max(p.Points, points)
	} else if points > m.Grid.Points {
		m.State.Waiting = append(m.State.Waiting, &Plan{Kind: insights.ExtensionPlan, Points: points})
	}
}

// move changes the queue position. Searches keep the priority with which they were launched, so the
// work on past times stops and begins its page again. Searches that have not started are queued
// again at the new position. Running searches stop within seconds and lose nothing.
func (m *Machine) move(position contract.QueuePosition) {
	if m.State.QueuePosition != position {
		m.State.QueuePosition = position
		m.moved = true
	}
}
