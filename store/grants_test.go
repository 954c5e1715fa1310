package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestGrants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repositories(t, "acme", 3)
	for range 2 { // idempotent
		require.NoError(t, b.Access.SetPrivate(b.ctx, "acme/0000", true))
		require.NoError(t, b.Access.Grant(b.ctx, "acme/0000", "ann"))
		require.NoError(t, b.Access.Grant(b.ctx, "acme/0000", "bob"))
		require.NoError(t, b.Access.Grant(b.ctx, "acme/0001", "ann"))
	}
	all := []store.Grant{{"acme/0000", "ann", true}, {"acme/0000", "bob", true}, {"acme/0001", "ann", false}}
	var got []store.Grant
	for f := (store.GrantFilter{Limit: 1}); ; {
		page, err := b.Access.Grants(b.ctx, f)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		require.Len(t, page, 1)
		got, f.After = append(got, page[0]), page[0]
	}
	require.Equal(t, all, got)
	grants := func(f store.GrantFilter) []store.Grant {
		list, err := b.Access.Grants(b.ctx, f)
		require.NoError(t, err)
		return list
	}
	require.Equal(t, []store.Grant{all[0], all[2]}, grants(store.GrantFilter{Login: "ann"}))
	require.Equal(t, all[:2], grants(store.GrantFilter{Repository: "acme/0000"}))
	require.Empty(t, grants(store.GrantFilter{Repository: "acme/0002"}))

	for range 2 {
		require.NoError(t, b.Access.Revoke(b.ctx, "acme/0000", "ann"))
	}
	require.Equal(t, all[1:], grants(store.GrantFilter{}))
	require.NoError(t, b.Access.Revoke(b.ctx, "", "ann"))
	require.Equal(t, all[1:2], grants(store.GrantFilter{}))

	for _, err := range []error{
		b.Access.SetPrivate(b.ctx, "acme/9", true), b.Access.Grant(b.ctx, "acme/9", "ann"), b.Access.Revoke(b.ctx, "acme/9", "ann"),
		func() error { _, err := b.Access.Grants(b.ctx, store.GrantFilter{Repository: "acme/9"}); return err }(),
	} {
		requireCode(t, insights.NotFound, err, "repository acme/9 does not exist")
	}
	for _, login := range []string{"", " ann"} {
		requireCode(t, insights.Invalid, b.Access.Grant(b.ctx, "acme/0000", login), "use 1 to 200 bytes")
	}
	requireCode(t, insights.Invalid, b.Access.Revoke(b.ctx, "", ""), "no login is given")
}

// Revoking all grants of a viewer also covers samples of removed repositories.
func TestRevokingEverythingCoversRemovedRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.repositories(t, "acme", 1)
	require.NoError(t, b.Access.SetPrivate(b.ctx, "acme/0000", true))
	require.NoError(t, b.Access.Grant(b.ctx, "acme/0000", "ann"))
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	b.settle(t, series, plan, func(s *insights.Sample) {
		s.Outcome, s.Value, s.Commit = insights.Counted, 7, oid(list[0].ID)
	})
	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/0000"))
	seen := func() int {
		samples, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, Viewer: store.Viewer{Login: "ann"}})
		require.NoError(t, err)
		return len(samples)
	}
	require.Equal(t, 1, seen())
	require.NoError(t, b.Access.Revoke(b.ctx, "", "ann"))
	require.Zero(t, seen())
}

func TestListsOfRepositoriesDependOnTheViewer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repositories(t, "acme", 3)
	require.NoError(t, b.Access.SetPrivate(b.ctx, "acme/0001", true))
	require.NoError(t, b.Access.Grant(b.ctx, "acme/0001", "ann"))
	for _, test := range []struct {
		viewer store.Viewer
		sees   bool
	}{{store.Viewer{}, false}, {store.Viewer{Login: "bob"}, false}, {store.Viewer{Login: "ann"}, true}, {store.Administrator, true}} {
		f := store.RepositoryFilter{Viewer: test.viewer}
		list, err := b.Repositories.List(b.ctx, f)
		require.NoError(t, err)
		n, err := b.Repositories.Count(b.ctx, f)
		require.NoError(t, err)
		require.EqualValues(t, len(list), n)
		require.Equal(t, test.sees, len(list) == 3, "%+v", test.viewer)
		missing, err := b.Repositories.Missing(b.ctx, []string{"acme/0001", "acme/9"}, test.viewer)
		require.NoError(t, err)
		require.Equal(t, test.sees, len(missing) == 1, "%+v", test.viewer)
	}
}
