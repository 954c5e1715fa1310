package history

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// truth counts in the simplest way: it lists the whole tree of every commit, and matches each file.
type truth struct {
	t        testgit.TB
	repo     *testgit.Repo
	matcher  *match.Matcher
	contents map[string]string
	wanted   map[string]bool // distinct blobs that must be read
	// by commit and path; nil until gitAttributes is called
	attributes map[string]map[string]linguist.Attributes
}

func newTruth(t testgit.TB, repo *testgit.Repo, m *match.Matcher) *truth {
	tr := &truth{t: t, repo: repo, matcher: m, contents: map[string]string{}, wanted: map[string]bool{}}
	rest := git(t, repo, "cat-file", "--batch-all-objects", "--batch")
	for len(rest) > 0 {
		header, after, _ := strings.Cut(rest, "\n")
		fields := strings.Fields(header)
		size, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatalf("truth: %q", header)
		}
		tr.contents[fields[0]] = after[:size]
		rest = after[size+1:]
	}
	return tr
}

func git(t testgit.TB, repo *testgit.Repo, args ...string) string {
	cmd := exec.Command("git", append([]string{"--git-dir=" + repo.Dir}, args...)...)
	cmd.Env = testgit.Env()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("truth: git %v: %v: %s", args, err, stderr.String())
	}
	return string(out)
}

// holds reports whether the predicates hold at a commit.
func (tr *truth) holds(commit string) bool {
	if len(tr.matcher.Predicates()) == 0 {
		return true
	}
	met := make([]bool, len(tr.matcher.Predicates()))
	for path, id := range tr.list(commit) {
		for i, p := range tr.matcher.Predicates() {
			if p.Want(path) == match.Content {
				tr.wanted[id] = true
			}
			met[i] = met[i] || p.Match(path, []byte(tr.contents[id]))
		}
	}
	for i, p := range tr.matcher.Predicates() {
		if met[i] == p.Not {
			return false
		}
	}
	return true
}

// list returns the regular files of a commit by path.
func (tr *truth) list(commit string) map[string]string {
	files := map[string]string{}
	for line := range strings.SplitSeq(git(tr.t, tr.repo, "ls-tree", "-r", "-z", "--full-tree", commit), "\x00") {
		head, path, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		fields := strings.Fields(head)
		if mode, id := fields[0], fields[2]; strings.HasPrefix(mode, "10") && len(mode) == 6 {
			files[path] = id
		}
	}
	return files
}

func (tr *truth) at(commit string) Result {
	result := Result{Commit: gitrepo.OID(commit)}
	byValue := map[string]int64{}
	for path, id := range tr.list(commit) {
		if tr.matcher.Want(path) == match.Content {
			tr.wanted[id] = true
		}
		found := tr.matcher.Match(path, []byte(tr.contents[id]))
		result.Value += found.N
		for value, n := range found.Values {
			byValue[value] += n
		}
	}
	if !tr.holds(commit) {
		return Result{Commit: result.Commit}
	}
	if tr.matcher.PerRepository() {
		result.Value = min(1, result.Value)
	}
	result.Values = values.Of(byValue)
	return result
}

func compile(t testgit.TB, text string, byValue bool) *match.Matcher {
	q, err := query.Parse(text)
	if err != nil {
		t.Fatalf("query %q: %v", text, err)
	}
	m, err := match.Compile(q, match.Options{ByValue: byValue})
	if err != nil {
		t.Fatalf("query %q: %v", text, err)
	}
	return m
}

// searchAll runs Search and returns its results, which must be in the order of the commits.
func searchAll(t testgit.TB, repo *testgit.Repo, m *match.Matcher, workers int, commits ...string) ([]Result, Stats) {
	var stats Stats
	req := Request{Matcher: m, Workers: workers, Stats: &stats}
	if workers > 1 {
		req.ValueLimits.Lists = 1 // all lists are written to disk
	}
	return searchRequest(t, repo, req, commits...), stats
}

// searchLimited is searchAll with a size limit for files.
func searchLimited(t testgit.TB, repo *testgit.Repo, m *match.Matcher, limit int64, commits ...string) ([]Result, Stats) {
	var stats Stats
	return searchRequest(t, repo, Request{Matcher: m, MaxBlobSize: limit, Stats: &stats}, commits...), stats
}

func searchRequest(t testgit.TB, repo *testgit.Repo, req Request, commits ...string) []Result {
	ctx := context.Background()
	r, err := gitrepo.Open(ctx, repo.Dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	req.Repo = r
	for _, id := range commits {
		req.Commits = append(req.Commits, gitrepo.OID(id))
	}
	var results []Result
	if err := Search(ctx, req, func(result Result) error {
		results = append(results, result)
		return nil
	}); err != nil {
		t.Fatalf("search: %v", err)
	}
	for i, result := range results {
		if result.Commit != req.Commits[i] {
			t.Fatalf("result %d is of %s, expected %s", i, result.Commit, req.Commits[i])
		}
	}
	if len(results) != len(commits) {
		t.Fatalf("%d results for %d commits", len(results), len(commits))
	}
	return results
}

func TestSearch_OneRepositoryByHand(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{Changes: []testgit.Change{{Path: "a.go", Content: "TODO one\nTODO two\n"}, {Path: "d/b.txt", Content: "todo\n"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a.go", Content: "TODO one\n"}, {Path: "l", Mode: testgit.Symlink, Content: "TODO"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "d", Delete: true}, {Path: "bin", Content: "TODO\x00"}}},
	)
	results, stats := searchAll(t, repo, compile(t, "TODO", false), 1, ids[2], ids[1], ids[0])
	var values []int64
	for _, r := range results {
		require.Empty(t, r.Faults)
		values = append(values, r.Value)
	}
	require.Equal(t, []int64{1, 2, 3}, values)
	require.Equal(t, int64(4), stats.Blobs, "a.go twice, d/b.txt, bin; not the link")
}

func TestSearch_RefusesCommitsThatAreNotDistinctIDs(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	id := gitrepo.OID(repo.Commit(t, testgit.Epoch, map[string]string{"a": "TODO"}))
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	for _, commits := range [][]gitrepo.OID{{id, id}, {"HEAD"}, {gitrepo.OID(fmt.Sprintf("%064d", 1))}} {
		err := Search(t.Context(), Request{Repo: r, Matcher: compile(t, "TODO", false), Commits: commits}, func(Result) error { return nil })
		require.Error(t, err)
	}
}
