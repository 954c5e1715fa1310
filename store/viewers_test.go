package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// A viewer without access to a repository sees nothing of its samples, neither in charts nor in
// lists, counts or reasons.
func TestPrivateRepositoriesAreHidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.repositories(t, "acme", 3)
	require.NoError(t, b.Repositories.SetFlags(b.ctx, list[1].ID, false, false, true))
	require.NoError(t, b.Repositories.SetFlags(b.ctx, list[2].ID, false, false, true))
	require.NoError(t, b.Access.Grant(b.ctx, "acme/0001", "ann"))
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	value := map[int64]float64{list[0].ID: 1, list[1].ID: 10, list[2].ID: 100}
	b.settle(t, series, plan, func(s *insights.Sample) {
		s.Outcome, s.Value, s.Commit, s.Code = insights.Partial, value[s.RepositoryID], oid(s.RepositoryID), "missing object"
	})
	// Only administrators see a row whose repository does not exist.
	_, err := b.pool.Exec(b.ctx, `INSERT INTO sample_chunks (series_id, chunk, repo_id, name_id, plan, pending, faulty, outcomes, vals)
		SELECT series_id, chunk, 4711, name_id, plan, pending, faulty, outcomes, '{1000}' FROM sample_chunks WHERE repo_id = $1`, list[0].ID)
	require.NoError(t, err)
	_, err = b.pool.Exec(b.ctx, `UPDATE series_tallies SET partial = partial + 1, value = value + 1000`)
	require.NoError(t, err)

	for _, test := range []struct {
		viewer store.Viewer
		sum    float64
		names  []string
	}{
		{store.Viewer{}, 1, []string{"acme/0000"}},
		{store.Viewer{Login: "bob"}, 1, []string{"acme/0000"}},
		{store.Viewer{Login: "ann"}, 11, []string{"acme/0000", "acme/0001"}},
		{store.Viewer{Login: "ann", Admin: true}, 1111, []string{"acme/0000", "acme/0001", "acme/0002"}},
	} {
		points, err := b.Charts.Points(b.ctx, []string{series.ID}, store.PointFilter{Viewer: test.viewer})
		require.NoError(t, err)
		require.Len(t, points[series.ID], 1)
		require.Equal(t, test.sum, points[series.ID][0].Value, "%+v", test.viewer)
		samples, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, Viewer: test.viewer})
		require.NoError(t, err)
		var names []string
		for _, sample := range samples {
			names = append(names, sample.Repository)
		}
		require.Equal(t, test.names, names)
		n, err := b.Samples.Count(b.ctx, store.SampleFilter{SeriesID: series.ID, Viewer: test.viewer, RepoPattern: "acme"})
		require.NoError(t, err)
		require.EqualValues(t, len(names), n)
		reasons, err := b.Samples.Reasons(b.ctx, series.ID, test.viewer)
		require.NoError(t, err)
		require.EqualValues(t, len(names), reasons[0].Count)
		require.Equal(t, test.viewer.Admin, len(reasons) > 1)
	}
}

// Removing a private repository does not make it visible to everybody.
func TestRemovedPrivateRepositoriesStayHidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.repositories(t, "acme", 2)
	require.NoError(t, b.Repositories.SetFlags(b.ctx, list[1].ID, false, false, true))
	require.NoError(t, b.Access.Grant(b.ctx, "acme/0001", "ann"))
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	b.settle(t, series, plan, func(s *insights.Sample) {
		s.Outcome, s.Value, s.Commit = insights.Counted, float64(s.RepositoryID), oid(s.RepositoryID)
	})
	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/0001"))
	for viewer, want := range map[store.Viewer]float64{
		{Login: "bob"}: float64(list[0].ID), {Login: "ann"}: float64(list[0].ID + list[1].ID), {Admin: true}: float64(list[0].ID + list[1].ID),
	} {
		points, err := b.Charts.Points(b.ctx, []string{series.ID}, store.PointFilter{Viewer: viewer})
		require.NoError(t, err)
		require.Equal(t, want, points[series.ID][0].Value, "%+v", viewer)
		samples, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, Viewer: viewer})
		require.NoError(t, err)
		sum := 0.0
		for _, sample := range samples {
			sum += sample.Value
		}
		require.Equal(t, want, sum, "%+v", viewer)
	}
}
