package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// What operators do with a series' past: retry, extend, cancel. Each order becomes a plan that waits for its turn, or marks the one
// that is worked on.

// check says why a message makes no sense; nil when it does.
func (s *series) check(ctx workflow.Context, name string, order contract.Command) error {
	switch name {
	case contract.Front, contract.Back:
		return s.movable()
	case contract.Retry:
		selection, err := order.Selected()
		if err != nil {
			return err
		}
		return s.roomFor(func(p *Plan) bool { return p.Kind == insights.RetryPlan && p.Selection.Equal(selection) })
	case contract.Extend:
		if order.Points < s.in.Grid.Points {
			return insights.Errorf(insights.Invalid, "extend to %d points: the series has %d, and does not get shorter", order.Points, s.in.Grid.Points)
		}
		longer := s.in.Grid
		longer.Points = order.Points
		if err := longer.Validate(); err != nil {
			return err
		}
		return s.roomFor(func(p *Plan) bool { return p.Kind == insights.ExtensionPlan })
	case contract.Snapshot:
		return s.checkSnapshot(ctx)
	}
	return nil
}

// roomFor is a Conflict when another plan would be one too many; one like it takes no more room.
func (s *series) roomFor(like func(*Plan) bool) error {
	if s.waits(like) == nil && len(s.state.Waiting) >= maxWaiting {
		return insights.Errorf(insights.Conflict, "%d orders wait for their turn already: cancel them, or wait", maxWaiting)
	}
	return nil
}

// waits returns the plan that is like the one asked for and was not begun; nil when there is none.
func (s *series) waits(like func(*Plan) bool) *Plan {
	for _, p := range s.state.Waiting {
		if like(p) {
			return p
		}
	}
	return nil
}

func (s *series) retry(order contract.Command) {
	selection, err := order.Selected()
	if err != nil { // check has refused it
		return
	}
	s.state.Problem = nil
	if s.state.Paused != nil && s.state.Paused.Breaker {
		s.state.Paused = nil
	}
	if s.waits(func(p *Plan) bool { return p.Kind == insights.RetryPlan && p.Selection.Equal(selection) }) == nil {
		s.state.Waiting = append(s.state.Waiting, &Plan{Kind: insights.RetryPlan, Selection: selection})
	}
}

func (s *series) extend(order contract.Command) {
	s.state.Problem = nil
	if p := s.state.Backfill; p != nil && p.Kind == insights.ExtensionPlan && p.Cancelled == nil && p.Points >= order.Points {
		return
	}
	if p := s.waits(func(p *Plan) bool { return p.Kind == insights.ExtensionPlan }); p != nil {
		p.Points = max(p.Points, order.Points)
	} else if order.Points > s.in.Grid.Points {
		s.state.Waiting = append(s.state.Waiting, &Plan{Kind: insights.ExtensionPlan, Points: order.Points})
	}
}

func (s *series) cancelPast(by *contract.PausedBy) {
	s.state.Waiting = nil
	if p := s.state.Backfill; p != nil && p.Cancelled == nil {
		p.Cancelled = by
		s.state.Problem = nil
	}
}

// takeTurn lets the plan that waits longest be worked on when there is none. Without any, the place in the queue is nobody's.
func (s *series) takeTurn() {
	for s.state.Backfill == nil && len(s.state.Waiting) > 0 {
		plan := s.state.Waiting[0]
		s.state.Waiting = s.state.Waiting[1:]
		if plan.Kind == insights.ExtensionPlan {
			// Known only now: an extension before it may have moved the end of the grid.
			if plan.Times = s.in.Grid.OlderFrames(plan.Points); len(plan.Times) == 0 {
				continue
			}
		}
		s.state.Backfill = plan
	}
	if !s.hasPast() {
		s.state.Place = contract.QueueDefault
	}
}

// hasPast reports whether there is work on the past: under way, waiting, or of a first run that has not begun.
func (s *series) hasPast() bool {
	return !s.state.Started || s.state.Backfill != nil || len(s.state.Waiting) > 0
}

// abandoned reports whether the plan of the past was cancelled and can be ended now. It can while the series is paused, for
// that launches nothing.
func (s *series) abandoned(ctx workflow.Context) bool {
	return s.state.Backfill != nil && s.state.Backfill.Cancelled != nil && !s.held(ctx)
}

// abandon ends a cancelled plan in the ledger. One that nobody tried to write is forgotten; the series' first backfill is written
// in any case, so that a retry has something to take up.
func (s *series) abandon(ctx workflow.Context) (runEnds bool) {
	plan := s.state.Backfill
	if plan.Generation == 0 && !plan.Tried && plan.Kind != insights.BackfillPlan {
		s.state.Backfill = nil
		return false
	}
	s.working = true
	s.show(ctx)
	defer func() { s.working = false }()
	if err := s.cancelPlan(ctx, plan); err != nil {
		if ctx.Err() != nil {
			return false
		}
		if !s.refused(ctx, plan, err) {
			s.hold(ctx, err)
		}
	}
	return true
}

func (s *series) cancelPlan(ctx workflow.Context, plan *Plan) error {
	if err := s.begin(ctx, plan); err != nil || s.state.Backfill == nil {
		return err
	}
	by := plan.Cancelled
	reason := "cancelled by " + orNobody(by.By)
	if by.Reason != "" {
		reason += ": " + by.Reason
	}
	in := activities.CancelInput{SeriesID: s.in.SeriesID, Plan: plan.Generation, Reason: contract.Truncate(reason, maxBy+maxReason)}
	if err := workflow.ExecuteActivity(planning(ctx, "cancel the "+string(plan.Kind)), plans.Cancel, in).Get(ctx, &s.state.Tally); err != nil {
		return err
	}
	return s.complete(ctx, plan)
}

// refused drops an operator's plan that cannot be made, so that it does not stand in the way of what comes after; the reason is
// shown until something succeeds. It reports whether it did: a series' own backfill and recordings are never dropped, and
// what may pass by itself is tried again. A snapshot is dropped whatever is wrong.
func (s *series) refused(ctx workflow.Context, plan *Plan, err error) bool {
	if plan == s.state.Snapshot { // there will be another one
		workflow.GetLogger(ctx).Warn("no snapshot", "error", err)
		s.state.Snapshot = nil
		return true
	}
	if plan != s.state.Backfill || plan.Kind == insights.BackfillPlan || plan.Generation != 0 {
		return false
	}
	problem := s.problem(ctx, err)
	if problem.Code.Retryable() {
		return false
	}
	problem.Message, problem.RetryAt = planSummary(plan)+": "+problem.Message, problem.At
	s.state.Problem, s.state.Backfill = problem, nil
	return true
}
