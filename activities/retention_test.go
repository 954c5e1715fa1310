package activities_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

// retention returns a Retention whose clock always shows `now`.
func (b *testBundle) retention(now time.Time) *activities.Retention {
	r := &activities.Retention{Store: b.store, Now: func() time.Time { return now }, Rows: 1}
	b.fresh()
	b.env.RegisterActivity(r)
	return r
}

func TestRetentionWaitsForTheGracePeriod(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(2), map[string]string{"a": "TODO"})
	b.local("r", r)
	series := b.series("TODO")
	b.backfill(series)
	views, err := b.store.Views.List(t.Context(), store.ViewFilter{})
	require.NoError(t, err)
	require.NoError(t, b.store.Views.Delete(t.Context(), views[0].ID))
	require.NoError(t, b.store.Series.MarkStopped(t.Context(), series.ID))
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "r"))
	for _, step := range []struct {
		later  time.Duration
		grace  string
		pruned int64
	}{
		{29 * 24 * time.Hour, "720h", 0},
		{31 * 24 * time.Hour, "0", 0}, // nothing is ever pruned
		{31 * 24 * time.Hour, "720h", 1},
		{31 * 24 * time.Hour, "720h", 0}, // a second time
	} {
		require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingRetentionGrace, step.grace))
		retention := b.retention(time.Now().Add(step.later))
		for _, prune := range []any{retention.PruneSeries, retention.PruneRepositories} {
			result, err := call[activities.RetentionResult](b, prune)
			require.NoError(t, err)
			require.Equal(t, step.pruned, result.Pruned)
			require.Equal(t, step.pruned > 0, result.More)
		}
	}
	_, err = b.store.Series.Get(t.Context(), series.ID)
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
}

func TestRetentionArchivesAccordingToTheSetting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(2), map[string]string{"a": "TODO"})
	b.local("r", r)
	series := b.series("TODO")
	b.backfill(series)
	one := 1
	require.NoError(t, b.store.Retention.Set(t.Context(), series.ID, &one))
	retention := b.retention(time.Now())
	result, err := call[activities.RetentionResult](b, retention.Archive, int64(0))
	require.NoError(t, err)
	require.Equal(t, activities.RetentionResult{Archived: 2}, result)
}

// What a killed worker left of a clone, or of the deletion of a mirror, is pruned whatever the
// grace period is.
func TestPartialMirrorsArePruned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingRetentionGrace, "0"))
	for _, name := range []string{"1.git.part-12345", "2.git.pruned", "3.git.broken-12345", "4.git"} {
		require.NoError(t, os.Mkdir(filepath.Join(b.dataDir, name), 0o755))
	}
	left := func() (names []string) {
		entries, err := os.ReadDir(b.dataDir)
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	require.NoError(t, b.mirrors.Prune(t.Context(), time.Now().Add(time.Hour)))
	require.Equal(t, []string{"1.git.part-12345", "3.git.broken-12345", "4.git"}, left(), "a clone may still run")
	require.NoError(t, b.mirrors.Prune(t.Context(), time.Now().Add(48*time.Hour)))
	require.Equal(t, []string{"3.git.broken-12345", "4.git"}, left())
}

// Mirrors of removed repositories are pruned when their grace period is over, and nothing else is.
func TestMirrorsOfRemovedRepositoriesArePruned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin, other := testgit.New(t), testgit.New(t)
	origin.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	other.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	removed, stays := b.remote("removed", "file://"+origin.Dir), b.remote("stays", "file://"+other.Dir)
	for _, id := range []int64{removed.ID, stays.ID} {
		_, err := call[any](b, b.sync.Repository, id)
		require.NoError(t, err)
	}
	strangers := []string{"99999.git", "notes", "7.gitx"}
	for _, name := range append(strangers, fmt.Sprintf("1.git.broken-%d", time.Now().UnixNano())) {
		require.NoError(t, os.Mkdir(filepath.Join(b.dataDir, name), 0o755))
		old := time.Now().AddDate(-1, 0, 0) // a broken mirror may be old
		require.NoError(t, os.Chtimes(filepath.Join(b.dataDir, name), old, old))
	}
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "removed"))
	there := func() (names []string) {
		entries, err := os.ReadDir(b.dataDir)
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	before := there()
	require.Len(t, before, 6)
	require.NoError(t, b.mirrors.Prune(t.Context(), time.Now().Add(29*24*time.Hour)))
	require.Equal(t, before, there(), "within the grace period")
	for range 2 {
		require.NoError(t, b.mirrors.Prune(t.Context(), time.Now().Add(31*24*time.Hour)))
		require.ElementsMatch(t, append([]string{"2.git"}, strangers...), there())
	}
	require.DirExists(t, origin.Dir)
	require.NoError(t, (&activities.Mirrors{Store: b.store, Dir: filepath.Join(b.dataDir, "nothing")}).Prune(t.Context(), time.Now()))
}

// The mirror of a repository that was removed and registered again under another URL is used again,
// and fetches from that URL.
func TestTheMirrorOfARevivedRepositoryFollowsItsURL(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin := testgit.New(t)
	origin.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	first := b.remote("first", "file://"+origin.Dir)
	_, err := call[any](b, b.sync.Repository, first.ID)
	require.NoError(t, err)
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "first"))
	newest := origin.Commit(t, shortlyBefore(0), map[string]string{"b": "TODO"})

	again := b.remote("again", "file://localhost"+origin.Dir)
	require.Equal(t, first.ID, again.ID)
	_, err = call[any](b, b.sync.Repository, again.ID)
	require.NoError(t, err)
	got, err := b.store.Repositories.Get(t.Context(), again.ID)
	require.NoError(t, err)
	require.Equal(t, newest, got.Head)
	config, err := os.ReadFile(filepath.Join(b.dataDir, fmt.Sprintf("%d.git", first.ID), "config"))
	require.NoError(t, err)
	require.Contains(t, string(config), "file://localhost"+origin.Dir)
}
