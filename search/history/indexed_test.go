package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// compared is a repository with an index. Its searches are compared with searches without the
// index.
type compared struct {
	t    testgit.TB
	repo *gitrepo.Repo
	path string // path of the index
}

func newCompared(t testgit.TB, repo *testgit.Repo, path string) *compared {
	r, err := gitrepo.Open(context.Background(), repo.Dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return &compared{t: t, repo: r, path: path}
}

func (c *compared) update(tip string) index.Stats {
	stats, err := index.Update(context.Background(), c.repo, gitrepo.OID(tip), c.path)
	if err != nil {
		c.t.Fatalf("update: %v", err)
	}
	return stats
}

func (c *compared) search(x *index.Index, base *Result, m *match.Matcher, limit int64, workers int, commits []string) ([]Result, Stats) {
	var results []Result
	var stats Stats
	req := Request{Repo: c.repo, Matcher: m, Workers: workers, Stats: &stats, MaxBlobSize: limit, Index: x, Base: base}
	if workers > 1 {
		req.ValueLimits.Lists = 1 // all lists are written to disk
	}
	for _, id := range commits {
		req.Commits = append(req.Commits, gitrepo.OID(id))
	}
	if err := Search(context.Background(), req, func(result Result) error {
		results = append(results, result)
		return nil
	}); err != nil {
		c.t.Fatalf("search: %v", err)
	}
	return results, stats
}

// check compares searches with and without the index, and with and without a base. It returns the
// stats of the search with the index alone, which falls back to the trees if there is no valid
// index.
func (c *compared) check(m *match.Matcher, limit int64, workers int, base string, commits []string) Stats {
	x, err := index.Open(c.path)
	if err != nil && !errors.Is(err, index.ErrDamaged) && !errors.Is(err, fs.ErrNotExist) {
		c.t.Fatalf("open the index: %v", err)
	}
	if x != nil {
		defer x.Close()
	}
	got, stats := c.search(x, nil, m, limit, workers, commits)
	want, _ := c.search(nil, nil, m, limit, workers, commits)
	if diff := cmp.Diff(want, got, sameResults); diff != "" {
		c.t.Fatalf("commits %v (-without index +with):\n%s", commits, diff)
	}
	known, _ := c.search(nil, nil, m, limit, workers, []string{base})
	for _, x := range []*index.Index{nil, x} {
		got, _ := c.search(x, &known[0], m, limit, workers, commits)
		if diff := cmp.Diff(want, got, sameResults); diff != "" {
			c.t.Fatalf("commits %v from base %s, index %v (-without base +with):\n%s", commits, base, x != nil, diff)
		}
	}
	return stats
}

// drawLimits makes some contents large, and returns a size limit that some of them may exceed.
func drawLimits(t *rapid.T, commits []testgit.Commit) int64 {
	for i := range commits {
		for j := range commits[i].Changes {
			if c := &commits[i].Changes[j]; c.Mode != testgit.Submodule && c.Mode != testgit.Symlink && rapid.IntRange(0, 9).Draw(t, "large") == 0 {
				c.Content += strings.Repeat("a long line that is there only to fill the file\n", rapid.IntRange(300, 600).Draw(t, "lines"))
			}
		}
	}
	return rapid.SampledFrom([]int64{0, 0, 1000, 17 << 10, 25_000}).Draw(t, "limit")
}

// drawDamage removes some contents.
func drawDamage(t *rapid.T, repo *testgit.Repo) {
	for range rapid.IntRange(0, 2).Draw(t, "damages") {
		var blobs []string
		for line := range strings.Lines(git(t, repo, "cat-file", "--batch-all-objects", "--batch-check")) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[1] == "blob" {
				blobs = append(blobs, fields[0])
			}
		}
		if len(blobs) == 0 {
			return
		}
		repo.RemoveObject(t, rapid.SampledFrom(blobs).Draw(t, "damaged"))
	}
}

func TestSearch_AnIndexChangesNothing(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases, indexed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		repo := testgit.Init(t, filepath.Join(dir, "repo"), "sha1")
		commits := drawHistory(t)
		limit := drawLimits(t, commits)
		// Loose objects are read by git processes, which take most of the time.
		packed := rapid.IntRange(0, 9).Draw(t, "packed") != 9
		ids := drawOddities(t, repo, repo.Import(t, "main", packed, commits...))
		drawDamage(t, repo)
		c := newCompared(t, repo, filepath.Join(dir, "indexes", "repo.idx"))
		draw := func(ids []string) (*match.Matcher, []string) {
			q := rapid.SampledFrom(queries).Draw(t, "query")
			asked := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID).Draw(t, "asked")
			if rapid.Bool().Draw(t, "in order") {
				slices.SortFunc(asked, func(a, b string) int { return slices.Index(ids, b) - slices.Index(ids, a) })
			}
			return compile(t, q.text, q.byValue), asked
		}
		verify := func(through int) {
			m, asked := draw(ids)
			stats := c.check(m, limit, rapid.IntRange(1, 2).Draw(t, "workers"), rapid.SampledFrom(ids).Draw(t, "base"), asked)
			known := !slices.ContainsFunc(asked, func(id string) bool { return slices.Index(ids, id) >= through })
			if want := known && (limit == 0 || limit > 16<<10); stats.Indexed != want || stats.IndexProblem != nil {
				t.Fatalf("indexed %v (%v), expected %v", stats.Indexed, stats.IndexProblem, want)
			}
			if stats.Indexed {
				indexed++
			}
		}

		// In several steps.
		for through := 0; through < len(ids); {
			before := through
			through = rapid.IntRange(through+1, len(ids)).Draw(t, "through")
			stats := c.update(ids[through-1])
			if stats.Rebuilt != (before == 0) || stats.NewCommits != through-before || stats.Commits != through {
				t.Fatalf("update from %d to %d commits: %+v", before, through, stats)
			}
			verify(through)
		}

		// The history is rewritten after some commit, or from the start.
		kept := rapid.IntRange(0, len(ids)-1).Draw(t, "kept")
		rewritten := drawHistory(t)
		for i := range rewritten {
			rewritten[i].Parents = nil
			rewritten[i].Message += " again"
		}
		if kept == 0 {
			rewritten[0].Parents = testgit.Root
		} else {
			repo.Git(t, "update-ref", "refs/heads/main", ids[kept-1])
		}
		ids = append(slices.Clone(ids[:kept]), repo.Import(t, "main", packed, rewritten...)...)
		if stats := c.update(ids[len(ids)-1]); stats.Commits != len(ids) {
			t.Fatalf("update to a rewritten history of %d commits: %+v", len(ids), stats)
		}
		verify(len(ids))

		// The file is damaged.
		sound, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := slices.Clone(sound)
		if rapid.IntRange(0, 4).Draw(t, "cut") == 0 {
			damaged = damaged[:rapid.IntRange(0, len(damaged)-1).Draw(t, "to")]
		} else {
			for range rapid.IntRange(1, 3).Draw(t, "bytes") {
				damaged[rapid.IntRange(0, len(damaged)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
			}
		}
		if err := os.WriteFile(c.path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		m, asked := draw(ids)
		c.check(m, limit, 1, rapid.SampledFrom(ids).Draw(t, "base"), asked)
	})
	require.Greater(t, indexed, cases/3, "the index must be used, or nothing was compared")
}

func TestSearch_FromABaseReadsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "TODO"}, {Path: "d/b", Content: "TODO b"}, {Path: "d/c", Content: "TODO c"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "d/b", Content: "TODO TODO b"}}},
	)
	c := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	c.update(ids[1])
	x, err := index.Open(c.path)
	require.NoError(t, err)
	defer x.Close()
	m := compile(t, "TODO", false)
	for _, x := range []*index.Index{nil, x} {
		base := Result{Commit: gitrepo.OID(ids[0]), Value: 3}
		results, stats := c.search(x, &base, m, 0, 1, ids[1:])
		require.Equal(t, []Result{{Commit: gitrepo.OID(ids[1]), Value: 4}}, results)
		require.Equal(t, int64(2), stats.Blobs, "d/b before and after")

		base.Value = 103 // any value: the result must be built on it
		results, _ = c.search(x, &base, m, 0, 1, ids[1:])
		require.Equal(t, int64(104), results[0].Value)

		base.Faults = []Fault{{}}
		results, _ = c.search(x, &base, m, 0, 1, ids[1:])
		require.Equal(t, int64(4), results[0].Value, "a base with faults is no base")
	}
}
