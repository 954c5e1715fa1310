package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestSamplesAreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 3)
	series := b.series(t, "TODO", insights.Search)
	b.plan(t, series, insights.BackfillPlan, day(0), day(-1), day(-2))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, 1, []insights.Sample{
		{RepositoryID: repositories[1].ID, Time: day(0), Outcome: insights.Failed, Code: "timeout", Reason: "z"},
		{RepositoryID: repositories[2].ID, Time: day(0), Outcome: insights.Failed, Code: "timeout", Reason: "y"},
		{RepositoryID: repositories[2].ID, Time: day(-2), Outcome: insights.Partial, Commit: oid("a"), Code: "timeout", Reason: "x"},
		{RepositoryID: repositories[0].ID, Time: day(-2), Outcome: insights.Failed, Code: "corrupt object", Reason: "w"},
	}))
	list := func(f store.SampleFilter) (keys []string) {
		f.SeriesID = series.ID
		n, err := b.Samples.Count(b.ctx, f)
		require.NoError(t, err)
		for f.Limit = 2; ; {
			page, err := b.Samples.List(b.ctx, f)
			require.NoError(t, err)
			for _, sample := range page {
				keys = append(keys, fmt.Sprintf("%d %s", sample.Time.Day(), sample.Repository))
				f.After = &store.SampleCursor{Time: sample.Time, RepositoryID: sample.RepositoryID}
			}
			if len(page) < f.Limit {
				require.EqualValues(t, len(keys), n)
				return keys
			}
		}
	}
	require.Equal(t, []string{
		"31 acme/0000", "31 acme/0001", "31 acme/0002", "30 acme/0000", "30 acme/0001", "30 acme/0002", "29 acme/0000", "29 acme/0001", "29 acme/0002",
	}, list(store.SampleFilter{}))
	yesterday := day(-1)
	require.Equal(t, []string{"30 acme/0000", "30 acme/0001", "30 acme/0002"}, list(store.SampleFilter{Time: &yesterday}))
	require.Equal(t, []string{"31 acme/0001", "31 acme/0002", "29 acme/0000", "29 acme/0002"}, list(store.SampleFilter{Outcomes: []insights.Outcome{insights.Failed, insights.Partial}}))
	require.Equal(t, []string{"31 acme/0002", "30 acme/0002"}, list(store.SampleFilter{RepoPattern: "2$"})[:2])

	reasons, err := b.Samples.Reasons(b.ctx, series.ID, store.Administrator)
	require.NoError(t, err)
	require.Equal(t, []store.Reason{
		{Outcome: insights.Failed, Code: "timeout", Count: 2, Example: "y"},
		{Outcome: insights.Failed, Code: "corrupt object", Count: 1, Example: "w"},
		{Outcome: insights.Partial, Code: "timeout", Count: 1, Example: "x"},
	}, reasons)
}

func TestPendingSamplesOfARange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 4)
	commits := b.index(t, repositories[1], day(1), -5)
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(-1))
	keys := func(from, through int64, at *time.Time) (keys []string) {
		samples, err := b.Samples.Pending(b.ctx, series.ID, plan, from, through)
		require.NoError(t, err)
		for _, s := range samples {
			if at != nil && !s.Time.Equal(*at) {
				continue
			}
			keys = append(keys, fmt.Sprintf("%d %d %s", s.RepositoryID-repositories[0].ID, s.Time.Day(), s.Commit))
		}
		tally, err := b.Samples.TallyOfRange(b.ctx, series.ID, plan, from, through, at)
		require.NoError(t, err)
		require.EqualValues(t, len(keys), tally.Pending)
		return keys
	}
	middle := []int64{repositories[1].ID, repositories[2].ID}
	c := commits[0].Commit
	require.Equal(t, []string{"1 31 " + c, "1 30 " + c, "2 31 ", "2 30 "}, keys(middle[0], middle[1], nil))
	at := day(0)
	require.Equal(t, []string{"1 31 " + c, "2 31 "}, keys(middle[0], middle[1], &at))

	b.settle(t, series, plan, func(s *insights.Sample) { s.Outcome = insights.Absent })
	require.Empty(t, keys(0, 1<<40, nil))
	page, _, err := b.Plans.Page(b.ctx, series.ID, plan, 0, store.PageLimit{Repositories: 10})
	require.NoError(t, err)
	require.Empty(t, page)
}

func TestCompletenessOfSeveralSeries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repositories(t, "acme", 2)
	first, second := b.series(t, "TODO", insights.Search), b.series(t, "FIXME", insights.Search)
	b.plan(t, first, insights.BackfillPlan, day(0), day(-1))
	got, err := b.Samples.CompletenessOf(b.ctx, []string{first.ID, second.ID})
	require.NoError(t, err)
	require.Equal(t, map[string]insights.Completeness{first.ID: {Planned: 4, Pending: 4}, second.ID: {}}, got)
	_, err = b.Samples.CompletenessOf(b.ctx, []string{first.ID, "nobody"})
	requireCode(t, insights.NotFound, err, "series nobody does not exist")
}
