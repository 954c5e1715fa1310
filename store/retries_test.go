package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// retry begins a retry and writes it completely, one repository per slice.
func (b bundle) retry(t require.TestingT, series insights.Series, selection insights.Selection) int {
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: selection})
	require.NoError(t, err)
	for done := plan == 0; !done; {
		_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 1, true)
		require.NoError(t, err)
		b.requireWhole(t, series)
	}
	return plan
}

// requireWhole asserts that the tally of the ledger is consistent, and returns it.
func (b bundle) requireWhole(t require.TestingT, series insights.Series) insights.Completeness {
	tally, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.NoError(t, tally.Check())
	b.requireSums(t, series)
	return tally
}

func (b bundle) write(t require.TestingT, series insights.Series, plan int, s ...insights.Sample) {
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, s))
}

// ended returns a series with one sample in each of five repositories: counted with the value 5,
// absent, partial with the value 2, failed, and pending.
func ended(t *testing.T, b bundle) (insights.Series, []store.Repository) {
	t.Helper()
	list := b.repositories(t, "acme", 5)
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{
		{RepositoryID: list[0].ID, Time: day(0), Outcome: insights.Counted, Value: 5, Commit: oid(0)},
		{RepositoryID: list[1].ID, Time: day(0), Outcome: insights.Absent},
		{RepositoryID: list[2].ID, Time: day(0), Outcome: insights.Partial, Value: 2, Commit: oid(2), Code: "missing object", Reason: "object x"},
		{RepositoryID: list[3].ID, Time: day(0), Outcome: insights.Failed, Code: "timeout", Reason: "too slow"},
	}))
	return series, list
}

// seen is a sample without the fields that the test does not compare.
type seen struct {
	Outcome insights.Outcome
	Value   float64
	Commit  string
	Code    insights.ReasonCode
}

func (b bundle) seen(t require.TestingT, series insights.Series) map[int64]seen {
	got := map[int64]seen{}
	for _, s := range b.ledger(t, series) {
		got[s.RepositoryID] = seen{s.Outcome, s.Value, s.Commit, s.Code}
	}
	return got
}

func TestRetrySelectsPartialAndFailedAndKeepsPoints(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	points := b.pointRows(t, series)
	require.Len(t, points, 2)

	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{}})
	require.NoError(t, err)
	again, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Partial, insights.Failed, insights.Partial}}})
	require.NoError(t, err)
	require.Equal(t, plan, again, "the same selection in other words is the same plan")
	require.Equal(t, insights.Completeness{Planned: 5, Counted: 1, Absent: 1, Partial: 1, Failed: 1, Pending: 1}, b.requireWhole(t, series), "no sample is pending before a slice is written")

	require.Equal(t, plan, b.retry(t, series, insights.Selection{}))
	require.Equal(t, insights.Completeness{Planned: 5, Counted: 1, Absent: 1, Pending: 3}, b.requireWhole(t, series))
	tally, err := b.Samples.TallyOf(b.ctx, series.ID, plan)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 2, Pending: 2}, tally, "what was pending before belongs to its own plan")
	require.Equal(t, points, b.pointRows(t, series))
	requireCode(t, insights.Conflict, b.Plans.Complete(b.ctx, series.ID, plan, day(1)), "pending")

	b.write(t, series, plan, insights.Sample{RepositoryID: list[2].ID, Time: day(0), Outcome: insights.Counted, Value: 7, Commit: oid(2)})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[3].ID, Time: day(0), Outcome: insights.Failed, Code: "panic", Reason: "again"})
	require.Equal(t, seen{Outcome: insights.Counted, Value: 7, Commit: oid(2)}, b.seen(t, series)[list[2].ID])
	require.Equal(t, seen{Outcome: insights.Failed, Code: "panic"}, b.seen(t, series)[list[3].ID])
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(1)))

	next, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{}})
	require.NoError(t, err)
	require.Equal(t, plan+1, next, "a completed retry is not continued")
}

func TestRetryOfEverythingCorrectsUpAndDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	plan := b.retry(t, series, insights.Everything())
	require.Equal(t, insights.Completeness{Planned: 5, Pending: 5}, b.requireWhole(t, series))
	b.write(t, series, plan, insights.Sample{RepositoryID: list[0].ID, Time: day(0), Outcome: insights.Counted, Value: 3, Commit: oid("rewritten")})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[1].ID, Time: day(0), Outcome: insights.Counted, Value: 4, Commit: oid("new")})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[2].ID, Time: day(0), Outcome: insights.Absent})
	values := map[int64]float64{}
	for _, p := range b.pointRows(t, series) {
		values[p.Repo] = p.Value
	}
	require.Equal(t, map[int64]float64{list[0].ID: 3, list[1].ID: 4}, values)
}

// A retry repairs or corrects a sample. If it finds out less than was known, the sample stays as it
// was.
func TestRetryNeverLosesAValue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	before, points := b.seen(t, series), b.pointRows(t, series)
	plan := b.retry(t, series, insights.Everything())
	failed := insights.Sample{Time: day(0), Outcome: insights.Failed, Code: "fetch failed"}
	for _, r := range list[:3] {
		failed.RepositoryID = r.ID
		b.write(t, series, plan, failed)
	}
	b.requireWhole(t, series)
	after := b.seen(t, series)
	for _, r := range list[:3] {
		require.Equal(t, before[r.ID], after[r.ID])
	}
	require.Equal(t, points, b.pointRows(t, series))

	// A lower bound at the same commit is worse than an exact value. A lower bound at another
	// commit replaces it.
	plan = b.retry(t, series, insights.Everything())
	b.write(t, series, plan, insights.Sample{RepositoryID: list[0].ID, Time: day(0), Outcome: insights.Partial, Value: 1, Commit: oid(0), Code: "timeout"})
	require.Equal(t, before[list[0].ID], b.seen(t, series)[list[0].ID])
	plan = b.retry(t, series, insights.Everything())
	b.write(t, series, plan, insights.Sample{RepositoryID: list[0].ID, Time: day(0), Outcome: insights.Partial, Value: 1, Commit: oid(9), Code: "timeout"})
	require.Equal(t, seen{insights.Partial, 1, oid(9), "timeout"}, b.seen(t, series)[list[0].ID])
}

// A late search of an earlier plan neither ends a retry nor undoes it.
func TestRetryIsNotEndedByAnOlderPlan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	plan := b.retry(t, series, insights.Selection{})
	for _, o := range []insights.Outcome{insights.Failed, insights.Counted, insights.Partial} {
		b.write(t, series, plan-1, insights.Sample{RepositoryID: list[2].ID, Time: day(0), Outcome: o, Value: 1, Commit: oid(2)})
	}
	require.Equal(t, insights.Pending, b.seen(t, series)[list[2].ID].Outcome)
}

func TestRetrySelects(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	count := func(selection insights.Selection) int64 {
		plan := b.retry(t, series, selection)
		if plan == 0 {
			return 0
		}
		tally, err := b.Samples.TallyOf(b.ctx, series.ID, plan)
		require.NoError(t, err)
		for done := 1; done > 0; {
			done, err = b.Plans.CancelSlice(b.ctx, series.ID, plan, "test", 10)
			require.NoError(t, err)
		}
		require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(1)))
		return tally.Pending
	}
	other := day(-1)
	at := day(0)
	require.EqualValues(t, 2, count(insights.Selection{}))
	require.EqualValues(t, 4, count(insights.Everything()))
	require.EqualValues(t, 1, count(insights.Selection{Outcomes: []insights.Outcome{insights.Failed}}))
	require.EqualValues(t, 2, count(insights.Selection{Time: &at}))
	require.Zero(t, count(insights.Selection{Time: &other}))
	require.EqualValues(t, 1, count(insights.Selection{Repository: "0003$"}))
	require.EqualValues(t, 1, count(insights.Selection{Repository: `^ACME/\d+3\b`}), "RE2, without regard to case")
	require.Zero(t, count(insights.Selection{Repository: "nothing"}))
	require.NoError(t, b.Repositories.Remove(b.ctx, list[3].Name))
	require.EqualValues(t, 1, count(insights.Selection{}), "samples of a removed repository do not change")

	_, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Pending}}})
	requireCode(t, insights.Invalid, err, `retry of "pending" samples`)
	requireCode(t, insights.Invalid, b.Samples.ValidateSelection(b.ctx, series.ID, insights.Selection{Repository: "("}, store.Administrator), `"(" for repository names is not valid at byte 1`)
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Repository: "("}})
	requireCode(t, insights.Invalid, err, "regular expression")
	require.NoError(t, b.Samples.ValidateSelection(b.ctx, series.ID, insights.Everything(), store.Viewer{}))
	requireCode(t, insights.Invalid, b.Samples.ValidateSelection(b.ctx, series.ID, insights.Selection{Repository: "0003$"}, store.Administrator), `no repository matches "0003$"`)
	require.NoError(t, b.Access.SetPrivate(b.ctx, list[2].Name, true))
	require.NoError(t, b.Samples.ValidateSelection(b.ctx, series.ID, insights.Selection{Repository: "0002$"}, store.Administrator))
	requireCode(t, insights.Invalid, b.Samples.ValidateSelection(b.ctx, series.ID, insights.Selection{Repository: "0002$"}, store.Viewer{Login: "bob"}), `no repository matches "0002$"`)
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: "nobody", Kind: insights.RetryPlan, Selection: insights.Selection{}})
	requireCode(t, insights.NotFound, err, "series nobody")
}

// A sample whose commit has changed in the index is searched at the new commit.
func TestRetryResolvesCommitsAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	_, err := b.Plans.CancelSlice(b.ctx, series.ID, 1, "test", 10)
	require.NoError(t, err)
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, 1, day(1)))
	commits := b.index(t, list[0], day(1), -3)
	b.index(t, list[2], day(-1), -3) // not indexed since the frame's time
	plan := b.retry(t, series, insights.Everything())
	got := b.seen(t, series)
	require.Equal(t, commits[0].Commit, got[list[0].ID].Commit)
	require.Empty(t, got[list[2].ID].Commit)

	// Another plan for the same time takes the samples over unchanged.
	b.plan(t, series, insights.BackfillPlan, day(0))
	n, err := b.Plans.CancelSlice(b.ctx, series.ID, plan, "test", 10)
	require.NoError(t, err)
	require.Zero(t, n)
	require.EqualValues(t, 5, b.seen(t, series)[list[0].ID].Value)
}

func TestCancelEndsPendingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	before, points := b.seen(t, series), b.pointRows(t, series)
	n, err := b.Plans.CancelSlice(b.ctx, series.ID, 1, "by ann: too large", 10)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = b.Plans.CancelSlice(b.ctx, series.ID, 1, "by bob", 10)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, insights.Completeness{Planned: 5, Counted: 1, Absent: 1, Partial: 1, Failed: 2}, b.requireWhole(t, series))
	samples, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, RepoPattern: "0004"})
	require.NoError(t, err)
	require.Equal(t, insights.ReasonCancelled, samples[0].Code)
	require.Equal(t, "by ann: too large", samples[0].Reason)
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, 1, day(1)))

	// A cancelled retry leaves the samples that it has not computed as they were.
	plan := b.retry(t, series, insights.Everything())
	for left := 1; left > 0; {
		left, err = b.Plans.CancelSlice(b.ctx, series.ID, plan, "enough", 2)
		require.NoError(t, err)
		b.requireWhole(t, series)
	}
	after := b.seen(t, series)
	before[list[4].ID] = seen{Outcome: insights.Failed, Code: insights.ReasonCancelled}
	require.Equal(t, before, after)
	require.Equal(t, points, b.pointRows(t, series))
}

func TestExtensionAddsOnlyMissingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repository := b.repository(t, "acme")
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, series.Grid.Frames()...)
	for _, at := range series.Grid.Frames() {
		b.write(t, series, plan, insights.Sample{RepositoryID: repository.ID, Time: at, Outcome: insights.Counted, Value: 1, Commit: oid(1)})
	}
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(1)))
	done := b.ledger(t, series)

	extend := func(points int) (int, error) {
		return b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: points, Times: series.Grid.OlderFrames(points)})
	}
	first, err := extend(8)
	require.NoError(t, err)
	second, err := extend(8)
	require.NoError(t, err)
	require.Equal(t, first, second)
	for planned := false; !planned; {
		_, planned, err = b.Plans.WriteSlice(b.ctx, series.ID, first, store.ScopeFilter{}, 100, true)
		require.NoError(t, err)
	}
	require.Equal(t, insights.Completeness{Planned: 8, Counted: 5, Pending: 3}, b.requireWhole(t, series))
	require.Equal(t, done, b.ledger(t, series)[:5])
	longer, err := b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, 8, longer.Grid.Points)

	// A new series with the points of the extended series is shared with it. One with the points
	// from before the extension is not.
	for points, same := range map[int]bool{8: true, 5: false} {
		like := viewSeries("TODO", insights.Search)
		like.Grid.Points = points
		view, err := b.Views.Create(b.ctx, insights.View{Title: "like", Series: []insights.ViewSeries{like}})
		require.NoError(t, err)
		require.Equal(t, same, view.Series[0].ID == series.ID, "%d points", points)
	}
}

func TestFailedExtensionChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repository(t, "acme")
	series := b.series(t, "TODO", insights.Search)
	taken := viewSeries("TODO", insights.Search)
	taken.Grid.Points = 9
	_, err := b.Views.Create(b.ctx, insights.View{Title: "taken", Series: []insights.ViewSeries{taken}})
	require.NoError(t, err)
	for points, code := range map[int]insights.Code{9: insights.Conflict, 5: insights.Conflict, 3: insights.Conflict, insights.MaxPoints + 1: insights.Invalid} {
		_, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: points, Times: []time.Time{day(-20)}})
		require.Error(t, err)
		require.Equal(t, code, insights.ErrorCode(err), "%d points: %v", points, err)
	}
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: 9, Times: series.Grid.OlderFrames(9)})
	requireCode(t, insights.Conflict, err, "another series has the same query, scope and points")
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: 9, Times: nil})
	requireCode(t, insights.Invalid, err, "at least one time")
	got, err := b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, 5, got.Grid.Points)
	require.Equal(t, 1, b.plan(t, series, insights.BackfillPlan, day(0)), "no plan was made")
}

func TestNoticesAreUpToDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, list := ended(t, b)
	told := func() map[string]time.Time {
		notes, err := b.Notices.List(b.ctx, series.ID)
		require.NoError(t, err)
		all := map[string]time.Time{}
		for _, n := range notes {
			all[n.Reason] = n.ForTime
		}
		return all
	}
	require.Empty(t, told())
	_, err := b.Plans.CancelSlice(b.ctx, series.ID, 1, "by ann", 10)
	require.NoError(t, err)
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, 1, day(1)))
	require.Equal(t, map[string]time.Time{"missing object": day(0), "timeout": day(0)}, told())

	plan := b.retry(t, series, insights.Selection{})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[2].ID, Time: day(0), Outcome: insights.Counted, Value: 7, Commit: oid(2)})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[3].ID, Time: day(0), Outcome: insights.Partial, Value: 1, Commit: oid(3), Code: "count limit"})
	b.write(t, series, plan, insights.Sample{RepositoryID: list[4].ID, Time: day(0), Outcome: insights.Counted, Commit: oid(4)})
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(2)))
	require.Equal(t, map[string]time.Time{"count limit": day(0)}, told())

	problem := func(text string, at time.Time) {
		require.NoError(t, b.Notices.SetPlanningProblem(b.ctx, series.ID, text, at))
	}
	problem("no such field", day(3))
	problem("no such field", day(4))
	require.Equal(t, map[string]time.Time{"count limit": day(0), "no such field": day(4)}, told())
	problem("another", day(5))
	require.Equal(t, map[string]time.Time{"count limit": day(0), "another": day(5)}, told())
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, b.plan(t, series, insights.RecordingPlan, day(0)), day(6)))
	require.Contains(t, told(), "another", "only a successful plan deletes the notice")
	problem("", day(6))
	require.Equal(t, map[string]time.Time{"count limit": day(0)}, told())
}
