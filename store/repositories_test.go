package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

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
	other, err := b.Repositories.Add(b.ctx, "acme/api", "https://git.example/acme/api2", false)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, other.ID, "the name is free again")
	_, err = b.Repositories.Add(b.ctx, "acme/api", first.Location, false)
	requireCode(t, insights.Conflict, err, "another repository has the name")
	next, err := b.Repositories.Add(b.ctx, "acme/api1", first.Location, false)
	require.NoError(t, err)
	require.Equal(t, first.ID, next.ID, "a removed repository gets its row back")
	require.Equal(t, "acme/api1", next.Name)
}

// A repository that is removed and registered again keeps its privacy and its grants, whatever the
// spelling of its location, and counts once.
func TestARemovedRepositoryIsRevived(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ann := store.Viewer{Login: "ann"}
	sees := func(who store.Viewer) bool {
		n, err := b.Repositories.Count(b.ctx, store.RepositoryFilter{Viewer: who})
		require.NoError(t, err)
		return n == 1
	}
	addMany := func(name, location string, local bool) error {
		return b.Repositories.AddMany(b.ctx, []store.NewRepository{{Names: []string{name}, Location: location, Local: local}})
	}
	addOne := func(name, location string, local bool) error {
		_, err := b.Repositories.Add(b.ctx, name, location, local)
		return err
	}
	first, err := b.Repositories.AddPrivate(b.ctx, "secret", "https://git.example/acme/secret.git", false)
	require.NoError(t, err)
	require.NoError(t, b.Access.Grant(b.ctx, "secret", "ann"))
	for _, location := range []string{first.Location, "git://git.example/acme/secret", "git@git.example:acme/secret.git"} {
		for _, add := range []func(name, location string, local bool) error{addOne, addMany} {
			require.NoError(t, b.Repositories.Remove(b.ctx, "secret"))
			require.NoError(t, add("secret", location, false))
			// A second spelling is the same repository, as long as the first one is registered.
			require.NoError(t, add("public", "http://git.example:80/acme/secret.git/", false))
			got, err := b.Repositories.ByName(b.ctx, "secret")
			require.NoError(t, err)
			require.Equal(t, first.ID, got.ID)
			require.Equal(t, location, got.Location)
			require.True(t, got.Private)
			require.Nil(t, got.DeletedAt)
			require.True(t, sees(ann))
			require.False(t, sees(store.Viewer{Login: "bob"}))
			_, err = b.Repositories.ByName(b.ctx, "public")
			requireCode(t, insights.NotFound, err, "does not exist")
		}
	}

	// Many at once: removed ones, new ones, and one given in two spellings.
	local := b.repository(t, "local")
	require.NoError(t, b.Access.SetPrivate(b.ctx, "local", true))
	require.NoError(t, b.Repositories.Remove(b.ctx, "local"))
	require.NoError(t, b.Repositories.AddMany(b.ctx, []store.NewRepository{
		{Names: []string{"new"}, Location: "/srv/new", Local: true},
		{Names: []string{"file"}, Location: "file://localhost" + local.Location},
		{Names: []string{"local"}, Location: local.Location, Local: true},
	}))
	got, err := b.Repositories.ByName(b.ctx, "file")
	require.NoError(t, err)
	require.Equal(t, local.ID, got.ID)
	require.True(t, got.Private)
	require.False(t, got.Local)
	_, err = b.Repositories.ByName(b.ctx, "local")
	requireCode(t, insights.NotFound, err, "does not exist")
}

func TestARepositoryThatIsRegisteredTwiceAtOnceIsRevivedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.repository(t, "acme/api")
	require.NoError(t, b.Repositories.Remove(b.ctx, first.Name))
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			got, err := b.Repositories.Add(b.ctx, first.Name, first.Location, true)
			if err == nil && got.ID != first.ID {
				err = fmt.Errorf("it got the id %d", got.ID)
			}
			return err
		})
	}
	require.NoError(t, group.Wait())
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

// A private repository that is removed while somebody registers it again does not become public.
func TestAPrivateRepositoryStaysPrivateWhenItIsRemovedAndRegisteredAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 30 {
		name := fmt.Sprintf("secret%d", i)
		first, err := b.Repositories.AddPrivate(b.ctx, name, "/srv/"+name, true)
		require.NoError(t, err)
		var group errgroup.Group
		group.Go(func() error { return b.Repositories.Remove(b.ctx, name) })
		for range 2 {
			group.Go(func() error {
				_, err := b.Repositories.Add(b.ctx, name, "file:///srv/"+name, false)
				return err
			})
		}
		require.NoError(t, group.Wait())
		got, err := b.Repositories.Add(b.ctx, name, "/srv/"+name, true)
		require.NoError(t, err)
		require.Equal(t, first.ID, got.ID)
		require.True(t, got.Private)
	}
}
