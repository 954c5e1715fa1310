package workflows_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

// cell is a sample's key in fakeLedger.
type cell struct {
	repository int64
	time       time.Time
}

// fakeLedger replaces all activities. It has the repositories 1..n; a search ends their samples as
// counted, unless a test makes it fail. Like package store, it changes only pending outcomes, and a
// plan adds only samples that do not exist.
type fakeLedger struct {
	repositories int64
	perBatch     int64
	perPage      int64
	unfold       bool
	shards       int // search queues; 0: one
	window       int // batches in flight; 0: as many as the workflow takes

	// fault, when not nil, may return an error for one attempt at a search.
	fault func(in activities.Range, attempt int32) error
	// before, when not nil, is called at the start of each search, which returns its error.
	before func(ctx context.Context, in activities.Range) error
	// broken says in which repositories every search fails.
	broken func(repository int64) bool
	asked  []activities.Range // the ranges that the circuit breaker asked about
	// refusal, when not nil, is the error that Begin returns.
	refusal error

	together [][]int64 // batches of a sync

	mu       sync.Mutex
	outcomes map[cell]insights.Outcome
	kept     map[cell]insights.Outcome // outcomes before a retry
	kinds    []insights.PlanKind
	cancels  []activities.CancelInput
	plans    [][]time.Time             // by plan number - 1
	aside    map[cell]insights.Outcome // the samples of snapshots
	series   []string                  // the series that can take snapshots
	archive  []int64                   // number archived by each page
	prune    map[string]int            // numbers left to prune; each activity prunes one
	retained []string
	catchUps int         // searches for repositories to catch up
	missed   error       // the error of the first of these searches
	begun    []time.Time // when each plan was begun
	fails    []activities.FailInput
	searches []activities.Range
	clock    func() time.Time
}

func newLedger(repositories int64) *fakeLedger {
	return &fakeLedger{repositories: repositories, perBatch: 2, perPage: 4, outcomes: map[cell]insights.Outcome{}, kept: map[cell]insights.Outcome{}, aside: map[cell]insights.Outcome{}}
}

func (l *fakeLedger) register(r interface {
	RegisterActivityWithOptions(any, activity.RegisterOptions)
},
) {
	for name, f := range map[string]any{
		"Begin": l.Begin, "Cancel": l.Cancel, "Page": l.Page, "Complete": l.Complete, "Tally": l.Tally, "RangeTally": l.RangeTally,
		"Pending": l.Pending, "Samples": l.Samples, "Fail": l.Fail, "Failures": l.Failures, "List": l.List, "One": l.One, "Repository": l.Repository, "Repositories": l.Repositories,
		"SnapshotSeries": l.SnapshotSeries, "CatchUp": l.CatchUp,
		"Archive": l.Archive, "PruneSeries": l.pruner("series"), "PruneRepositories": l.pruner("repositories"),
	} {
		r.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

func (l *fakeLedger) Begin(_ context.Context, in activities.BeginInput) (activities.BeginResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refusal != nil {
		return activities.BeginResult{}, l.refusal
	}
	if !in.Kind.Valid() {
		return activities.BeginResult{}, insights.Errorf(insights.Invalid, "the plan has the kind %q", in.Kind)
	}
	if in.Kind.Selects() {
		return l.beginRetry(in)
	}
	l.plans, l.kinds = append(l.plans, in.Times), append(l.kinds, in.Kind)
	if l.clock != nil {
		l.begun = append(l.begun, l.clock())
	}
	for id := int64(1); id <= l.repositories; id++ {
		for _, at := range in.Times {
			if samples := l.samples(len(l.plans)); samples[cell{id, at}] == "" {
				samples[cell{id, at}] = insights.Pending
			}
		}
	}
	return activities.BeginResult{Plan: len(l.plans), Tally: l.total(len(l.plans))}, nil
}

// samples returns the outcomes of a plan's samples.
func (l *fakeLedger) samples(plan int) map[cell]insights.Outcome {
	if !l.kinds[plan-1].Permanent() {
		return l.aside
	}
	return l.outcomes
}

// total is the tally that goes with a plan.
func (l *fakeLedger) total(plan int) insights.Completeness {
	if !l.kinds[plan-1].Permanent() {
		return l.tallyOf(plan, 1, l.repositories, nil)
	}
	return l.tally(1, l.repositories, nil)
}

func (l *fakeLedger) CatchUp(context.Context, string) (activities.CatchUpResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.catchUps++
	var result activities.CatchUpResult
	if l.catchUps == 1 && l.missed != nil {
		return result, l.missed
	}
	for i, times := range l.plans {
		for _, at := range times {
			if _, known := l.outcomes[cell{l.repositories, at}]; !known && l.kinds[i].Permanent() {
				result.Times, result.Note = append(result.Times, at), "came into scope"
			}
		}
	}
	return result, nil
}

func (l *fakeLedger) SnapshotSeries(_ context.Context, after int64) (activities.SnapshotPage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	page := activities.SnapshotPage{SeriesIDs: l.series[after : after+1]}
	if int(after)+1 < len(l.series) {
		page.Next = after + 1
	}
	return page, nil
}

func (l *fakeLedger) beginRetry(in activities.BeginInput) (activities.BeginResult, error) {
	selection, err := in.Selection.Normal()
	if err != nil {
		return activities.BeginResult{}, failure(insights.Invalid, err.Error())
	}
	var times []time.Time
	for c, outcome := range l.outcomes {
		if !slices.Contains(selection.Outcomes, outcome) {
			continue
		}
		l.kept[c], l.outcomes[c] = outcome, insights.Pending
		if !slices.ContainsFunc(times, c.time.Equal) {
			times = append(times, c.time)
		}
	}
	result := activities.BeginResult{Tally: l.tally(1, l.repositories, nil)}
	if len(times) > 0 {
		slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
		l.plans, l.kinds = append(l.plans, times), append(l.kinds, in.Kind)
		result.Plan = len(l.plans)
	}
	return result, nil
}

func (l *fakeLedger) Cancel(_ context.Context, in activities.CancelInput) (insights.Completeness, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancels = append(l.cancels, in)
	for c, outcome := range l.outcomes {
		if outcome != insights.Pending || !slices.ContainsFunc(l.plans[in.Plan-1], c.time.Equal) {
			continue
		}
		l.outcomes[c] = insights.Failed
		if kept, ok := l.kept[c]; ok {
			l.outcomes[c] = kept
		}
	}
	return l.tally(1, l.repositories, nil), nil
}

func (l *fakeLedger) Page(_ context.Context, in activities.PageInput) (activities.PageResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	page := activities.PageResult{Next: in.After, Last: true, Window: l.window, Shards: l.shards}
	for from := in.After + 1; from <= l.repositories; from += l.perBatch {
		if from > in.After+l.perPage {
			page.Last = false
			break
		}
		through := min(from+l.perBatch-1, l.repositories)
		page.Next = through
		if before := l.tallyOf(in.Plan, from, through, nil); before.Pending > 0 {
			page.Batches = append(page.Batches, activities.Batch{From: from, Through: through, Label: "batch", Unfold: l.unfold, Before: before})
		}
	}
	return page, nil
}

func (l *fakeLedger) Complete(_ context.Context, in activities.CompleteInput) (activities.CompleteResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := l.tallyOf(in.Plan, 1, l.repositories, nil).Pending > 0
	return activities.CompleteResult{Tally: l.total(in.Plan), Left: left}, nil
}

func (l *fakeLedger) Tally(_ context.Context, in activities.TallyInput) (insights.Completeness, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if in.Plan == 0 {
		return l.tally(1, l.repositories, nil), nil
	}
	return l.total(in.Plan), nil
}

func (l *fakeLedger) RangeTally(_ context.Context, in activities.Range) (insights.Completeness, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tallyOf(in.Plan, in.From, in.Through, in.At), nil
}

func (l *fakeLedger) Pending(_ context.Context, in activities.Range) (activities.PendingResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var result activities.PendingResult
	for id := in.From; id <= in.Through; id++ {
		for _, at := range l.plans[in.Plan-1] {
			if l.samples(in.Plan)[cell{id, at}] != insights.Pending {
				continue
			}
			if !slices.Contains(result.Repositories, id) {
				result.Repositories = append(result.Repositories, id)
			}
			if in.From == in.Through {
				result.Times = append(result.Times, at)
			}
		}
	}
	return result, nil
}

func (l *fakeLedger) Samples(ctx context.Context, in activities.Range) (insights.Completeness, error) {
	attempt := activity.GetInfo(ctx).Attempt
	if l.before != nil {
		if err := l.before(ctx, in); err != nil {
			return insights.Completeness{}, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.searches = append(l.searches, in)
	if l.fault != nil {
		if err := l.fault(in, attempt); err != nil {
			return insights.Completeness{}, err
		}
	}
	for id := in.From; id <= in.Through; id++ {
		one, outcome := in, insights.Counted
		one.From, one.Through = id, id
		if l.broken != nil && l.broken(id) {
			outcome = insights.Failed
		}
		l.settle(one, outcome)
	}
	return l.tallyOf(in.Plan, in.From, in.Through, in.At), nil
}

func (l *fakeLedger) Fail(_ context.Context, in activities.FailInput) (insights.Completeness, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails = append(l.fails, in)
	l.settle(in.Range, insights.Failed)
	return l.tallyOf(in.Plan, in.From, in.Through, in.At), nil
}

func (l *fakeLedger) Failures(_ context.Context, in activities.Range) (activities.FailuresResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, in)
	through := in.Through
	if through == 0 {
		through = l.repositories
	}
	tally := l.tallyOf(in.Plan, in.From, through, nil)
	if tally.Counted > 0 || tally.Failed == 0 {
		return activities.FailuresResult{}, nil
	}
	return activities.FailuresResult{
		Alike: true, Code: "fetch failed", Reason: "no route to host", Samples: tally.Failed, Repositories: tally.Failed / int64(len(l.plans[in.Plan-1])),
	}, nil
}

func (l *fakeLedger) settle(in activities.Range, outcome insights.Outcome) {
	for _, at := range l.plans[in.Plan-1] {
		for id := in.From; id <= in.Through; id++ {
			if samples := l.samples(in.Plan); (in.At == nil || at.Equal(*in.At)) && samples[cell{id, at}] == insights.Pending {
				samples[cell{id, at}] = outcome
			}
		}
	}
}

// now is the tally of the whole series.
func (l *fakeLedger) now() insights.Completeness {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tally(1, l.repositories, nil)
}

func (l *fakeLedger) tally(from, through int64, times []time.Time) insights.Completeness {
	return tallyIn(l.outcomes, from, through, times)
}

func tallyIn(outcomes map[cell]insights.Outcome, from, through int64, times []time.Time) (tally insights.Completeness) {
	for c, outcome := range outcomes {
		in := times == nil || slices.ContainsFunc(times, c.time.Equal)
		if in && c.repository >= from && c.repository <= through {
			tally.Add(outcome, 1)
		}
	}
	return tally
}

func (l *fakeLedger) tallyOf(plan int, from, through int64, at *time.Time) insights.Completeness {
	times := l.plans[plan-1]
	if at != nil {
		times = []time.Time{*at}
	}
	return tallyIn(l.samples(plan), from, through, times)
}

// failure returns a non-retryable error of an activity, as package activities makes it.
func failure(code insights.Code, message string) error {
	return temporal.NewNonRetryableApplicationError(message, string(code), nil)
}

// passing returns an error of an activity that infrastructure caused.
func passing(message string) error {
	return temporal.NewApplicationError(message, string(insights.Unavailable))
}
