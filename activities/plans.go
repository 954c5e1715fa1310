package activities

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Plans writes plans and reads their pending work.
type Plans struct {
	Store   *store.Store
	Mirrors *Mirrors
	Metrics *telemetry.Metrics
}

// sliceSamples is the approximate number of samples that one transaction of a plan writes. Such a
// transaction takes some tenths of a second.
const sliceSamples = 20_000

// retrySlice is the largest number of repositories that one transaction of a retry handles: about
// sliceSamples samples, if each repository has a dozen.
const retrySlice = 1500

// Begin writes a plan: a sample for each of the times in every repository of the series' scope. It
// settles samples immediately if the commit index shows that there is nothing to search. A retry
// makes existing samples pending instead. Idempotent: until the plan is complete, a further call
// returns the same plan, or continues to write it. Begin returns the errors of store.Plans.Begin,
// and Invalid if the query or scope of the series cannot be read, or for a snapshot of a series
// about commits or diffs.
func (p *Plans) Begin(ctx context.Context, in BeginInput) (BeginResult, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	result, err := p.begin(work, in)
	return result, activityError(ctx, err)
}

func (p *Plans) begin(ctx context.Context, in BeginInput) (BeginResult, error) {
	series, err := p.Store.Series.Get(ctx, in.SeriesID)
	if err != nil {
		return BeginResult{}, err
	}
	scope, err := p.readScope(ctx, series)
	if err != nil {
		return BeginResult{}, err
	}
	if in.Kind == insights.SnapshotPlan && perInterval(series) {
		return BeginResult{}, insights.Errorf(insights.Invalid, "series %s: its values belong to whole intervals, so it cannot take snapshots", in.SeriesID)
	}
	if in.Kind == insights.CatchUpPlan {
		if scope, err = p.catchUpScope(ctx, in, scope); err != nil {
			return BeginResult{}, err
		}
	}
	number, err := p.Store.Plans.Begin(ctx, store.PlanRequest{
		SeriesID: in.SeriesID, Kind: in.Kind, Times: in.Times, Points: in.Points, Note: in.Note, Selection: in.Selection,
	})
	if err != nil {
		return BeginResult{}, err
	}
	if number > 0 {
		if err := p.write(ctx, in, number, scope, !perInterval(series)); err != nil {
			return BeginResult{}, err
		}
	}
	if number > 0 && in.Kind.Selects() { // a retry ends quarantines
		if err := p.Store.Quarantine.Release(ctx, in.SeriesID, number); err != nil {
			return BeginResult{}, err
		}
	}
	tally, err := p.Store.Samples.TallyWith(ctx, in.SeriesID, number)
	if err == nil {
		logger(ctx, logSeries, in.SeriesID).Info("planned", "kind", in.Kind, "plan", number, "times", len(in.Times),
			"planned", tally.Planned, "pending", tally.Pending)
	}
	return BeginResult{Plan: number, Tally: tally}, err
}

// readScope returns the scope of a series. If the query or scope cannot be read, readScope stores a
// notice for users and returns an Invalid error.
func (p *Plans) readScope(ctx context.Context, series insights.Series) (store.ScopeFilter, error) {
	_, err := compile(series)
	var scope store.ScopeFilter
	if err == nil {
		scope, err = scopeOf(series)
	}
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	// SetPlanningProblem is called in either case: without a problem, it deletes an earlier notice.
	noted := p.Store.Notices.SetPlanningProblem(ctx, series.ID, problem, time.Now())
	return scope, cmp.Or(err, noted)
}

// write writes the rest of a plan, slice by slice. `reuse` is passed to store.Plans.WriteSlice.
func (p *Plans) write(ctx context.Context, in BeginInput, number int, scope store.ScopeFilter, reuse bool) error {
	limit, refresh := retrySlice, (*planRefresh)(nil)
	if !in.Kind.Selects() {
		var err error
		if refresh, err = p.startRefresh(ctx, in, number, scope); err != nil {
			return err
		}
		limit = refresh.limit
	}
	for {
		if refresh != nil {
			if err := refresh.nextSlice(ctx); err != nil {
				return err
			}
		}
		settled, written, err := p.Store.Plans.WriteSlice(ctx, in.SeriesID, number, scope, limit, reuse)
		p.Metrics.Planned(settled)
		if err != nil || written {
			return err
		}
		activity.RecordHeartbeat(ctx, "plan")
	}
}

// Cancel ends the pending samples of a plan: as failed or, for a retry, with their earlier outcomes
// (see store.Plans.CancelSlice). It returns the tally that goes with the plan. Idempotent.
func (p *Plans) Cancel(ctx context.Context, in CancelInput) (insights.Completeness, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	for n := 1; n > 0; {
		var err error
		if n, err = p.Store.Plans.CancelSlice(work, in.SeriesID, in.Plan, in.Reason, sliceSamples); err != nil {
			return insights.Completeness{}, activityError(ctx, err)
		}
		activity.RecordHeartbeat(ctx, "cancel")
	}
	return p.Tally(ctx, TallyInput{SeriesID: in.SeriesID, Plan: in.Plan})
}

// Tally returns the tally that goes with a plan: a snapshot's own tally, and otherwise that of the
// whole series.
func (p *Plans) Tally(ctx context.Context, in TallyInput) (insights.Completeness, error) {
	tally, err := p.Store.Samples.TallyWith(ctx, in.SeriesID, in.Plan)
	return tally, activityError(ctx, err)
}

// RangeTally returns the tally of a range.
func (p *Plans) RangeTally(ctx context.Context, in Range) (insights.Completeness, error) {
	tally, err := tallyOf(ctx, p.Store, in)
	return tally, activityError(ctx, err)
}

// Failures reports whether all searched samples of a range failed for the same reason. If Through
// is 0, the range has no upper end.
func (p *Plans) Failures(ctx context.Context, in Range) (FailuresResult, error) {
	if in.Through == 0 {
		in.Through = math.MaxInt32
	}
	found, err := p.Store.Samples.Failures(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	return FailuresResult(found), activityError(ctx, err)
}

// Pending lists the repositories of a range that have pending samples and, for a range of one
// repository, the times to search; see PendingResult. Of several times with the same commit it
// lists only the newest, because one search settles all of them. If the values of the series belong
// to intervals, it lists every time.
func (p *Plans) Pending(ctx context.Context, in Range) (PendingResult, error) {
	samples, err := p.Store.Samples.Pending(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	if err != nil {
		return PendingResult{}, activityError(ctx, err)
	}
	if in.At != nil {
		samples = slices.DeleteFunc(samples, func(s insights.Sample) bool { return !s.Time.Equal(*in.At) })
	}
	var result PendingResult
	for _, s := range samples { // by repository, then newest first
		if n := len(result.Repositories); (n == 0 || result.Repositories[n-1] != s.RepositoryID) && n < MaxPending {
			result.Repositories = append(result.Repositories, s.RepositoryID)
		}
	}
	if in.From != in.Through {
		return result, nil
	}
	byInterval, err := isPerInterval(ctx, p.Store, in.SeriesID)
	if err != nil {
		return PendingResult{}, activityError(ctx, err)
	}
	for _, group := range engine.Group(samples, byInterval) {
		if len(result.Times) < MaxPending {
			result.Times = append(result.Times, group[0].Time)
		}
	}
	return result, nil
}

// Complete marks a plan as complete and returns the tally that goes with the plan. If the plan is
// not written in full, or samples are still pending, it leaves the plan open and sets Left.
// Idempotent.
func (p *Plans) Complete(ctx context.Context, in CompleteInput) (CompleteResult, error) {
	var result CompleteResult
	err := p.Store.Plans.Complete(ctx, in.SeriesID, in.Plan, time.Now())
	if insights.ErrorCode(err) == insights.Conflict {
		result.Left, err = true, nil
	}
	if err != nil {
		return result, activityError(ctx, err)
	}
	if result.Tally, err = p.Store.Samples.TallyWith(ctx, in.SeriesID, in.Plan); err == nil {
		message := "plan complete"
		if result.Left {
			message = "plan not complete yet: it has pending samples, or is not written in full"
		}
		logger(ctx, logSeries, in.SeriesID).Info(message, "plan", in.Plan,
			"planned", result.Tally.Planned, "partial", result.Tally.Partial, "failed", result.Tally.Failed)
	}
	return result, activityError(ctx, err)
}
