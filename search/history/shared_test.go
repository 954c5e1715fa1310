package history

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// bomb commits a tree of `levels` levels. A folder has `width` equal folders or, in the last level,
// `width` files, all with the content `blob`. If `width` is 10, the paths are d0/d0/…/f0 to
// d9/d9/…/f9.
func bomb(t *testing.T, repo *testgit.Repo, blob string, levels, width int, parents ...string) (commit string) {
	t.Helper()
	tree := ""
	for level := range levels {
		var entries []string
		for i := range width {
			if level == 0 {
				entries = append(entries, fmt.Sprintf("100644 f%d %s", i, blob))
			} else {
				entries = append(entries, fmt.Sprintf("40000 d%d %s", i, tree))
			}
		}
		tree = rawTree(t, repo, entries...)
	}
	return commitTree(t, repo, tree, testgit.Epoch.Add(time.Duration(len(parents))*time.Hour), parents...)
}

func writeBlob(t *testing.T, repo *testgit.Repo, content string) string {
	t.Helper()
	repo.Commit(t, testgit.Epoch, map[string]string{"blob": content})
	return repo.ObjectAt(t, "main:blob")
}

func TestSearch_CountsEqualTreesOnce(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	commit := bomb(t, repo, writeBlob(t, repo, "TODO x\n"), 10, 10)
	for _, row := range []struct {
		query string
		value int64
		trees int // the most nodes that the graph may have
	}{
		{"TODO", 1e10, 100},
		{"(TODO OR x)", 2e10, 100},
		{"TODO file:f1$", 1e9, 200},
		{"TODO file:^d3/", 1e9, 200},
		{"TODO file:d3/d4/", 779199500, 300}, // 10 times the numbers of 9 digits that contain 34
		{"TODO -file:d3/", 3874204890, 300},  // 9^9 folders, 10 files each
		{"TODO lang:go", 0, 100},
		{"TODO -lang:go", 1e10, 100},
		{`type:path patterntype:regexp f7$`, 1e9, 200},
		{"type:path d3/d4/", 779199500, 300},
		{"select:file TODO", 1e10, 100},
		{"select:repo TODO", 1, 100},
		{"TODO repo:has.path(d9/f9$)", 1e10, 300},
		{"TODO -repo:has.file(path:d9/f9$ content:x)", 0, 300},
		{"TODO repo:has.content(none)", 0, 100},
	} {
		results, stats := searchAll(t, repo, compile(t, row.query, false), 1, commit)
		require.Empty(t, results[0].Faults, row.query)
		require.Equal(t, row.value, results[0].Value, row.query)
		require.Equal(t, int64(10), stats.Trees, row.query)
		require.LessOrEqual(t, stats.Blobs, int64(1), row.query)
		require.LessOrEqual(t, stats.Matches, int64(10), row.query)
	}
	results, _ := searchAll(t, repo, compile(t, `/(\w+)/`, true), 2, commit)
	require.Equal(t, map[string]int64{"TODO": 1e10, "x": 1e10}, results[0].Values.Map())

	languages := languagesMatcher(t, "", match.Languages{Measures: match.Bytes, Vendored: true})
	results, _ = searchAll(t, repo, languages, 1, commit)
	require.Equal(t, map[string]int64{match.UnknownLanguage: 7e10}, results[0].Values.Map())
}

func TestSearch_ChangesOfEqualTrees(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	blob, other := writeBlob(t, repo, "TODO\n"), writeBlob(t, repo, "TODO TODO\n")
	first := bomb(t, repo, blob, 10, 10)
	second := bomb(t, repo, other, 10, 10, first)
	third := commitTree(t, repo, rawTree(t, repo, "100644 f "+blob), testgit.Epoch.Add(2*time.Hour), second)
	ids := []string{third, second, first}
	results, _ := searchAll(t, repo, compile(t, "TODO", false), 1, ids...)
	for i, value := range []int64{1, 2e10, 1e10} {
		require.Equal(t, value, results[i].Value, "%d", i)
	}
	var commits []gitrepo.OID
	for _, id := range ids[:2] {
		commits = append(commits, gitrepo.OID(id))
	}
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	var got []int64
	require.NoError(t, Search(t.Context(), Request{Repo: r, Matcher: compile(t, "TODO", false), Commits: commits, Base: &results[2]}, func(r Result) error {
		got = append(got, r.Value)
		return nil
	}))
	require.Equal(t, []int64{1, 2e10}, got)

	repo.Git(t, "update-ref", "refs/heads/main", third)
	for query, want := range map[string][]int64{
		"type:diff TODO": {1, 1, 1},
		"type:diff select:commit.diff.added TODO":     {1, 1, 1},
		"type:diff select:commit.diff.removed TODO":   {1, 1, 0},
		"type:diff TODO file:d3/d3/.*f7$":             {1, 1, 1},
		"type:diff TODO file:^f$":                     {1, 0, 0},
		"type:commit x file:d3/d3/.*f7$":              {1, 1, 1},
		"type:commit x -file:f7$":                     {0, 0, 0},
		"type:commit x repo:has.path(d1/d2/d3/.*f1$)": {0, 1, 1},
	} {
		var got []int64
		for _, r := range searchCommits(t, commitRequest(t, repo, query)) {
			require.Empty(t, r.Faults, query)
			got = append(got, r.Value)
		}
		require.Equal(t, want, got, query)
	}
}

func TestSearch_EqualTreesWithALostObject(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	blob := writeBlob(t, repo, "TODO\n")
	commit := bomb(t, repo, blob, 10, 10)
	repo.RemoveObject(t, blob)
	repo.Git(t, "update-ref", "refs/heads/main", commit)
	fault := Fault{Class: string(gitrepo.Missing), Object: gitrepo.OID(blob), Path: strings.Repeat("d0/", 9) + "f0"}
	results, _ := searchAll(t, repo, compile(t, "TODO", false), 1, commit)
	require.Equal(t, []Fault{fault}, results[0].Faults)
	require.Equal(t, []Fault{fault}, searchCommits(t, commitRequest(t, repo, "type:diff TODO"))[0].Faults)
}

// A commit with more than MaxValue matches gets the value MaxValue and a fault. The other commits
// are not affected, although the sum over its tree can overflow.
func TestSearch_MoreMatchesThanAValueCanHold(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	blob := writeBlob(t, repo, "TODO\n")
	small := bomb(t, repo, blob, 2, 10)
	for _, row := range []struct {
		levels, width int
		over          bool
	}{{53, 2, false}, {54, 2, true}, {64, 2, true}, {65, 2, true}, {20, 10, true}} {
		large := bomb(t, repo, blob, row.levels, row.width, small)
		for _, query := range []string{"TODO", `/(TODO)/`} {
			byValue := query != "TODO"
			results, _ := searchAll(t, repo, compile(t, query, byValue), 1, small, large)
			require.Equal(t, int64(100), results[0].Value)
			require.Equal(t, int64(MaxValue), results[1].Value)
			require.Equal(t, row.over, len(results[1].Faults) == 1)
			if row.over {
				require.Equal(t, string(insights.ReasonTooManyMatches), results[1].Faults[0].Class)
			}
			results, _ = searchAll(t, repo, compile(t, query, byValue), 1, large, small)
			require.Empty(t, results[1].Faults)
			require.Equal(t, int64(100), results[1].Value)
			if byValue {
				require.Equal(t, map[string]int64{"TODO": 100}, results[1].Values.Map())
			}
		}
		results, _ := searchAll(t, repo, compile(t, "select:repo TODO", false), 1, large)
		require.Equal(t, int64(1), results[0].Value)
	}
}

func TestUpdate_TreesThatRepeatHaveNoIndex(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	blob := writeBlob(t, repo, "TODO\n")
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.idx")
	_, err = index.Update(t.Context(), r, gitrepo.OID(bomb(t, repo, blob, 10, 10)), path)
	require.ErrorIs(t, err, index.ErrUnfit)
	require.NoFileExists(t, path)

	few := bomb(t, repo, blob, 4, 10)
	newCompared(t, repo, path).update(few)
	require.True(t, newCompared(t, repo, path).check(compile(t, "TODO file:d3", false), 0, 1, few, []string{few}).Indexed)
}
