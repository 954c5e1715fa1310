package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestBasesAreTheNewestExactSamplesAtACommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 4)
	series := b.series(t, "go(1)", insights.SearchCompute)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(-1), day(-2))
	sample := func(repo, at int, outcome insights.Outcome, commit string, values map[string]int64) insights.Sample {
		s := insights.Sample{RepositoryID: repositories[repo].ID, Time: day(at), Outcome: outcome, Commit: commit, Values: values}
		for _, n := range values {
			s.Value += float64(n)
		}
		return s
	}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{
		sample(0, 0, insights.Partial, oid("a"), map[string]int64{"x": 9}),
		sample(0, -1, insights.Reused, oid("b"), map[string]int64{"x": 2, "y": 3}),
		sample(0, -2, insights.Counted, oid("b"), map[string]int64{"x": 2, "y": 3}),
		sample(1, 0, insights.Counted, oid("c"), map[string]int64{}),
		sample(2, 0, insights.Absent, "", nil),
		sample(2, -1, insights.Failed, oid("d"), nil),
	}))
	ids := []int64{repositories[0].ID, repositories[1].ID, repositories[2].ID, repositories[3].ID}
	bases, err := b.Samples.Bases(b.ctx, series.ID, plan, ids)
	require.NoError(t, err)
	require.Equal(t, map[int64]store.Base{
		ids[0]: {Commit: oid("b"), Value: 5, Values: map[string]int64{"x": 2, "y": 3}},
		ids[1]: {Commit: oid("c")},
	}, bases)
	_, err = b.Samples.Bases(b.ctx, "nobody", plan, ids)
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
}
