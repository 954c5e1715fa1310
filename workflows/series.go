package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// References to activities by their signatures; never called through.
var (
	plans     *activities.Plans
	points    *activities.Points
	finder    *activities.Search
	syncer    *activities.Sync
	snapshots *activities.Snapshots
	retention *activities.Retention
)

// SeriesWorkflow computes one series for ever: it plans its backfill once, works on it page by page, sleeps until the next
// grid time, records every repository then, and so on. It ends only when the workflow is cancelled. A recording that is due
// goes before history. It continues as new after each page of a plan, with no child running, so that a sleeping series
// has a short history and answers queries at once.
//
// What its children meet never fails it: a sample ends as failed and the series goes on. A plan that is refused
// (Problem) is tried again at the next grid time.
func SeriesWorkflow(ctx workflow.Context, in SeriesInput) error {
	s := &series{in: in, state: &in.State, started: workflow.Now(ctx)}
	s.in.State = SeriesState{} // state is the one copy; see continueAsNew
	if err := s.listen(ctx); err != nil {
		return err
	}
	return s.run(ctx)
}

// series is one run of a SeriesWorkflow.
type series struct {
	in      SeriesInput
	state   *SeriesState
	started time.Time

	inFlight  int                   // children that have not ended
	working   bool                  // a step of a plan is under way
	cancelled *contract.PausedBy    // an order to end the series
	ended     insights.Completeness // what searches of the present page ended
	moved     bool                  // the place in the queue changed since the page was begun
	messages  int                   // messages seen, so that a sleeper notices a new one
}

func (s *series) run(ctx workflow.Context) error {
	if !s.state.Started {
		s.state.Started = true
		s.state.Backfill = &Plan{Kind: insights.BackfillPlan, Times: s.in.Grid.Frames()}
	}
	for {
		if s.state.Paused == nil {
			s.noticeDue(ctx)
			s.takeTurn()
			s.dropSnapshot()
		}
		s.show(ctx)
		var again bool
		switch plan := s.next(ctx); {
		case ctx.Err() != nil || s.cancelled != nil:
			return s.end(ctx)
		case s.abandoned(ctx):
			again = s.abandon(ctx)
		case s.state.Paused != nil:
			// Any message wakes it, so that a storm of them ends in a new run. Cancelled contexts are looked at above;
			// there is no other error.
			seen := s.messages
			_ = workflow.Await(ctx, func() bool { return s.messages != seen })
		case plan != nil:
			again = s.work(ctx, plan)
		case s.looks(ctx):
			s.look(ctx)
		default:
			s.sleep(ctx)
		}
		if again || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			if err := s.continueAsNew(ctx); err != nil {
				return err
			}
		}
	}
}

// noticeDue makes a plan of the recordings that are due: all that an outage missed, oldest first.
func (s *series) noticeDue(ctx workflow.Context) {
	if s.state.Recording != nil {
		return
	}
	due := s.in.Grid.Due(s.lastPlanned(), workflow.Now(ctx), dueAtOnce)
	if len(due) == 0 {
		return
	}
	s.state.Recording = &Plan{Kind: insights.RecordingPlan, Times: due}
	s.state.LastPlanned = due[len(due)-1]
}

func (s *series) lastPlanned() time.Time {
	if s.state.LastPlanned.IsZero() {
		return s.in.Grid.Anchor
	}
	return s.state.LastPlanned
}

func (s *series) nextRecordingAt() time.Time { return s.in.Grid.Next(s.lastPlanned()) }

// next returns the plan to work on: fresh data before history, nothing while a problem holds it back.
func (s *series) next(ctx workflow.Context) *Plan {
	if s.held(ctx) {
		return nil
	}
	return s.plan()
}

// held reports whether a problem holds back all plans.
func (s *series) held(ctx workflow.Context) bool {
	return s.state.Problem != nil && workflow.Now(ctx).Before(s.state.Problem.RetryAt)
}

// sleep waits for the next grid time, for the end of a problem's wait, or for a message.
func (s *series) sleep(ctx workflow.Context) {
	until, why := s.nextRecordingAt(), "next recording"
	if s.held(ctx) {
		until, why = s.state.Problem.RetryAt, "try again what failed"
	}
	if at := s.state.RecheckAt; !at.IsZero() {
		if !workflow.Now(ctx).Before(at) {
			s.state.RecheckAt = time.Time{}
			if err := s.readTally(ctx); err != nil && ctx.Err() == nil {
				s.hold(ctx, err)
			}
			return
		}
		if at.Before(until) {
			until, why = at, "look once more"
		}
	}
	seen := s.messages
	// The one error is that of a cancelled context, which the caller looks at.
	_, _ = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout:      until.Sub(workflow.Now(ctx)),
		TimerOptions: workflow.TimerOptions{Summary: why + " at " + until.Format(time.RFC3339)},
	}, func() bool { return s.messages != seen })
}

// work does one step of plan: writes it if it is not written, then one page. It reports whether the run should end here.
// A pause or a cancel makes it return within seconds.
func (s *series) work(ctx workflow.Context, plan *Plan) (runEnds bool) {
	s.working, s.moved = true, false
	s.show(ctx)
	defer func() { s.working = false }()
	stoppable, stop := workflow.WithCancel(ctx)
	done := false
	workflow.Go(ctx, func(ctx workflow.Context) {
		// A cancelled ctx cancels stoppable by itself.
		_ = workflow.Await(ctx, func() bool {
			return done || s.state.Paused != nil || s.cancelled != nil || plan.Cancelled != nil || s.moved && plan == s.state.Backfill
		})
		stop()
	})
	err := s.step(stoppable, plan)
	done = true
	switch {
	case err == nil:
		s.state.Problem = nil
		return true
	case stoppable.Err() != nil || temporal.IsCanceledError(err):
		// Children may have written since the tally was read; after this it is the ledger's again.
		if s.cancelled == nil && ctx.Err() == nil {
			if err := s.readTally(ctx); err != nil && ctx.Err() == nil {
				s.hold(ctx, err)
			}
		}
		return false
	case s.refused(ctx, plan, err):
		return true
	default:
		s.hold(ctx, err)
		return true
	}
}

func (s *series) step(ctx workflow.Context, plan *Plan) error {
	if err := s.begin(ctx, plan); err != nil || plan.Generation == 0 {
		return err
	}
	var page activities.PageResult
	in := activities.PageInput{SeriesID: s.in.SeriesID, Plan: plan.Generation, After: plan.After}
	if err := workflow.ExecuteActivity(ledger(ctx, "next page of the plan"), plans.Page, in).Get(ctx, &page); err != nil {
		return err
	}
	s.ended = insights.Completeness{}
	finished, err := s.fanOut(ctx, plan, page)
	if err != nil {
		return err
	}
	if !finished {
		return s.readTallyOf(ctx, plan) // the same page again, in a new run
	}
	if err := s.noticePage(ctx, plan, page.Next); err != nil {
		return err
	}
	plan.After = page.Next
	if !page.Last || plan.Writing {
		return s.readTallyOf(ctx, plan)
	}
	return s.complete(ctx, plan)
}

// begin writes a plan that is not written. A long backfill it writes in part at first: what is there is searched, and the rest
// written after that. A retry that finds nothing to take up is over: its generation stays 0.
func (s *series) begin(ctx workflow.Context, plan *Plan) error {
	if plan.Generation != 0 && !plan.Writing {
		return nil
	}
	plan.Tried = true
	var begun activities.BeginResult
	in := activities.BeginInput{SeriesID: s.in.SeriesID, Kind: plan.Kind, Times: plan.Times, Points: plan.Points, Note: plan.Note, Selection: plan.Selection}
	if err := workflow.ExecuteActivity(planning(ctx, planSummary(plan)), plans.Begin, in).Get(ctx, &begun); err != nil {
		return err
	}
	plan.Generation, plan.Writing = begun.Plan, false
	*s.tallyOf(plan) = begun.Tally
	switch {
	case begun.Plan == 0:
		s.state.Backfill = nil
	case plan.Kind == insights.ExtensionPlan:
		s.in.Grid.Points = plan.Points
	}
	s.show(ctx)
	return nil
}

func (s *series) readTally(ctx workflow.Context) error {
	return workflow.ExecuteActivity(ledger(ctx, "tally"), plans.Tally, activities.TallyInput{SeriesID: s.in.SeriesID}).Get(ctx, &s.state.Tally)
}

// complete ends a plan. Where something is pending still, it goes through the whole plan again.
func (s *series) complete(ctx workflow.Context, plan *Plan) error {
	var completed activities.CompleteResult
	in := activities.CompleteInput{SeriesID: s.in.SeriesID, Plan: plan.Generation}
	if err := workflow.ExecuteActivity(ledger(ctx, "complete the "+string(plan.Kind)), plans.Complete, in).Get(ctx, &completed); err != nil {
		return err
	}
	*s.tallyOf(plan) = completed.Tally
	if plan.Kind != insights.SnapshotPlan && completed.Tally.Failed > 0 {
		s.state.RecheckAt = workflow.Now(ctx).Add(recheckAfter)
	}
	switch {
	case completed.Left:
		plan.After = 0
	case plan.Kind == insights.RecordingPlan:
		s.state.Recording, s.state.Look = nil, true
	case plan.Kind == insights.SnapshotPlan:
		s.state.Snapshot = nil
	default:
		s.state.Backfill = nil
	}
	return nil
}

// hold puts the plans aside until the next grid time, or for holdDefect where the fault is ours, and says why.
func (s *series) hold(ctx workflow.Context, err error) {
	s.state.Problem = s.problem(ctx, err)
}

func (s *series) problem(ctx workflow.Context, err error) *contract.Problem {
	now := workflow.Now(ctx)
	p := &contract.Problem{Code: insights.Internal, Message: err.Error(), At: now, RetryAt: s.in.Grid.Next(now)}
	const messageLimit = 2000 // bytes; the state goes from run to run
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		p.Message = application.Message()
		if application.Type() != "" {
			p.Code = insights.Code(application.Type())
		}
	}
	if soon := now.Add(holdDefect); p.Code.Retryable() && soon.Before(p.RetryAt) {
		p.RetryAt = soon
	}
	p.Message = contract.Truncate(p.Message, messageLimit)
	workflow.GetLogger(ctx).Error("the series cannot go on with its plan", "problem", p.Message, "retryAt", p.RetryAt)
	return p
}

// end lets go of everything. Children have ended by now: work waits for them.
func (s *series) end(ctx workflow.Context) error {
	if s.cancelled == nil {
		s.cancelled = &contract.PausedBy{Reason: "the workflow was cancelled", At: workflow.Now(ctx)}
	}
	free, _ := workflow.NewDisconnectedContext(ctx)
	s.show(free)
	if err := workflow.Await(free, func() bool { return workflow.AllHandlersFinished(free) }); err != nil {
		return err
	}
	return ctx.Err()
}

// continueAsNew ends this run in favour of the next. The order is the point: a message that was delivered and not read would be
// lost, so the mailbox is emptied before and after the wait for handlers, and nothing blocks after that.
func (s *series) continueAsNew(ctx workflow.Context) error {
	s.show(ctx)
	if rest := shortestRun - workflow.Now(ctx).Sub(s.started); rest > 0 {
		if _, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
			Timeout: rest, TimerOptions: workflow.TimerOptions{Summary: "let queries through"},
		}, func() bool { return s.cancelled != nil }); err != nil {
			return s.end(ctx)
		}
	}
	s.readMailbox(ctx)
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return s.end(ctx)
	}
	s.readMailbox(ctx)
	if s.cancelled != nil {
		return s.end(ctx)
	}
	next := s.in
	next.State = *s.state
	return workflow.NewContinueAsNewError(ctx, SeriesWorkflow, next)
}
