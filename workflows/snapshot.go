package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// What a series is between two recordings. A snapshot is a plan like the others, of one time, but its samples are beside the
// ledger, so it has a tally of its own. It waits for recordings and goes before the past.

// snapshotTime is the moment of a snapshot that is asked for now: a whole minute, as all sample times are.
func snapshotTime(ctx workflow.Context) time.Time { return workflow.Now(ctx).Truncate(time.Minute) }

// checkSnapshot says why no snapshot makes sense now.
func (s *series) checkSnapshot(ctx workflow.Context) error {
	switch {
	case !s.in.Grid.Interval.CoarserThanDay():
		return insights.Errorf(insights.Invalid, "snapshot: the series is sampled every %s, which is as often as snapshots are taken", s.in.Grid.Interval)
	case s.state.Paused != nil:
		return insights.Errorf(insights.Conflict, "snapshot: the series is paused: resume it first")
	case s.held(ctx):
		return insights.Errorf(insights.Conflict, "snapshot: the series cannot plan: %s", contract.Truncate(s.state.Problem.Message, 300))
	}
	return nil
}

func (s *series) takeSnapshot(ctx workflow.Context) {
	if s.state.Snapshot == nil {
		s.state.Snapshot = &Plan{Kind: insights.SnapshotPlan, Times: []time.Time{snapshotTime(ctx)}}
	}
}

// dropSnapshot forgets a snapshot that a recording has overtaken.
func (s *series) dropSnapshot() {
	if p := s.state.Snapshot; p != nil && !p.Times[0].After(s.lastPlanned()) {
		s.state.Snapshot = nil
	}
}

// tallyOf is where the samples of a plan are counted.
func (s *series) tallyOf(plan *Plan) *insights.Completeness {
	if plan.Kind == insights.SnapshotPlan {
		return &plan.Tally
	}
	return &s.state.Tally
}

// readTallyOf reads it from the database.
func (s *series) readTallyOf(ctx workflow.Context, plan *Plan) error {
	if plan.Kind != insights.SnapshotPlan {
		return s.readTally(ctx)
	}
	const last = 1 << 31 // above all ids
	all := activities.Range{SeriesID: s.in.SeriesID, Plan: plan.Generation, Through: last}
	return workflow.ExecuteActivity(ledger(ctx, "tally of the snapshot"), plans.RangeTally, all).Get(ctx, &plan.Tally)
}

// tellAll asks the series for a snapshot and returns those that did not hear it.
func tellAll(ctx workflow.Context, ids []string) (deaf []string) {
	told := make([]workflow.Future, len(ids))
	for i, id := range ids {
		told[i] = workflow.SignalExternalWorkflow(ctx, contract.SeriesID(id), "", contract.Snapshot, contract.Command{By: "schedule"})
	}
	for i, future := range told {
		if err := future.Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Warn("not told to take a snapshot", "series", ids[i], "error", err)
			deaf = append(deaf, ids[i])
		}
	}
	return deaf
}

// SnapshotsWorkflow tells every series whose grid is coarser than a day to take a snapshot, page by page, continuing as new
// between pages. One that is paused, or has a problem, or has just ended, takes none.
func SnapshotsWorkflow(ctx workflow.Context, in contract.SnapshotsInput) error {
	var page activities.SnapshotPage
	if err := workflow.ExecuteActivity(ledger(ctx, "series to take a snapshot of"), snapshots.SnapshotSeries, in.After).Get(ctx, &page); err != nil {
		return err
	}
	left := tellAll(ctx, page.SeriesIDs)
	if len(left) > 0 {
		// Some have ended, and one that was between two of its runs just then will hear it now.
		if err := sleep(ctx, againAfter, "tell those again that did not hear it"); err != nil {
			return err
		}
		left = tellAll(ctx, left)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	in.Told += int64(len(page.SeriesIDs) - len(left))
	if in.After = page.Next; in.After != 0 {
		return workflow.NewContinueAsNewError(ctx, SnapshotsWorkflow, in)
	}
	return nil
}
