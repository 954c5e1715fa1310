package activities_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

// testBundle has all activities and a database of its own.
type testBundle struct {
	t       *testing.T
	store   *store.Store
	mirrors *activities.Mirrors
	limits  *activities.Limits
	plans   *activities.Plans
	search  *activities.Search
	points  *activities.Points
	sync    *activities.Sync
	env     *testsuite.TestActivityEnvironment
	dataDir string
}

func setup(t *testing.T) *testBundle {
	t.Helper()
	b := &testBundle{t: t, store: store.New(testdb.New(t)), dataDir: t.TempDir(), limits: activities.NewLimits()}
	b.mirrors = &activities.Mirrors{Store: b.store, Dir: b.dataDir}
	b.plans = &activities.Plans{Store: b.store, Mirrors: b.mirrors}
	b.search = &activities.Search{Store: b.store, Mirrors: b.mirrors, Limits: b.limits, Cores: 2}
	b.points = &activities.Points{Store: b.store}
	b.sync = &activities.Sync{Store: b.store, Mirrors: b.mirrors}
	b.fresh()
	return b
}

// fresh makes a new environment, because one whose worker has stopped cannot be used again.
func (b *testBundle) fresh() {
	var suite testsuite.WorkflowTestSuite
	b.env = suite.NewTestActivityEnvironment()
	b.env.SetTestTimeout(time.Minute)
	for _, a := range []any{b.plans, b.search, b.points, b.sync} {
		b.env.RegisterActivity(a)
	}
}

// grid has three monthly points. The newest is 15 minutes ago, so no commit of a test is younger.
var grid = insights.NewGrid(time.Now().Add(-15*time.Minute), insights.Interval{Unit: insights.Month, Value: 1}, 3)

// shortlyBefore returns the time one hour before the k-th grid time; 0 is the newest.
func shortlyBefore(k int) time.Time { return grid.Time(k).Add(-time.Hour) }

func (b *testBundle) series(query string, change ...func(*insights.Series)) insights.Series {
	b.t.Helper()
	series := insights.Series{Query: query, Method: insights.Search, Grid: grid}
	for _, c := range change {
		c(&series)
	}
	view, err := b.store.Views.Create(b.t.Context(), insights.View{Title: "test", Series: []insights.ViewSeries{{Series: series}}})
	require.NoError(b.t, err)
	return view.Series[0].Series
}

func (b *testBundle) local(name string, r *testgit.Repo) store.Repository {
	b.t.Helper()
	repository, err := b.store.Repositories.Add(b.t.Context(), name, r.Dir, true)
	require.NoError(b.t, err)
	return repository
}

func (b *testBundle) remote(name, url string) store.Repository {
	b.t.Helper()
	repository, err := b.store.Repositories.Add(b.t.Context(), name, url, false)
	require.NoError(b.t, err)
	return repository
}

func call[T any](b *testBundle, activity any, in ...any) (T, error) {
	b.t.Helper()
	var result T
	value, err := b.env.ExecuteActivity(activity, in...)
	if err != nil {
		return result, err
	}
	if value.HasValue() {
		require.NoError(b.t, value.Get(&result))
	}
	return result, nil
}

// begin plans the series' backfill.
func (b *testBundle) begin(series insights.Series) activities.BeginResult {
	b.t.Helper()
	begun, err := call[activities.BeginResult](b, b.plans.Begin,
		activities.BeginInput{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: series.Grid.Frames()})
	require.NoError(b.t, err)
	require.NoError(b.t, begun.Tally.Check())
	return begun
}

func everything(series insights.Series, plan int) activities.Range {
	return activities.Range{SeriesID: series.ID, Plan: plan, From: 1, Through: 1 << 30}
}

// backfill plans and searches all samples of the series.
func (b *testBundle) backfill(series insights.Series) insights.Completeness {
	b.t.Helper()
	begun := b.begin(series)
	tally, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(b.t, err)
	require.Zero(b.t, tally.Pending)
	return tally
}

// samples returns the ledger of the series, newest time first.
func (b *testBundle) samples(series insights.Series) []store.LedgerSample {
	b.t.Helper()
	samples, err := b.store.Samples.List(b.t.Context(), store.SampleFilter{SeriesID: series.ID})
	require.NoError(b.t, err)
	return samples
}

// outcomes returns the ledger as texts such as "counted 3" by repository, newest time first.
func (b *testBundle) outcomes(series insights.Series) map[string][]string {
	b.t.Helper()
	result := map[string][]string{}
	for _, s := range b.samples(series) {
		text := string(s.Outcome)
		if s.Outcome != insights.Failed && s.Outcome != insights.Absent {
			text += fmt.Sprintf(" %g", s.Value)
		}
		if s.Code != "" {
			text += ": " + string(s.Code)
		}
		result[s.Repository] = append(result[s.Repository], text)
	}
	return result
}

// growing is a repository with one more TODO at each frame: 1, 2, 3.
func growing(t *testing.T) *testgit.Repo {
	t.Helper()
	r := testgit.New(t)
	for k := -2; k <= 0; k++ {
		r.Commit(t, shortlyBefore(k), map[string]string{"a.go": strings.Repeat("TODO\n", k+3)})
	}
	return r
}

func requireCode(t *testing.T, err error, code insights.Code, retryable bool) {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, string(code), application.Type())
	require.Equal(t, retryable, !application.NonRetryable())
}
