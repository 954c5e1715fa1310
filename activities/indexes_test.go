package activities_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// indexed gives the bundle's searches history indexes with a total size of at most budget bytes.
func (b *testBundle) indexed(budget int64) *activities.Indexes {
	indexes := &activities.Indexes{Store: b.store, Mirrors: b.mirrors, Limits: b.limits, Dir: filepath.Join(b.dataDir, "indexes"), Logger: slog.Default()}
	indexes.SetBudget(budget)
	b.search.Indexes = indexes
	return indexes
}

// refreshed reads the repository's history, as a sync does.
func (b *testBundle) refreshed(r store.Repository) error {
	_, err := b.mirrors.Refresh(b.t.Context(), r)
	return err
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The test detects that a search used the index by what the search does not read. After a file that
// cannot match is deleted from the object store, a search without the index must report it as
// missing, and a search with the index does not read it.
func TestSearchesUseTheIndexThatTheyRequested(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexes := b.indexed(1 << 30)
	r := testgit.New(t)
	for k := -2; k <= 0; k++ {
		r.Commit(t, shortlyBefore(k), map[string]string{"a.go": strings.Repeat("TODO\n", k+3), "other.txt": "nothing of interest"})
	}
	repository := b.local("r", r)
	get := b.measured()
	indexes.Metrics = b.search.Metrics
	b.backfill(b.series("TODO"))
	require.Equal(t, []string{"1.wanted"}, files(t, indexes.Dir))
	require.EqualValues(t, 1, get("backsight_index_lookups_total", telemetry.Miss))

	require.NoError(t, b.refreshed(repository))
	require.NoError(t, indexes.Update(t.Context()))
	require.Equal(t, []string{"1.idx"}, files(t, indexes.Dir))

	r.Unpack(t)
	r.RemoveObject(t, strings.TrimSpace(r.Git(t, "rev-parse", "HEAD:other.txt")))
	warm := b.series("TODO case:yes")
	b.backfill(warm)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(warm)["r"])
	require.EqualValues(t, 1, get("backsight_index_updates_total", telemetry.Done))
	require.EqualValues(t, 1, get("backsight_index_lookups_total", telemetry.Hit))
	require.EqualValues(t, 1, get("backsight_blobs_skipped_total"), "other.txt")

	indexes.SetBudget(0)
	cold := b.series("TODO case:yes file:.")
	b.backfill(cold)
	require.Equal(t, []string{"partial 3: missing object", "partial 2: missing object", "partial 1: missing object"}, b.outcomes(cold)["r"])
}

// The index knows which files are binary, so its update stores the notice about those that have
// names of texts.
func TestIndexUpdateNamesBinaryFilesWithNamesOfTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexes := b.indexed(1 << 30)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-1), map[string]string{"a.go": "TODO\n", "sql/dump.sql": "T\x00O\x00", "logo.png": "\x00"})
	repository := b.synced(b.local("r", r))
	b.backfill(b.series("TODO"))
	require.NoError(t, indexes.Update(t.Context()))
	require.Contains(t, b.again(repository).Unsearched, `1 file has the name of a text but is binary, so it matches no pattern and has no lines: "sql/dump.sql"`)

	r.Commit(t, shortlyBefore(0), map[string]string{"sql/dump.sql": "TODO\n"})
	require.NoError(t, b.refreshed(repository))
	require.NoError(t, indexes.Update(t.Context()))
	require.Empty(t, b.again(repository).Unsearched)
}

func TestIndexUpdateFollowsTheRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexes := b.indexed(1 << 30)
	r := growing(t)
	repository := b.local("growing", r)
	b.backfill(b.series("TODO"))
	require.NoError(t, b.refreshed(repository))
	require.NoError(t, indexes.Update(t.Context()))
	path := filepath.Join(indexes.Dir, "1.idx")
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	long := time.Now().Add(-2 * time.Hour).Truncate(time.Second)
	require.NoError(t, os.Chtimes(path, long, long))
	require.NoError(t, indexes.Update(t.Context()))
	same, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, same, "nothing is new, so nothing is written")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, info.ModTime().Equal(long), "an update does not count as use: the budget drops the index that searches used least recently")

	r.Commit(t, shortlyBefore(0), map[string]string{"b.go": "TODO TODO\n"})
	require.NoError(t, b.refreshed(repository))
	require.NoError(t, indexes.Update(t.Context()))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	grown := b.series("TODO case:yes")
	b.backfill(grown)
	require.Equal(t, "counted 5", b.outcomes(grown)["growing"][0])

	require.NoError(t, b.store.Repositories.Remove(t.Context(), "growing"))
	require.NoError(t, indexes.Update(t.Context()))
	require.Empty(t, files(t, indexes.Dir))
}

func TestIndexUpdateWaitsForSearchesAndSurvivesDamage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexes := b.indexed(1 << 30)
	repository := b.local("growing", growing(t))
	b.backfill(b.series("TODO"))
	require.NoError(t, b.refreshed(repository))
	require.NoError(t, indexes.Update(t.Context()))

	path := filepath.Join(indexes.Dir, "1.idx")
	require.NoError(t, os.WriteFile(path, []byte("no index at all"), 0o644))
	damaged := b.series("TODO case:yes")
	b.backfill(damaged)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(damaged)["growing"])
	require.NoError(t, indexes.Update(t.Context()))
	repaired := b.series("TODO case:yes file:.")
	b.backfill(repaired)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(repaired)["growing"])

	require.NoError(t, os.Remove(path))
	b.backfill(b.series("TODO file:a"))
	_, done, err := b.limits.StartSearch(t.Context(), func() {})
	require.NoError(t, err)
	busy, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, indexes.Update(busy), context.DeadlineExceeded)
	require.NoFileExists(t, path)
	done()
	require.NoError(t, indexes.Update(t.Context()))
	require.FileExists(t, path)
}

func TestIndexUpdateSkipsARepositoryThatCrashedAProcess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexes := b.indexed(1 << 30)
	repository := b.local("growing", growing(t))
	b.backfill(b.series("TODO"))
	require.NoError(t, b.refreshed(repository))

	note := filepath.Join(indexes.Dir, "1.trying")
	require.NoError(t, os.WriteFile(note, nil, 0o644))
	require.NoError(t, indexes.Update(t.Context()))
	require.NoFileExists(t, filepath.Join(indexes.Dir, "1.idx"))

	long := time.Now().Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(note, long, long))
	require.NoError(t, indexes.Update(t.Context()))
	require.Equal(t, []string{"1.idx"}, files(t, indexes.Dir))
}
