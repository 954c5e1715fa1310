package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/values"
)

// month is noon of the first day of a month in 2024.
func month(m time.Month) time.Time { return time.Date(2024, m, 1, 12, 0, 0, 0, time.UTC) }

// previous returns the sample time before t, in a grid of one sample per month.
func previous(t time.Time) time.Time { return t.AddDate(0, -1, 0) }

// testRepo returns a repository with commits in January, February and April that have 1, 2 and 3
// TODOs. It also returns the ids of these commits, oldest first.
func testRepo(t *testing.T) (*testgit.Repo, []string) {
	t.Helper()
	r := testgit.New(t)
	file := func(text string) []testgit.Change { return []testgit.Change{{Path: "d/a.go", Content: text}} }
	return r, r.Import(t, "main", false,
		testgit.Commit{Time: month(1), Message: "one", Changes: file("TODO(ann)")},
		testgit.Commit{Time: month(2), Message: "two", Changes: file("TODO(ann) TODO(bo)")},
		testgit.Commit{Time: month(4), Message: "three", Changes: file("TODO(ann) TODO(bo) TODO(cy)")},
	)
}

// wanted are samples at the beginning of the months from the newest down to the oldest.
func wanted(newest, oldest time.Month) (samples []insights.Sample) {
	for m := newest; m >= oldest; m-- {
		samples = append(samples, insights.Sample{SeriesID: "s", RepositoryID: 7, Time: month(m), Outcome: insights.Pending})
	}
	return samples
}

func compile(t *testing.T, spec engine.Spec) *engine.Question {
	t.Helper()
	if spec.Method == "" {
		spec.Method = insights.Search
	}
	spec.Previous = previous
	q, err := engine.Compile(spec)
	require.NoError(t, err)
	return q
}

// judged prints samples as "outcome value" or, when they are not exact, "outcome value: code".
func judged(samples []insights.Sample) (lines []string) {
	for _, s := range samples {
		line := fmt.Sprintf("%s %g", s.Outcome, s.Value)
		if s.Code != "" {
			line += ": " + string(s.Code)
		}
		lines = append(lines, line)
	}
	return lines
}

// search runs one search and returns the samples in the order in which they were yielded.
func search(t *testing.T, dir string, q *engine.Question, samples []insights.Sample) []insights.Sample {
	t.Helper()
	git, err := engine.Open(t.Context(), dir)
	require.NoError(t, err)
	repo := &engine.Repo{Git: git}
	var all []insights.Sample
	err = engine.Search(t.Context(), engine.Request{Question: q, Commits: repo, Searcher: repo, Samples: samples},
		func(judged []insights.Sample, _ values.Values) error {
			all = append(all, judged...)
			return nil
		})
	require.NoError(t, err)
	return all
}

func TestSearch_Outcomes(t *testing.T) {
	t.Parallel()
	byValue := engine.Spec{Query: `/TODO.(\w+)/`, Method: insights.SearchCompute, MaxValues: 2}
	for _, row := range []struct {
		name string
		spec engine.Spec
		// change changes the repository, and returns a part of the reason of each sample that has
		// one.
		change func(t *testing.T, r *testgit.Repo) (reason string)
		want   []string // in the order in which they are yielded
	}{
		{
			name: "counted, reused and absent", spec: engine.Spec{Query: "TODO"},
			want: []string{"absent 0", "counted 3", "counted 2", "reused 2", "counted 1"},
		},
		{
			name: "the branch goes back to an older commit", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				r.Git(t, "update-ref", "refs/heads/main", "main~1")
				return ""
			},
			want: []string{"absent 0", "counted 2", "reused 2", "reused 2", "counted 1"},
		},
		{
			name: "count limit", spec: engine.Spec{Query: "TODO count:2"},
			change: func(*testing.T, *testgit.Repo) string { return "the value 3 is above the limit of the query's count:2" },
			want:   []string{"absent 0", "partial 2: count limit", "counted 2", "reused 2", "counted 1"},
		},
		{
			name: "too many distinct values", spec: byValue,
			change: func(*testing.T, *testgit.Repo) string {
				return "3 distinct values, of which the 2 most frequent are stored"
			},
			want: []string{"absent 0", "partial 3: too many distinct values", "counted 2", "reused 2", "counted 1"},
		},
		{
			name: "a file is missing", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				id := r.ObjectAt(t, "main~1:d/a.go")
				r.RemoveObject(t, id)
				return fmt.Sprintf("1 object could not be searched: missing object %s at %q", id, "d/a.go")
			},
			want: []string{"absent 0", "counted 3", "partial 0: missing object", "partial 0: missing object", "counted 1"},
		},
		{
			name: "a folder is missing", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				id := r.ObjectAt(t, "main:d")
				r.RemoveObject(t, id)
				return "missing object " + id
			},
			want: []string{"absent 0", "partial 0: missing object", "counted 2", "reused 2", "counted 1"},
		},
		{
			name: "a fault outweighs a limit", spec: engine.Spec{Query: "TODO count:2"},
			change: func(t *testing.T, r *testgit.Repo) string {
				r.Commit(t, month(4), map[string]string{"lost": "TODO"})
				id := r.ObjectAt(t, "main:lost")
				r.RemoveObject(t, id)
				return "missing object " + id
			},
			want: []string{"absent 0", "partial 2: missing object", "counted 2", "reused 2", "counted 1"},
		},
		{
			name: "a commit of the history is missing", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				id := r.ObjectAt(t, "main~1")
				r.RemoveObject(t, id)
				return id
			},
			want: append(repeat("failed 0: unreadable repository")[:4], "counted 3"),
		},
		{
			name: "HEAD names no branch", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				r.NameNoBranch(t)
				return "HEAD points to a branch that does not exist"
			},
			want: repeat("failed 0: no default branch"),
		},
		{
			name: "no commits", spec: engine.Spec{Query: "TODO"},
			change: func(t *testing.T, r *testgit.Repo) string { r.Git(t, "update-ref", "-d", "refs/heads/main"); return "" },
			want:   repeat("absent 0"),
		},
		{
			name: "timeout", spec: engine.Spec{Query: "TODO timeout:1ns"},
			change: func(*testing.T, *testgit.Repo) string { return "the query's timeout:1ns ended the search" },
			want:   []string{"absent 0", "partial 0: timeout", "partial 0: timeout", "partial 0: timeout", "partial 0: timeout"},
		},
		{
			name: "commits are counted per interval", spec: engine.Spec{Query: "type:commit"},
			want: []string{"absent 0", "counted 1", "counted 0", "counted 1", "counted 1"},
		},
		{
			name: "changes are counted per interval", spec: engine.Spec{Query: "type:diff select:commit.diff.added bo"},
			want: []string{"absent 0", "counted 1", "counted 0", "counted 1", "counted 0"},
		},
		{
			name: "a file is missing from an interval", spec: engine.Spec{Query: "type:diff TODO"},
			change: func(t *testing.T, r *testgit.Repo) string {
				id := r.ObjectAt(t, "main:d/a.go")
				r.RemoveObject(t, id)
				return "missing object " + id
			},
			want: []string{"absent 0", "partial 0: missing object", "counted 0", "counted 1", "counted 1"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r, _ := testRepo(t)
			reason := ""
			if row.change != nil {
				reason = row.change(t, r)
			}
			samples := append(wanted(4, 1), insights.Sample{SeriesID: "s", RepositoryID: 7, Time: month(1).AddDate(0, -1, 0)})
			got := search(t, r.Dir, compile(t, row.spec), samples)
			require.Equal(t, row.want, judged(got))
			for _, s := range got {
				require.Equal(t, "s", s.SeriesID)
				require.EqualValues(t, 7, s.RepositoryID)
				require.Equal(t, s.Outcome.Exact(), s.Reason == "")
				if s.Reason != "" {
					require.Contains(t, s.Reason, reason)
				}
			}
		})
	}
}

func repeat(line string) []string { return []string{line, line, line, line, line} }

func TestSearch_CommitsAreThoseAsOfTheTimes(t *testing.T) {
	t.Parallel()
	r, ids := testRepo(t)
	for _, query := range []string{"TODO", "type:commit"} {
		got := search(t, r.Dir, compile(t, engine.Spec{Query: query}), wanted(4, 1))
		for i, id := range []string{ids[2], ids[1], ids[1], ids[0]} {
			require.Equal(t, id, got[i].Commit, query)
		}
	}
}

// A shallow clone does not show whether the repository had a commit before its oldest one.
func TestSearch_ShallowClone(t *testing.T) {
	t.Parallel()
	origin, _ := testRepo(t)
	clone := testgit.New(t)
	clone.Git(t, "fetch", "-q", "--depth=2", "file://"+origin.Dir, "main:main")
	got := search(t, clone.Dir, compile(t, engine.Spec{Query: "TODO"}), wanted(4, 1))
	require.Equal(t, []string{"failed 0: shallow history", "counted 3", "counted 2", "reused 2"}, judged(got))
	require.Contains(t, got[0].Reason, "git fetch --unshallow")
	got = search(t, clone.Dir, compile(t, engine.Spec{Query: "type:diff TODO"}), wanted(4, 1))
	require.Equal(t, []string{"failed 0: shallow history", "counted 1", "counted 0", "partial 0: shallow history"}, judged(got))
}

// Commits that samples already have are not looked up again, even when the branch no longer has
// them. Intervals on different first-parent histories are searched separately.
func TestSearch_KnownCommitsOfARewrittenBranch(t *testing.T) {
	t.Parallel()
	r, old := testRepo(t)
	r.Import(t, "main", false, testgit.Commit{Parents: testgit.Root, Time: month(4), Message: "new", Changes: []testgit.Change{{Path: "b", Content: "TODO"}}})
	samples := wanted(4, 1)
	samples[0].Commit = r.ObjectAt(t, "main")
	for i, id := range []string{old[1], old[1], old[0]} {
		samples[1+i].Commit = id
	}
	require.Equal(t, []string{"counted 1", "counted 2", "reused 2", "counted 1"}, judged(search(t, r.Dir, compile(t, engine.Spec{Query: "TODO"}), samples)))
	require.Equal(t, []string{"counted 1", "counted 0", "counted 1", "counted 1"}, judged(search(t, r.Dir, compile(t, engine.Spec{Query: "type:commit"}), samples)))
}

func TestSearch_ValuesAreLimitedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	r, _ := testRepo(t)
	git, err := engine.Open(t.Context(), r.Dir)
	require.NoError(t, err)
	for limit, want := range map[int]map[string]int64{0: nil, 3: {"ann": 1, "bo": 1, "cy": 1}} {
		repo := &engine.Repo{Git: git}
		q := compile(t, engine.Spec{Query: `/TODO.(\w+)/`, Method: insights.SearchCompute, MaxValues: limit})
		err = engine.Search(t.Context(), engine.Request{Question: q, Commits: repo, Searcher: repo, Samples: wanted(4, 4)},
			func(judged []insights.Sample, counts values.Values) error {
				require.Equal(t, insights.Counted, judged[0].Outcome)
				require.Equal(t, want, judged[0].Values)
				require.Equal(t, map[string]int64{"ann": 1, "bo": 1, "cy": 1}, counts.Map())
				return nil
			})
		require.NoError(t, err)
	}
}

// The errors of the context and of yield are returned as they are, and end the search.
func TestSearch_ErrorsThatAreNotTheRepositorys(t *testing.T) {
	t.Parallel()
	r, _ := testRepo(t)
	git, err := engine.Open(t.Context(), r.Dir)
	require.NoError(t, err)
	repo := &engine.Repo{Git: git}
	request := engine.Request{Question: compile(t, engine.Spec{Query: "TODO"}), Commits: repo, Searcher: repo, Samples: wanted(4, 1), Final: true}
	cause := errors.New("enough")
	calls := 0
	err = engine.Search(t.Context(), request, func([]insights.Sample, values.Values) error { calls++; return cause })
	require.Equal(t, cause, err)
	require.Equal(t, 1, calls)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err = engine.Search(ctx, request, func([]insights.Sample, values.Values) error { calls++; return nil })
	require.Equal(t, cause, err)
	require.Equal(t, 1, calls)
}

func TestOpen_FailuresHaveCodes(t *testing.T) {
	t.Parallel()
	_, err := engine.Open(t.Context(), t.TempDir())
	require.Equal(t, insights.ReasonRepositoryNotFound, engine.AsFailure(err).Code)
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	empty, err := engine.Open(t.Context(), testgit.New(t).Dir)
	require.NoError(t, err)
	_, _, err = engine.Branch(t.Context(), empty)
	require.ErrorIs(t, err, gitrepo.ErrNoCommits)
	require.Nil(t, engine.AsFailure(err))
}

func TestRepo_StatsCountAllSearches(t *testing.T) {
	t.Parallel()
	r, ids := testRepo(t)
	git, err := engine.Open(t.Context(), r.Dir)
	require.NoError(t, err)
	repo := &engine.Repo{Git: git}
	q := compile(t, engine.Spec{Query: "TODO"})
	for n := range int64(2) {
		require.NoError(t, repo.SearchFiles(t.Context(), q.Matcher, []gitrepo.OID{gitrepo.OID(ids[n])}, func(history.Result) error { return nil }))
		require.Equal(t, n+1, repo.Stats.Blobs)
	}
}

func TestCompile_ErrorsAreInvalid(t *testing.T) {
	t.Parallel()
	for _, spec := range []engine.Spec{
		{Query: "fille:x", Method: insights.Search},
		{Query: "x", Method: insights.SearchCompute},
		{Query: "x", Method: insights.LanguageStats},
		{Query: "", Method: insights.Search},
	} {
		_, err := engine.Compile(spec)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err), spec)
		require.True(t, strings.HasPrefix(err.Error(), fmt.Sprintf("query %q: ", spec.Query)), err.Error())
	}
	require.False(t, compile(t, engine.Spec{Method: insights.LanguageStats}).PerInterval())
}

func TestTogether(t *testing.T) {
	t.Parallel()
	samples := wanted(6, 1)
	for i, commit := range []string{"a", "b", "a", "", "", "b"} {
		samples[i].Commit = commit
	}
	for _, row := range []struct {
		at          time.Month // 0: no time
		perInterval bool
		want        []time.Month
	}{
		{0, false, []time.Month{6, 5, 4, 3, 2, 1}},
		{4, false, []time.Month{6, 4}},
		{5, false, []time.Month{5, 1}},
		{3, false, []time.Month{3}},
		{4, true, []time.Month{4}},
		{12, false, nil},
	} {
		var at *time.Time
		if row.at != 0 {
			at = new(month(row.at))
		}
		var got []time.Month
		for _, s := range engine.Together(samples, at, row.perInterval) {
			got = append(got, s.Time.Month())
		}
		require.Equal(t, row.want, got)
	}
}
