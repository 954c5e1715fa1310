package historycmd

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// column returns a field of each line of JSON.
func column(lines []map[string]any, name string) (values []any) {
	for _, line := range lines {
		values = append(values, line[name])
	}
	return values
}

func TestRun_CommitsSinceTheSampleBefore(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	for _, row := range []struct {
		query  string
		points int
		values []any
	}{
		{"type:commit", 7, []any{1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0}},
		// the oldest sample counts from a month earlier, not from the first commit
		{"type:commit", 2, []any{1.0, 0.0}},
		{"type:commit author:bo", 7, []any{0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0}},
		{"type:diff todo", 7, []any{1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0}},
		{"type:diff select:commit.diff.added bo", 7, []any{1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0}},
		{"type:commit repohasfile:b.go", 7, []any{1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0}},
	} {
		for _, indexes := range []string{"", filepath.Join(t.TempDir(), "indexes")} {
			out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: row.query, Points: new(row.points), JSON: true, Indexes: indexes})
			require.NoError(t, err)
			require.Zero(t, code)
			lines := decode(t, out)
			require.Equal(t, row.values, column(lines, "value"), row.query)
			require.NotContains(t, column(lines, "outcome"), "reused", "a value belongs to an interval, not to a commit")
			require.Equal(t, ids[4], lines[0]["commit"])
		}
	}
	// With given times, the oldest sample counts from the first commit.
	out, _, err := run(t, options{Repositories: []string{repo.Dir}, Query: "type:commit", At: []string{"2024-07-01", "2024-03-15", "2024-01-01"}, JSON: true})
	require.NoError(t, err)
	require.Equal(t, []any{3.0, 2.0, 0.0}, column(decode(t, out), "value"))
	require.Equal(t, []any{"counted", "counted", "absent"}, column(decode(t, out), "outcome"))
}

func TestRun_EveryCommitThatMatches(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "type:diff bo", Every: "commit", JSON: true})
	require.NoError(t, err)
	require.Zero(t, code)
	lines := decode(t, out)
	require.Equal(t, []any{ids[4], ids[3], ids[1], ids[0]}, column(lines, "commit"))
	require.Equal(t, []any{1.0, 1.0, 1.0, 1.0}, column(lines, "delta"))
	require.Equal(t, []any{4.0, 3.0, 2.0, 1.0}, column(lines, "value"))
	require.Equal(t, "Bo <bo@example.com>", lines[2]["author"])

	out, _, err = run(t, options{Repositories: []string{repo.Dir}, Query: "type:commit", Every: "commit", Points: new(1), Until: "2024-05-02", JSON: true})
	require.NoError(t, err)
	require.Equal(t, []any{ids[3]}, column(decode(t, out), "commit"))
}

// Nothing is known about the time before the first commit of a shallow clone. A sample whose
// interval begins earlier is a lower bound.
func TestRun_CommitsOfAShallowClone(t *testing.T) {
	t.Parallel()
	origin, _ := testRepo(t)
	repo := testgit.New(t)
	repo.Git(t, "fetch", "--quiet", "--depth=2", "file://"+origin.Dir, "main:main")
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "type:commit", At: []string{"2024-07-01", "2024-06-01", "2024-04-01"}, JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	lines := decode(t, out)
	require.Equal(t, []any{"counted", "partial", "failed"}, column(lines, "outcome"))
	require.Equal(t, []any{1.0, 1.0, nil}, column(lines, "value"))
	require.Contains(t, lines[1]["reason"], "shallow history")
}

// count: cuts the values of --every commit, as it cuts the values of samples.
func TestRun_CountCutsTheValuesOfEveryCommit(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t) // its commits have 2, 3, 3, 1 and 4 TODOs
	cut := func(limit, value int) string {
		return fmt.Sprintf("the value %d is above the limit of the query's count:%d", value, limit)
	}
	for query, want := range map[string][][]any{
		"count:2 todo": {
			{ids[4], 1.0, 2.0, "partial", cut(2, 4)},
			{ids[3], -1.0, 1.0, "partial", "the commit before: " + cut(2, 3)},
			{ids[1], 0.0, 2.0, "partial", cut(2, 3)},
			{ids[0], 2.0, 2.0, "counted", nil},
		},
		// From two TODOs to three, no change is known.
		"count:1 todo": {
			{ids[4], 0.0, 1.0, "partial", cut(1, 4)},
			{ids[3], 0.0, 1.0, "partial", "the commit before: " + cut(1, 3)},
			{ids[0], 1.0, 1.0, "partial", cut(1, 2)},
		},
		"type:commit count:2": {{ids[2], 0.0, 2.0, "partial", cut(2, 3)}, {ids[1], 1.0, 2.0, "counted", nil}, {ids[0], 1.0, 1.0, "counted", nil}},
	} {
		out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: query, Every: "commit", JSON: true})
		require.NoError(t, err)
		require.Equal(t, 1, code)
		var got [][]any
		for _, line := range decode(t, out) {
			got = append(got, []any{line["commit"], line["delta"], line["value"], line["outcome"], line["reason"]})
		}
		require.Equal(t, want, got, query)
	}
}
