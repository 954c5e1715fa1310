package activities

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Plans writes plans and reads what is left of them.
type Plans struct {
	Store   *store.Store
	Mirrors *Mirrors
	Metrics *telemetry.Metrics
}

// sliceSamples is about how many samples one transaction of a plan writes: some tenths of a second.
const sliceSamples = 20_000

// retrySlice is how many repositories one transaction of a retry takes up: sliceSamples at a dozen frames each.
const retrySlice = 1500

// Begin writes a plan: every sample of the times in every repository of the series' scope, settled at once where the commit
// index knows that there is nothing to search. A retry takes up samples that are there instead. A second call returns the same plan,
// or goes on with it.
// Invalid for a series whose query or scope cannot be read.
func (p *Plans) Begin(ctx context.Context, in BeginInput) (BeginResult, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	result, err := p.begin(work, in)
	return result, outcome(ctx, err)
}

func (p *Plans) begin(ctx context.Context, in BeginInput) (BeginResult, error) {
	series, err := p.Store.Series(ctx, in.SeriesID)
	if err != nil {
		return BeginResult{}, err
	}
	scope, err := p.readable(ctx, series)
	if err != nil {
		return BeginResult{}, err
	}
	if in.Kind == insights.SnapshotPlan && perInterval(series) {
		return BeginResult{}, insights.Errorf(insights.Invalid, "series %s: its values are of whole intervals, which a snapshot is not", in.SeriesID)
	}
	if in.Kind == insights.CatchUpPlan {
		if scope, err = p.narrowed(ctx, in, scope); err != nil {
			return BeginResult{}, err
		}
	}
	generation, err := p.open(ctx, in)
	if err != nil {
		return BeginResult{}, err
	}
	if generation > 0 {
		counted, err := p.count(ctx, in, generation)
		if err != nil {
			return BeginResult{}, err
		}
		if err := p.write(ctx, in, generation, scope, !perInterval(series)); err != nil {
			return BeginResult{}, err
		}
		if in.Kind == insights.RetryPlan { // out of quarantine
			if err := p.Store.ReleaseStrikes(ctx, in.SeriesID, generation); err != nil {
				return BeginResult{}, err
			}
		}
		if err := counted(); err != nil {
			return BeginResult{}, err
		}
	}
	tally, err := book{store: p.Store, seriesID: in.SeriesID, generation: generation, snapshot: in.Kind == insights.SnapshotPlan}.total(ctx)
	if err == nil {
		logger(ctx, logSeries, in.SeriesID).Info("planned", "kind", in.Kind, "generation", generation, "times", len(in.Times),
			"planned", tally.Planned, "pending", tally.Pending)
	}
	return BeginResult{Plan: generation, Tally: tally}, err
}

// count prepares to count what a plan settles without a search; the caller calls counted when it is written.
func (p *Plans) count(ctx context.Context, in BeginInput, generation int) (counted func() error, err error) {
	if in.Kind == insights.RetryPlan || p.Metrics == nil { // a retry settles nothing
		return func() error { return nil }, nil
	}
	// An earlier attempt may have written a part, or all of it.
	before, err := p.Store.CompletenessOfGeneration(ctx, in.SeriesID, generation)
	return func() error {
		after, err := p.Store.CompletenessOfGeneration(ctx, in.SeriesID, generation)
		p.Metrics.Planned(before, after)
		return err
	}, err
}

// readable returns the scope of a series whose query and scope can be read, and notes for people when they cannot.
func (p *Plans) readable(ctx context.Context, series insights.Series) (store.ScopeFilter, error) {
	_, err := compile(series)
	var scope store.ScopeFilter
	if err == nil {
		scope, err = scopeOf(series)
	}
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	return scope, cmp.Or(err, p.Store.RecordPlanningProblem(ctx, series.ID, problem, time.Now()))
}

// open returns the number of the plan, 0 when there is nothing to plan.
func (p *Plans) open(ctx context.Context, in BeginInput) (int, error) {
	switch in.Kind {
	case insights.RetryPlan:
		return p.Store.BeginRetry(ctx, in.SeriesID, in.Selection)
	case insights.ExtensionPlan:
		return p.Store.BeginExtension(ctx, in.SeriesID, in.Points, in.Times)
	case insights.CatchUpPlan:
		return p.Store.BeginJoining(ctx, in.SeriesID, in.Times, in.Note)
	case insights.SnapshotPlan:
		return p.Store.BeginSnapshot(ctx, in.SeriesID, in.Times[0])
	}
	return p.Store.BeginGeneration(ctx, in.SeriesID, in.Kind, in.Times)
}

// write writes a plan to its end, slice by slice. reuse: see store.PlanSlice.
func (p *Plans) write(ctx context.Context, in BeginInput, generation int, scope store.ScopeFilter, reuse bool) error {
	slice := func() (bool, error) { return p.Store.RetrySlice(ctx, in.SeriesID, generation, retrySlice) }
	if in.Kind != insights.RetryPlan {
		ahead, err := p.lookAhead(ctx, in, generation, scope)
		if err != nil {
			return err
		}
		slice = func() (bool, error) {
			if err := ahead.refresh(ctx); err != nil {
				return false, err
			}
			if in.Kind == insights.SnapshotPlan {
				return p.Store.SnapshotSlice(ctx, in.SeriesID, generation, scope, ahead.limit)
			}
			return p.Store.PlanSlice(ctx, in.SeriesID, generation, scope, ahead.limit, reuse)
		}
	}
	for {
		if written, err := slice(); err != nil || written {
			return err
		}
		activity.RecordHeartbeat(ctx, "plan")
	}
}

// Cancel ends what a generation has pending, see store.CancelSlice, and returns the tally of the whole series.
func (p *Plans) Cancel(ctx context.Context, in CancelInput) (insights.Completeness, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	for n := 1; n > 0; {
		var err error
		if n, err = p.Store.CancelSlice(work, in.SeriesID, in.Plan, in.Reason, sliceSamples); err != nil {
			return insights.Completeness{}, outcome(ctx, err)
		}
		activity.RecordHeartbeat(ctx, "cancel")
	}
	return p.Tally(ctx, TallyInput{SeriesID: in.SeriesID, Plan: in.Plan})
}

// Tally returns the tally that goes with a plan: of the whole series, or of a snapshot its own.
func (p *Plans) Tally(ctx context.Context, in TallyInput) (insights.Completeness, error) {
	book, err := bookOf(ctx, p.Store, in.SeriesID, in.Plan)
	if err != nil {
		return insights.Completeness{}, outcome(ctx, err)
	}
	tally, err := book.total(ctx)
	return tally, outcome(ctx, err)
}

// RangeTally returns the tally of a range.
func (p *Plans) RangeTally(ctx context.Context, in Range) (insights.Completeness, error) {
	book, err := bookOf(ctx, p.Store, in.SeriesID, in.Plan)
	if err != nil {
		return insights.Completeness{}, outcome(ctx, err)
	}
	tally, err := book.tally(ctx, in.From, in.Through, in.At)
	return tally, outcome(ctx, err)
}

// Pending lists what is left in a range. Of several times at one commit it lists the newest: whoever searches it settles
// all of them, where values belong to commits.
func (p *Plans) Pending(ctx context.Context, in Range) (PendingResult, error) {
	book, err := bookOf(ctx, p.Store, in.SeriesID, in.Plan)
	if err != nil {
		return PendingResult{}, outcome(ctx, err)
	}
	samples, err := book.pending(ctx, in.From, in.Through)
	if err != nil {
		return PendingResult{}, outcome(ctx, err)
	}
	if in.At != nil {
		samples = slices.DeleteFunc(samples, func(s insights.Sample) bool { return !s.Time.Equal(*in.At) })
	}
	byInterval := false
	if in.From == in.Through && len(samples) > 1 {
		series, err := p.Store.Series(ctx, in.SeriesID)
		if err != nil {
			return PendingResult{}, outcome(ctx, err)
		}
		byInterval = perInterval(series)
	}
	var result PendingResult
	seen := map[string]bool{}
	for _, s := range samples { // by repository, then newest first
		if n := len(result.Repositories); (n == 0 || result.Repositories[n-1] != s.RepositoryID) && n < MaxPending {
			result.Repositories = append(result.Repositories, s.RepositoryID)
		}
		if in.From == in.Through && len(result.Times) < MaxPending && (s.Commit == "" || byInterval || !seen[s.Commit]) {
			seen[s.Commit] = true
			result.Times = append(result.Times, s.Time)
		}
	}
	return result, nil
}

// Complete closes a generation and returns the tally of the series. Where samples are pending still, it says so.
func (p *Plans) Complete(ctx context.Context, in CompleteInput) (CompleteResult, error) {
	var result CompleteResult
	book, err := bookOf(ctx, p.Store, in.SeriesID, in.Plan)
	if err == nil {
		err = book.complete(ctx, time.Now())
	}
	if insights.ErrorCode(err) == insights.Conflict {
		result.Left, err = true, nil
	}
	if err != nil {
		return result, outcome(ctx, err)
	}
	if result.Tally, err = book.total(ctx); err == nil {
		logger(ctx, logSeries, in.SeriesID).Info("plan complete", "generation", in.Plan, "left", result.Left,
			"planned", result.Tally.Planned, "partial", result.Tally.Partial, "failed", result.Tally.Failed)
	}
	return result, outcome(ctx, err)
}
