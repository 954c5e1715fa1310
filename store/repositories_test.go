package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestAddRepositoryAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Repositories.Add(b.ctx, "acme/api", "https://git.example/acme/api", false)
	require.NoError(t, err)
	require.Equal(t, store.Repository{ID: first.ID, Name: "acme/api", Location: "https://git.example/acme/api", CreatedAt: first.CreatedAt}, first)

	for _, name := range []string{"acme/api", "another/name"} {
		again, err := b.Repositories.Add(b.ctx, name, first.Location, false)
		require.NoError(t, err)
		require.Equal(t, first, again, "the same location is the same repository")
	}
	_, err = b.Repositories.Add(b.ctx, "acme/api", "/srv/api", true)
	requireCode(t, insights.Conflict, err, "repository acme/api: another repository has the name: choose another name for /srv/api")
	require.NotContains(t, err.Error(), "git.example", "the location of the other repository may be secret")
	_, err = b.Repositories.Add(b.ctx, " ", "/srv/api", true)
	requireCode(t, insights.Invalid, err, "needs a name and a location")

	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/api"))
	requireCode(t, insights.NotFound, b.Repositories.Remove(b.ctx, "acme/api"), "repository acme/api does not exist")
	_, err = b.Repositories.ByName(b.ctx, "acme/api")
	requireCode(t, insights.NotFound, err, "repository acme/api does not exist")
	removed, err := b.Repositories.Get(b.ctx, first.ID)
	require.NoError(t, err)
	require.NotNil(t, removed.DeletedAt)
	next, err := b.Repositories.Add(b.ctx, "acme/api", first.Location, false)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, next.ID, "name and location are free again")
}

func TestRecordSyncKeepsWhatIsKnownWhenItFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.repository(t, "acme/api").ID
	require.NoError(t, b.Repositories.RecordSync(b.ctx, id, store.SyncResult{DefaultBranch: "refs/heads/main", Head: oid("a"), SizeBytes: 5 << 20, At: day(0), Notices: []string{"one\nline", "two"}}))
	good, err := b.Repositories.Get(b.ctx, id)
	require.NoError(t, err)
	require.Equal(t, "refs/heads/main", good.DefaultBranch)
	require.Equal(t, oid("a"), good.Head)
	require.Equal(t, day(0), *good.FetchedAt)
	require.Equal(t, []string{"one line", "two"}, good.Notices)
	require.NoError(t, b.Repositories.SetUnsearched(b.ctx, id, "a.sql\nis binary"))
	good.Unsearched = "a.sql is binary"

	require.NoError(t, b.Repositories.RecordSync(b.ctx, id, store.SyncResult{Err: "fetch: no route\x00 to host", At: day(1)}))
	bad, err := b.Repositories.Get(b.ctx, id)
	require.NoError(t, err)
	want := good
	at := day(1)
	want.Error, want.ErrorAt = "fetch: no route\uFFFD to host", &at
	require.Empty(t, cmp.Diff(want, bad))

	// An empty repository.
	require.NoError(t, b.Repositories.RecordSync(b.ctx, id, store.SyncResult{At: day(2)}))
	empty, err := b.Repositories.Get(b.ctx, id)
	require.NoError(t, err)
	require.Empty(t, empty.Head+empty.DefaultBranch+empty.Error)
	require.Empty(t, empty.Notices)
	requireCode(t, insights.NotFound, b.Repositories.RecordSync(b.ctx, 4711, store.SyncResult{At: day(0)}), "repository 4711 does not exist")
	requireCode(t, insights.Invalid, b.Repositories.RecordSync(b.ctx, id, store.SyncResult{Head: "main", At: day(0)}), "object id")
}

func TestRepositoriesAreListedByNameInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := append(b.repositories(t, "acme", 5), b.repositories(t, "beta", 2)...)
	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/0002"))
	list := func(pattern string) (names []string) {
		f := store.RepositoryFilter{NamePattern: pattern, Limit: 2}
		for {
			page, err := b.Repositories.List(b.ctx, f)
			require.NoError(t, err)
			for _, r := range page {
				names, f.After = append(names, r.Name), r.Name
			}
			if len(page) < f.Limit {
				n, err := b.Repositories.Count(b.ctx, f)
				require.NoError(t, err)
				require.EqualValues(t, len(names), n)
				return names
			}
		}
	}
	require.Equal(t, []string{"acme/0000", "acme/0001", "acme/0003", "acme/0004", "beta/0000", "beta/0001"}, list(""))
	require.Equal(t, []string{"acme/0001", "beta/0001"}, list("1$"))
	require.Equal(t, []string{"beta/0000", "beta/0001"}, list(`\bBETA\b`))
	require.Empty(t, list(`\bbet\b`))

	missing, err := b.Repositories.Missing(b.ctx, []string{"beta/0000", "zeta", "acme/0002"}, store.Viewer{})
	require.NoError(t, err)
	require.Equal(t, []string{"acme/0002", "zeta"}, missing)
	found, err := b.Repositories.ByID(b.ctx, []int64{all[0].ID, all[2].ID, 1 << 40, -1})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, "acme/0002", found[all[2].ID].Name)
	_, err = b.Repositories.Get(b.ctx, 1<<40)
	requireCode(t, insights.NotFound, err, "does not exist")
}
