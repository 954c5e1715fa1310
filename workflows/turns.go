package workflows

import (
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Whose turn it is: priorities between kinds of work, and fairness between series of the same priority. The server of package
// devstack observes both (turns_test.go); on one that does not, a series waits only for what others have in flight at that
// moment, which the setting backsight.series.window bounds.

// Priority keys of the server: a lower one goes first, strictly.
const (
	priorityRecording = 1
	prioritySnapshot  = 2
	priorityFront     = 3
	priorityInTurn    = 4
	priorityBack      = 5
)

// priority lets the recordings of all series go before their history, and series of the same priority take turns (where
// the server's fairness is switched on). Whatever runs below inherits it.
func (s *series) priority(plan *Plan) temporal.Priority {
	p := temporal.Priority{PriorityKey: priorityInTurn, FairnessKey: s.in.SeriesID}
	switch {
	case plan.Kind == insights.RecordingPlan:
		p.PriorityKey = priorityRecording
	case plan.Kind == insights.SnapshotPlan:
		p.PriorityKey = prioritySnapshot
	case s.state.Place == contract.QueueFront:
		p.PriorityKey = priorityFront
	case s.state.Place == contract.QueueBack:
		p.PriorityKey = priorityBack
	}
	return p
}

// movable says why there is nothing to move; nil when there is.
func (s *series) movable() error {
	if !s.hasPast() {
		return insights.Errorf(insights.Conflict, "series %s: no work on its past is left to be moved in the queue", s.in.SeriesID)
	}
	return nil
}

// move changes the place in the queue. What is in flight keeps the priority it was launched with, so the page is begun anew: what has
// not started yet is queued again in its new place, and what runs stops within seconds and loses nothing.
func (s *series) move(place contract.QueuePosition) {
	if s.state.Place == place {
		return
	}
	s.state.Place = place
	s.moved = true
}
