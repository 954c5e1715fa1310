package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// commitRequest requests each commit of main as an interval of its own, newest first.
func commitRequest(t *testing.T, repo *testgit.Repo, text string) CommitRequest {
	t.Helper()
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	_, tip, err := r.DefaultBranch(t.Context())
	require.NoError(t, err)
	chain, err := r.FirstParents(t.Context(), tip, "")
	require.NoError(t, err)
	req := CommitRequest{Repo: r, Matcher: compile(t, text, false), Chain: chain, Stats: &Stats{}}
	for i := range chain {
		req.Intervals = append(req.Intervals, Interval{i, i + 1})
	}
	return req
}

func searchCommits(t *testing.T, req CommitRequest) (results []Result) {
	t.Helper()
	require.NoError(t, SearchCommits(t.Context(), req, func(r Result) error { results = append(results, r); return nil }))
	return results
}

// If it cannot be known whether a commit matches, only the interval of that commit gets a fault.
func TestSearchCommits_Faults(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, object string
		how          func(*testgit.Repo, testgit.TB, string)
		query        string
		values       [3]int64 // newest first
		faulty       [3]bool
		path         string
	}{
		{"missing file", "main~2:d/b", (*testgit.Repo).RemoveObject, "type:diff TODO", [3]int64{0, 1, 1}, [3]bool{true, false, false}, "d/b"},
		{"missing file of no interest", "main~2:d/b", (*testgit.Repo).RemoveObject, "type:diff TODO -file:b", [3]int64{0, 1, 1}, [3]bool{}, ""},
		{"missing file, another suffices", "main~2:d/b", (*testgit.Repo).RemoveObject, "type:diff TODO OR done", [3]int64{0, 1, 1}, [3]bool{true, false, false}, "d/b"},
		{"corrupt file", "main:a", (*testgit.Repo).CorruptObject, "type:diff done", [3]int64{0, 0, 0}, [3]bool{false, true, false}, "a"},
		{"missing folder", "main:d", (*testgit.Repo).RemoveObject, "type:diff TODO", [3]int64{0, 1, 1}, [3]bool{true, false, false}, "d/"},
		{"missing folder, files by name", "main:d", (*testgit.Repo).RemoveObject, "type:commit file:x", [3]int64{0, 0, 0}, [3]bool{true, false, false}, "d/"},
		{"missing folder, not looked at", "main:d", (*testgit.Repo).RemoveObject, "type:commit", [3]int64{1, 1, 1}, [3]bool{}, ""},
		{"missing folder, by nobody's commit", "main:d", (*testgit.Repo).RemoveObject, "type:diff author:nobody", [3]int64{0, 0, 0}, [3]bool{}, ""},
		{"missing root", "main~1^{tree}", (*testgit.Repo).RemoveObject, "type:diff TODO", [3]int64{0, 0, 1}, [3]bool{true, true, false}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			repo, _ := damaged(t)
			req := commitRequest(t, repo, row.query)
			object := repo.ObjectAt(t, row.object)
			row.how(repo, t, object)
			for i, r := range searchCommits(t, req) {
				require.Equal(t, row.values[i], r.Value, "%d", i)
				if !row.faulty[i] {
					require.Empty(t, r.Faults, "%d", i)
					continue
				}
				require.Len(t, r.Faults, 1, "%d", i)
				require.Equal(t, gitrepo.OID(object), r.Faults[0].Object)
				require.Equal(t, row.path, r.Faults[0].Path)
			}
		})
	}
}

func TestSearchCommits_TheEndOfAShallowCloneIsAFault(t *testing.T) {
	t.Parallel()
	origin, ids := damaged(t)
	repo := testgit.New(t)
	repo.Git(t, "fetch", "--quiet", "--depth=2", "file://"+origin.Dir, "main:main")
	for text, value := range map[string]int64{"type:commit": 2, "type:diff": 1} {
		req := commitRequest(t, repo, text)
		require.Len(t, req.Chain, 2)
		req.Intervals = []Interval{{0, 1}, {0, 2}, {1, 1}}
		results := searchCommits(t, req)
		require.Equal(t, int64(1), results[0].Value)
		require.Empty(t, results[0].Faults)
		require.Equal(t, value, results[1].Value)
		require.Equal(t, []Fault{ShallowFault(gitrepo.OID(ids[1]))}, results[1].Faults)
		require.Equal(t, []Result{{Commit: gitrepo.OID(ids[1])}}, results[2:], "nothing happened")
	}
}

func TestSearchCommits_ReadsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	change := func(path, text string) []testgit.Change { return []testgit.Change{{Path: path, Content: text}} }
	repo.Import(t, "main", true,
		testgit.Commit{Message: "fix", Changes: []testgit.Change{{Path: "a", Content: "TODO"}, {Path: "d/b", Content: "TODO"}, {Path: "d/c", Content: "x"}}},
		testgit.Commit{Message: "two", Changes: change("d/c", "y")},
		testgit.Commit{Message: "three", Author: "Bo <bo@example.com>", Changes: change("d/c", "TODO z")},
	)
	for text, want := range map[string]struct{ trees, blobs int64 }{
		"type:commit fix":           {0, 0},
		"type:commit file:c":        {6, 0},
		"type:diff TODO":            {6, 4}, // a and d/b are the same blob
		"type:diff TODO author:bo":  {4, 2},
		"type:diff TODO file:a":     {6, 1},
		"type:diff author:bo":       {4, 0},
		"type:diff TODO author:cyd": {0, 0},
	} {
		req := commitRequest(t, repo, text)
		searchCommits(t, req)
		require.Equal(t, want.trees, req.Stats.Trees, text)
		require.Equal(t, want.blobs, req.Stats.Blobs, text)
	}
}

func TestSearchCommits_RefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	repo, ids := damaged(t)
	req := commitRequest(t, repo, "type:commit")
	none := func(Result) error { return nil }
	for _, change := range []func(*CommitRequest){
		func(r *CommitRequest) { r.Matcher = compile(t, "TODO", false) },
		func(r *CommitRequest) { r.Intervals = []Interval{{3, 3}} },
		func(r *CommitRequest) { r.Intervals = []Interval{{1, 0}} },
		// The history continues.
		func(r *CommitRequest) { r.Chain, r.Intervals = r.Chain[:2], []Interval{{0, 2}} },
	} {
		wrong := req
		change(&wrong)
		require.Equal(t, insights.Internal, insights.ErrorCode(SearchCommits(t.Context(), wrong, none)))
	}
	err := Search(t.Context(), Request{Repo: req.Repo, Matcher: req.Matcher, Commits: []gitrepo.OID{gitrepo.OID(ids[0])}}, none)
	require.ErrorContains(t, err, "SearchCommits")
	_, ok := Between(req.Chain, testgit.Epoch.Add(-2*time.Hour), testgit.Epoch.Add(-time.Hour))
	require.False(t, ok)
}
