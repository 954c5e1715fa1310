package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func newRepository(location string, names ...string) store.NewRepository {
	return store.NewRepository{Names: names, Location: location, Local: true}
}

func TestAddRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.Repositories.AddMany(b.ctx, nil))
	first := b.repository(t, "a")
	list := []store.NewRepository{
		newRepository("/repositories/a", "another name"), newRepository("/x/b", "b"), newRepository("/y/b", "b", "y/b"),
		newRepository("/z/b", "b", "y/b", "z/b"), newRepository("/x/b", "given twice"), newRepository("/x/a", "a", "x/a"),
	}
	for range 2 { // the second time, all are registered already
		require.NoError(t, b.Repositories.AddMany(b.ctx, list))
		got, err := b.Repositories.List(b.ctx, store.RepositoryFilter{})
		require.NoError(t, err)
		locations := map[string]string{}
		for _, r := range got {
			require.True(t, r.Local)
			locations[r.Name] = r.Location
		}
		require.Empty(t, cmp.Diff(map[string]string{"a": first.Location, "b": "/x/b", "y/b": "/y/b", "z/b": "/z/b", "x/a": "/x/a"}, locations))
	}
	require.NoError(t, b.Repositories.Remove(b.ctx, "b"))
	require.NoError(t, b.Repositories.AddMany(b.ctx, []store.NewRepository{newRepository("/new/b", "b")}), "a removed repository frees its name")

	requireCode(t, insights.Conflict, b.Repositories.AddMany(b.ctx, []store.NewRepository{newRepository("/w/b", "b", "y/b")}), "choose another name for /w/b")
	requireCode(t, insights.Invalid, b.Repositories.AddMany(b.ctx, []store.NewRepository{newRepository("/w/b")}), "needs a name")
	requireCode(t, insights.Invalid, b.Repositories.AddMany(b.ctx, []store.NewRepository{newRepository(" ", "b")}), "needs a name and a location")
}

func TestAddRepositories_CostsAFewStatementsForAThousand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var list []store.NewRepository
	for i := range 1500 {
		list = append(list, newRepository(fmt.Sprintf("/r/%d", i), fmt.Sprintf("r/%04d", i)))
	}
	require.NoError(t, b.Repositories.AddMany(b.ctx, list))
	require.Len(t, b.statements.take(), 2*3)
	require.NoError(t, b.Repositories.AddMany(b.ctx, list))
	require.Len(t, b.statements.take(), 2)
	got, err := b.Repositories.List(b.ctx, store.RepositoryFilter{})
	require.NoError(t, err)
	for i := 1; i < len(got); i++ {
		require.Greater(t, got[i].ID, got[i-1].ID, "ids are given in the order of the list")
	}
}

func TestRecordUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "r", 6)
	heads := map[int64]string{}
	for _, r := range repositories[:5] {
		commits := b.index(t, r, day(-3), -10, -5)
		heads[r.ID] = commits[1].Commit
		require.NoError(t, b.Repositories.RecordSync(b.ctx, r.ID, store.SyncResult{DefaultBranch: "refs/heads/main", Head: heads[r.ID], At: day(-3)}))
	}
	same, failed, grown, seenElsewhere, removed, unread := repositories[0], repositories[1], repositories[2], repositories[3], repositories[4], repositories[5]
	require.NoError(t, b.Repositories.RecordSync(b.ctx, failed.ID, store.SyncResult{At: day(-2), Err: "gone"}))
	require.NoError(t, b.Commits.Replace(b.ctx, grown.ID, 2, []store.IndexedCommit{{Commit: oid("new"), Time: day(-2)}}, day(-2)))
	heads[seenElsewhere.ID] = oid("elsewhere")
	require.NoError(t, b.Repositories.Remove(b.ctx, removed.Name))
	heads[unread.ID] = oid("never read")
	var seen []store.Seen
	for _, r := range repositories {
		seen = append(seen, store.Seen{RepositoryID: r.ID, Head: heads[r.ID]})
	}
	b.statements.take()
	recorded, err := b.Repositories.RecordUnchanged(b.ctx, seen, day(-1))
	require.NoError(t, err)
	require.Equal(t, map[int64]bool{same.ID: true}, recorded)
	require.Len(t, b.statements.take(), 2)
	at := func(r store.Repository) (fetched, indexed *time.Time) {
		r, err := b.Repositories.Get(b.ctx, r.ID)
		require.NoError(t, err)
		return r.FetchedAt, r.IndexedAt
	}
	fetched, indexed := at(same)
	require.Equal(t, day(-1), *fetched)
	require.Equal(t, day(-1), *indexed)
	for _, r := range []store.Repository{failed, seenElsewhere, removed} {
		fetched, indexed := at(r)
		require.Equal(t, day(-3), *fetched, r.Name)
		require.Equal(t, day(-3), *indexed, r.Name)
	}
	// A late call does not set the time back.
	_, err = b.Repositories.RecordUnchanged(b.ctx, seen[:1], day(-2))
	require.NoError(t, err)
	_, indexed = at(same)
	require.Equal(t, day(-1), *indexed)
	_, err = b.Repositories.RecordUnchanged(b.ctx, []store.Seen{{RepositoryID: same.ID, Head: "x"}}, day(0))
	requireCode(t, insights.Invalid, err, "object id")
}

// Writing in bulk gives the same result as writing one by one.
func TestRecordFirstSyncs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "r", 5)
	days := [][]int{{-9, -7, -8, -5}, {}, {-4}, {-6, -3}}
	var readings []store.FirstSync
	for i, dates := range days {
		one := store.FirstSync{RepositoryID: repositories[i].ID, Sync: store.SyncResult{SizeBytes: int64(i), At: day(-1), Notices: []string{fmt.Sprint("notice ", i)}}}
		for n, d := range dates {
			one.Commits = append(one.Commits, store.IndexedCommit{Commit: oid(i, n), Time: day(d)})
			one.Sync.DefaultBranch, one.Sync.Head = "refs/heads/main", oid(i, n)
		}
		readings = append(readings, one)
	}
	known := b.index(t, repositories[3], day(-2), -30) // another process was faster
	readings = append(readings, store.FirstSync{RepositoryID: 4711, Sync: store.SyncResult{At: day(-1)}})
	b.statements.take()
	require.NoError(t, b.Repositories.RecordFirstSyncs(b.ctx, readings))
	require.Len(t, b.statements.take(), 3)
	require.NoError(t, b.Repositories.RecordFirstSyncs(b.ctx, nil))
	require.Empty(t, b.statements.take())

	for i, one := range readings[:3] {
		known, err := b.Repositories.Get(b.ctx, one.RepositoryID)
		require.NoError(t, err)
		got := store.SyncResult{DefaultBranch: known.DefaultBranch, Head: known.Head, SizeBytes: known.SizeBytes, At: *known.FetchedAt, Notices: known.Notices}
		require.Equal(t, one.Sync, got)
		require.Equal(t, day(-1), *known.IndexedAt)
		tip, err := b.Commits.Tip(b.ctx, one.RepositoryID)
		require.NoError(t, err)
		require.Len(t, tip, len(days[i]))
		times := []time.Time{day(-10), day(-8), day(-7), day(-5), day(0)}
		inBulk, err := b.Commits.AsOf(b.ctx, one.RepositoryID, times)
		require.NoError(t, err)
		other := b.repository(t, fmt.Sprint("one by one ", i))
		require.NoError(t, b.Commits.Replace(b.ctx, other.ID, 0, one.Commits, day(-1)))
		oneByOne, err := b.Commits.AsOf(b.ctx, other.ID, times)
		require.NoError(t, err)
		require.Equal(t, oneByOne, inBulk)
	}
	tip, err := b.Commits.Tip(b.ctx, repositories[3].ID)
	require.NoError(t, err)
	require.Len(t, tip, 1)
	require.Equal(t, known[0], tip[0].IndexedCommit)
	untouched, err := b.Repositories.Get(b.ctx, repositories[4].ID)
	require.NoError(t, err)
	require.Nil(t, untouched.IndexedAt)
}
