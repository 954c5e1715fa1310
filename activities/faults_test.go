package activities_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// noise returns text that does not compress, so that damage in the middle of a pack hits it.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		b.WriteByte(byte('!' + random.IntN(90)))
	}
	return b.String()
}

// packWithout puts all objects but one into a pack.
func packWithout(t *testing.T, r *testgit.Repo, object string) {
	t.Helper()
	r.Unpack(t)
	all := r.Git(t, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
	r.RemoveObject(t, object)
	cmd := exec.Command("git", "--git-dir="+r.Dir, "pack-objects", "-q", filepath.Join(r.Dir, "objects/pack/pack"))
	cmd.Env = testgit.Env()
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(all, object+"\n", "") + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	r.Git(t, "prune-packed")
}

// Whatever is wrong with a repository, its samples end, with the right outcome and with a reason
// that names the object and the path.
func TestRepositoryFaultsEndSamplesWithReasons(t *testing.T) {
	t.Parallel()
	const weird = "d/line\nfeed \xff\xfe.go"
	two := func(t *testing.T, r *testgit.Repo) *testgit.Repo {
		t.Helper()
		r.Import(t, "main", true,
			testgit.Commit{Time: shortlyBefore(-1), Changes: []testgit.Change{{Path: weird, Content: "TODO " + noise(20_000)}, {Path: "a", Content: "TODO"}}},
			testgit.Commit{Time: shortlyBefore(0), Changes: []testgit.Change{{Path: weird, Content: "TODO TODO"}}},
		)
		return r
	}
	for _, row := range []struct {
		name string
		make func(t *testing.T, r *testgit.Repo) (object string)
		want []string // newest first
	}{
		{"sound", func(t *testing.T, r *testgit.Repo) string { two(t, r); return "" }, []string{"counted 3", "counted 2", "absent"}},
		{"an object is missing from its pack", func(t *testing.T, r *testgit.Repo) string {
			id := two(t, r).ObjectAt(t, "main~1:"+weird)
			packWithout(t, r, id)
			return id
		}, []string{"counted 3", "partial 1: missing object", "absent"}},
		{"a folder is missing from its pack", func(t *testing.T, r *testgit.Repo) string {
			id := two(t, r).ObjectAt(t, "main~1:d")
			packWithout(t, r, id)
			return id
		}, []string{"counted 3", "partial 1: missing object", "absent"}},
		{"the pack is corrupt", func(t *testing.T, r *testgit.Repo) string {
			two(t, r).Repack(t)
			id := r.ObjectAt(t, "main~1:"+weird)
			info, err := os.Stat(r.Packs(t)[0])
			require.NoError(t, err)
			r.CorruptPack(t, info.Size()/2)
			return id
		}, []string{"counted 3", "partial 1: corrupt object", "absent"}},
		{"HEAD is detached", func(t *testing.T, r *testgit.Repo) string {
			two(t, r).Git(t, "update-ref", "--no-deref", "HEAD", r.ObjectAt(t, "main~1"))
			return ""
		}, []string{"counted 2", "reused 2", "absent"}},
		{"HEAD is unborn", func(*testing.T, *testgit.Repo) string { return "" }, []string{"absent", "absent", "absent"}},
		{"the commit is missing", func(t *testing.T, r *testgit.Repo) string {
			two(t, r).Unpack(t)
			id := r.ObjectAt(t, "main")
			r.RemoveObject(t, id)
			return id
		}, []string{"failed: unreadable repository", "failed: unreadable repository", "failed: unreadable repository"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r := testgit.New(t)
			object := row.make(t, r)
			b.local("r", r)
			series := b.series("TODO")
			b.backfill(series)
			require.Equal(t, row.want, b.outcomes(series)["r"])
			for _, s := range b.samples(series) {
				if s.Outcome == insights.Partial || s.Outcome == insights.Failed {
					require.Contains(t, s.Reason, object)
				}
				if s.Outcome == insights.Partial {
					require.Contains(t, s.Reason, `at "d/`)
					require.NotContains(t, s.Reason, "\n")
				}
			}
		})
	}
}

// A repository with SHA-256 ids works like any other, from its commit index to its bases.
func TestSHA256Repository(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.NewSHA256(t)
	for k := -2; k <= 0; k++ {
		r.Commit(t, shortlyBefore(k), map[string]string{"a.go": strings.Repeat("TODO\n", k+3)})
	}
	b.local("r", r)
	series := b.series("TODO")
	b.backfill(series)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["r"])
	require.Len(t, b.samples(series)[0].Commit, 64)
	diffs := b.series("type:diff TODO")
	b.backfill(diffs)
	require.Equal(t, []string{"counted 1", "counted 1", "counted 1"}, b.outcomes(diffs)["r"])
}

// History was rewritten and its old objects are gone. The next recording counts what is there, and
// the old samples stay.
func TestRecordingAfterHistoryWasRewritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, grid.Time(-2).Add(-time.Hour), map[string]string{"a": "TODO TODO", "b": "TODO"})
	repository := b.local("r", r)
	series := b.series("TODO", func(s *insights.Series) { s.Grid.Anchor, s.Grid.Points = grid.Time(-1), 1 })
	b.backfill(series)
	b.completed(series)
	old := r.ObjectAt(t, "main")
	r.Import(t, "main", false, testgit.Commit{Parents: testgit.Root, Time: shortlyBefore(0), Changes: []testgit.Change{{Path: "b", Content: "TODO b"}, {Path: "c", Content: "TODO"}}})
	r.RemoveObject(t, old)
	b.syncedTogether(repository)
	begun, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{series.Grid.Time(1)}})
	require.NoError(t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 2", "counted 3"}, b.outcomes(series)["r"])
}

// Git is killed while it works. The first kill costs only repeated work. After the second one the
// activity fails and is retried, and keeps what it had found. Not parallel, because it changes
// PATH.
func TestGitKilledDuringASearch(t *testing.T) {
	real, err := exec.LookPath("git")
	require.NoError(t, err)
	b := setup(t)
	r := growing(t)
	r.Commit(t, shortlyBefore(0), map[string]string{"b.go": "TODO " + noise(30_000), "c.go": "TODO " + noise(30_001)})
	// Backsight itself cannot read packs with an index of version 1, so it starts git.
	r.Git(t, "-c", "pack.indexVersion=1", "repack", "-a", "-d", "-f", "-q")
	b.local("r", r)
	series := b.series("TODO")
	begun := b.begin(series)

	bin := t.TempDir()
	kills := filepath.Join(bin, "kills")
	script := "#!/bin/sh\ncase \"$*\" in *cat-file*)\n" +
		"if [ -s " + kills + " ]; then sed -i 1d " + kills + "; " + real + " \"$@\" | head -c 20000; kill -9 $$; fi;;\nesac\nexec " + real + " \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	require.NoError(t, os.WriteFile(kills, bytes.Repeat([]byte("once\n"), 8), 0o644))
	for {
		tally, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
		if err == nil {
			require.Equal(t, insights.Completeness{Planned: 3, Counted: 3}, tally)
			break
		}
		require.ErrorContains(t, err, "signal")
	}
	left, err := os.ReadFile(kills)
	require.NoError(t, err)
	require.Empty(t, left, "git was killed each time")
	require.Equal(t, []string{"counted 5", "counted 2", "counted 1"}, b.outcomes(series)["r"])
}
