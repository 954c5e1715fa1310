package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// References to activities by their signatures. They are nil and never called.
var (
	plans     *activities.Plans
	points    *activities.Points
	finder    *activities.Search
	syncer    *activities.Sync
	snapshots *activities.Snapshots
	retention *activities.Retention
)

// SeriesWorkflow computes one series until it is cancelled: the backfill once, a recording at every
// grid time, and what operators request. It performs the actions that machine.Next returns. It
// continues as new after each page of a plan, when no child is running, so that a sleeping series
// has a short history and answers queries immediately.
//
// An error of a child or an activity never fails the workflow: samples end as failed, or the series
// has a contract.Problem and tries again later.
func SeriesWorkflow(ctx workflow.Context, in machine.Series) error {
	r := &runner{m: machine.New(in), started: workflow.Now(ctx), arrivals: arrivalsOf(ctx)}
	if err := r.listen(ctx); err != nil {
		return err
	}
	r.readSignals(ctx) // from before this run, so that a pause precedes its first step
	for {
		if ctx.Err() != nil {
			r.m.Stop()
		}
		action := r.m.Next(workflow.Now(ctx))
		r.show(ctx)
		if _, end := action.(machine.End); end {
			return r.end(ctx)
		}
		if runEnds := r.perform(ctx, action); runEnds || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			if err := r.continueAsNew(ctx); err != nil {
				return err
			}
		}
	}
}

// runner performs the actions of one run of a SeriesWorkflow.
type runner struct {
	m        *machine.Machine
	started  time.Time
	inFlight int // children that have not ended
	messages int // how many were received, so that a wait notices a new one
	arrivals *arrivals
}

// perform performs an action and records its result; a wait has none. It reports whether the run
// must end here. If ctx is cancelled, the action stays without a result; the caller checks for
// that.
func (r *runner) perform(ctx workflow.Context, action machine.Action) (runEnds bool) {
	switch action := action.(type) {
	case machine.WorkOn:
		return r.work(ctx, action.Plan)
	case machine.CancelPlan:
		return r.finish(ctx, r.cancelPlan(ctx, action.Plan))
	case machine.FindCatchUp:
		r.finish(ctx, r.findCatchUp(ctx))
	case machine.ReadTally:
		r.finish(ctx, r.readTally(ctx, nil))
	case machine.AwaitMessage:
		// After each message the caller checks the length of the history, and ends the run if it
		// has grown long.
		seen := r.messages
		_ = workflow.Await(ctx, func() bool { return r.messages != seen })
	case machine.Sleep:
		seen := r.messages
		_, _ = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
			Timeout:      action.Until.Sub(workflow.Now(ctx)),
			TimerOptions: workflow.TimerOptions{Summary: action.Reason + " at " + action.Until.Format(time.RFC3339)},
		}, func() bool { return r.messages != seen })
	}
	return false
}

// finish records the result of an action. After an error because of a cancelled ctx, it records
// nothing and returns false.
func (r *runner) finish(ctx workflow.Context, err error) bool {
	switch {
	case err == nil:
		r.m.Done()
	case ctx.Err() != nil:
		return false
	default:
		workflow.GetLogger(ctx).Error("series: a step failed", "error", err)
		r.m.Failed(failureOf(err), workflow.Now(ctx))
	}
	return true
}

// work does one step of a plan. When a command stops the work on the plan, the searches stop within
// seconds, and work reads the tally again before it returns.
func (r *runner) work(ctx workflow.Context, plan *machine.Plan) (runEnds bool) {
	stoppable, stop := workflow.WithCancel(ctx)
	done := false
	workflow.Go(ctx, func(ctx workflow.Context) {
		// The error is that of a cancelled ctx, which cancels stoppable too.
		_ = workflow.Await(ctx, func() bool { return done || r.m.MustStop(plan) })
		stop()
	})
	err := r.step(stoppable, plan)
	done = true
	if err == nil || !isInterruption(stoppable, err) {
		return r.finish(ctx, err)
	}
	// Children may have written samples since the tally was read, so it is read again.
	err = r.readTally(ctx, plan)
	r.m.Interrupted()
	r.finish(ctx, err)
	return false
}

// step writes a plan if it is not written, and works on its next page.
func (r *runner) step(ctx workflow.Context, plan *machine.Plan) error {
	if err := r.begin(ctx, plan); err != nil || plan.Number == 0 {
		return err
	}
	page, err := call[activities.PageResult](ledger(ctx, "next page of the plan"), plans.Page,
		activities.PageInput{SeriesID: r.m.SeriesID, Plan: plan.Number, After: plan.After})
	if err != nil {
		return err
	}
	finished, err := r.fanOut(ctx, plan, page)
	if err != nil {
		return err
	}
	if !finished {
		return r.readTally(ctx, plan) // the next run gets the same page again
	}
	if err := r.checkFailures(ctx, plan, r.m.PageSearched(plan, page.Next)); err != nil {
		return err
	}
	r.m.PageDone(plan, page.Next)
	if page.Last {
		return r.complete(ctx, plan)
	}
	return r.readTally(ctx, plan)
}

// begin writes a plan if it is not written.
func (r *runner) begin(ctx workflow.Context, plan *machine.Plan) error {
	if plan.Number != 0 {
		return nil
	}
	begun, err := call[activities.BeginResult](planning(ctx, plan.Summary()), plans.Begin, activities.BeginInput{
		SeriesID: r.m.SeriesID, Kind: plan.Kind, Times: plan.Times, Points: plan.Points, Note: plan.Note, Selection: plan.Selection,
	})
	if err != nil {
		return err
	}
	r.m.PlanBegun(plan, begun.Plan, begun.Tally)
	r.show(ctx)
	return nil
}

// complete completes a plan in the ledger, or records that it cannot be completed yet.
func (r *runner) complete(ctx workflow.Context, plan *machine.Plan) error {
	result, err := call[activities.CompleteResult](ledger(ctx, "complete the "+string(plan.Kind)), plans.Complete,
		activities.CompleteInput{SeriesID: r.m.SeriesID, Plan: plan.Number})
	if err != nil {
		return err
	}
	if result.Left {
		r.m.PlanLeft(plan, result.Tally, workflow.Now(ctx))
		return nil
	}
	r.m.PlanCompleted(plan, result.Tally, workflow.Now(ctx))
	// Every completed plan reaches this line. Add alerts about completed plans here.
	return nil
}

// cancelPlan ends the pending samples of a cancelled plan in the ledger, and completes the plan.
func (r *runner) cancelPlan(ctx workflow.Context, plan *machine.Plan) error {
	if err := r.begin(ctx, plan); err != nil || plan.Number == 0 {
		return err
	}
	tally, err := call[insights.Completeness](planning(ctx, "cancel the "+string(plan.Kind)), plans.Cancel,
		activities.CancelInput{SeriesID: r.m.SeriesID, Plan: plan.Number, Reason: plan.CancelReason()})
	if err != nil {
		return err
	}
	r.m.TallyRead(plan, tally)
	return r.complete(ctx, plan)
}

// findCatchUp asks for repositories that came into scope and lack past samples.
func (r *runner) findCatchUp(ctx workflow.Context) error {
	found, err := call[activities.CatchUpResult](ledger(ctx, "find repositories that need a catch-up backfill"), plans.CatchUp, r.m.SeriesID)
	if err == nil {
		r.m.CatchUpFound(found.Times, found.Note)
	}
	return err
}

// readTally reads the tally that goes with a plan. If plan is nil or not written, that is the tally
// of the whole series.
func (r *runner) readTally(ctx workflow.Context, plan *machine.Plan) error {
	in := activities.TallyInput{SeriesID: r.m.SeriesID}
	if plan != nil {
		in.Plan = plan.Number
	}
	tally, err := call[insights.Completeness](ledger(ctx, "read the tally"), plans.Tally, in)
	if err == nil {
		r.m.TallyRead(plan, tally)
	}
	return err
}

// checkFailures asks the ledger whether all searches failed alike; if check is nil, it does
// nothing.
func (r *runner) checkFailures(ctx workflow.Context, plan *machine.Plan, check *machine.FailureCheck) error {
	if check == nil {
		return nil
	}
	failures, err := call[activities.FailuresResult](ledger(ctx, "do all searches fail alike?"), plans.Failures,
		activities.Range{SeriesID: r.m.SeriesID, Plan: plan.Number, From: check.From, Through: check.Through})
	if err == nil {
		r.m.FailuresChecked(plan, machine.Failures(failures), workflow.Now(ctx))
	}
	return err
}

// show tells operators what the series is doing: the details of its page in the Temporal UI, and
// the search attributes.
func (r *runner) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, r.m.Details())
	now, changed := r.m.NewAttributes()
	if !changed {
		return
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, contract.AttributeState.ValueSet(string(now.State)), contract.AttributePercent.ValueSet(int64(now.Percent))); err != nil {
		// only a defect can cause this
		workflow.GetLogger(ctx).Error("series: search attributes were not set", "error", err)
	}
}

// end waits until all handlers have returned, and then returns the error of ctx, which is
// cancelled. Callers must have waited for all children.
func (r *runner) end(ctx workflow.Context) error {
	free, _ := workflow.NewDisconnectedContext(ctx)
	if err := workflow.Await(free, func() bool { return workflow.AllHandlersFinished(free) }); err != nil {
		return err
	}
	return ctx.Err()
}

// continueAsNew ends this run and starts the next. The order matters: a signal that was delivered
// and not read would be lost, so signals are read before and after the wait for handlers, and
// nothing blocks after that. It returns nil when ctx is cancelled: the caller ends the series then.
func (r *runner) continueAsNew(ctx workflow.Context) error {
	r.show(ctx)
	if rest := shortestRun - workflow.Now(ctx).Sub(r.started); rest > 0 {
		if err := sleep(ctx, rest, "stay available for queries"); err != nil {
			return nil
		}
	}
	r.readSignals(ctx)
	if workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }) != nil {
		return nil
	}
	r.readSignals(ctx)
	r.m.SignalsInOrder = true
	return workflow.NewContinueAsNewError(ctx, SeriesWorkflow, r.m.Series)
}
