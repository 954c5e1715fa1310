package historycmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// now is the time of these tests: half a year after the first commit.
var now = time.Date(2024, 7, 15, 10, 30, 20, 0, time.UTC)

// testRepo has five commits from January to June 2024 with 2, 3, 3, 1 and 4 TODOs.
func testRepo(t *testing.T) (*testgit.Repo, []string) {
	t.Helper()
	repo := testgit.New(t)
	month := func(m time.Month, day int) time.Time { return time.Date(2024, m, day, 12, 0, 0, 0, time.UTC) }
	file := func(text string) []testgit.Change { return []testgit.Change{{Path: "a.go", Content: text}} }
	return repo, repo.Import(t, "main", true,
		testgit.Commit{Time: month(1, 31), Message: "two", Changes: file("TODO(ann) TODO(bo)")},
		testgit.Commit{Time: month(3, 10), Message: "three", Author: "Bo <bo@example.com>", Changes: file("TODO(ann) TODO(bo) TODO(bo)")},
		testgit.Commit{Time: month(3, 20), Message: "no change", Changes: []testgit.Change{{Path: "b.go", Content: "done"}}},
		testgit.Commit{Time: month(5, 1), Message: "one", Changes: file("TODO(bo)")},
		testgit.Commit{Time: month(6, 30), Message: "four", Changes: []testgit.Change{{Path: "c\n.go", Content: "TODO(bo) TODO(cy) TODO(cy)"}}},
	)
}

// run runs the command and returns its output and exit status.
func run(t *testing.T, o options) (string, int, error) {
	t.Helper()
	o.Now = now
	var stdout, stderr bytes.Buffer
	complete, err := countHistory(t.Context(), o, &stdout, &stderr)
	require.Empty(t, stderr.String(), "progress is for terminals only")
	return stdout.String(), status(complete, err), err
}

// status returns the exit status that package main derives from the results of Run. Package
// internal/e2e checks it with the binary.
func status(complete bool, err error) int {
	switch {
	case err == nil && complete:
		return 0
	case insights.ErrorCode(err) == insights.Invalid:
		return 2
	}
	return 1
}

func decode(t *testing.T, out string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(out) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		lines = append(lines, m)
	}
	return lines
}

func TestRun_JSON(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Points: new(7), JSON: true})
	require.NoError(t, err)
	require.Zero(t, code)
	lines := decode(t, out)
	require.Len(t, lines, 7)
	require.Equal(t, map[string]any{
		"repository": repo.Dir, "time": "2024-07-15T10:30:20Z", "commit": ids[4], "outcome": "counted", "value": 4.0,
	}, lines[0])
	var values []any
	var outcomes []any
	for _, line := range lines {
		values, outcomes = append(values, line["value"]), append(outcomes, line["outcome"])
	}
	require.Equal(t, []any{4.0, 1.0, 1.0, 3.0, 3.0, 2.0, 0.0}, values)
	require.Equal(t, []any{"counted", "counted", "reused", "counted", "counted", "counted", "absent"}, outcomes)
}

func TestRun_Table(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	other, _ := testRepo(t)
	dir := t.TempDir()
	for name, from := range map[string]string{"one": repo.Dir, "two": other.Dir} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o755))
		require.NoError(t, os.Rename(from, filepath.Join(dir, name, "repo")))
	}
	out, code, err := run(t, options{Repositories: []string{filepath.Join(dir, "two/repo"), filepath.Join(dir, "one/repo")}, Query: "TODO case:yes", Points: new(7)})
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, `case:yes TODO
7 points, every 1month, until 2024-07-15T10:30:20Z

                      2024
REPOSITORY  TREND    01-15  02-15  03-15  04-15  05-15  06-15  07-15  CHANGE
two          ▄▆▆▂▂█      -      2      3      3      1      1      4      +4
one          ▄▆▆▂▂█      -      2      3      3      1      1      4      +4
total        ▄▆▆▂▂█      -      4      6      6      2      2      8      +8
`, out)
}

func TestRun_EveryCommitThatChangedTheCount(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Every: "commit", JSON: true})
	require.NoError(t, err)
	require.Zero(t, code)
	var got [][]any
	for _, line := range decode(t, out) {
		got = append(got, []any{line["commit"], line["delta"], line["value"], line["subject"], line["outcome"]})
	}
	require.Equal(t, [][]any{
		{ids[4], 3.0, 4.0, "four", "counted"},
		{ids[3], -2.0, 1.0, "one", "counted"},
		{ids[1], 1.0, 3.0, "three", "counted"},
		{ids[0], 2.0, 2.0, "two", "counted"},
	}, got)

	out, _, err = run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Every: "commit", Until: "2024-06-01", Points: new(2)})
	require.NoError(t, err)
	require.Contains(t, out, "2 commits\n")
	require.Contains(t, out, "2024-03-10T12:00:00Z  "+ids[1][:12]+"  Bo ")
	require.NotContains(t, out, "four")
	require.NotContains(t, out, "  two")
	out, _, err = run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Every: "commit", Points: new(1)})
	require.NoError(t, err)
	require.Contains(t, out, "1 commit\n")
}

func TestRun_FaultsBecomeOutcomesAndDoNotStopOtherRepositories(t *testing.T) {
	t.Parallel()
	sound, _ := testRepo(t)
	damaged, _ := testRepo(t)
	damaged.Unpack(t)
	lost := damaged.ObjectAt(t, "main:b.go")
	damaged.RemoveObject(t, lost)
	empty := testgit.New(t)
	gone := filepath.Join(t.TempDir(), "gone")
	dirs := []string{damaged.Dir, gone, empty.Dir, sound.Dir}
	out, code, err := run(t, options{Repositories: dirs, Query: "todo", At: []string{"2024-07-01", "2024-03-15"}, JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	lines := decode(t, out)
	require.Len(t, lines, 8)
	var outcomes []any
	for _, line := range lines {
		outcomes = append(outcomes, line["outcome"])
	}
	require.Equal(t, []any{"partial", "counted", "failed", "failed", "absent", "absent", "counted", "counted"}, outcomes)
	require.Contains(t, lines[0]["reason"], lost)
	require.Contains(t, lines[0]["reason"], "b.go")
	require.Nil(t, lines[2]["value"], "unknown is not zero")
	require.Equal(t, 0.0, lines[4]["value"])

	table, _, err := run(t, options{Repositories: dirs, Query: "todo", At: []string{"2024-07-01", "2024-03-15"}})
	require.NoError(t, err)
	require.Contains(t, table, "≥4")
	require.Contains(t, table, "2 of 2 samples failed: ")
	require.Contains(t, table, "1 of 2 samples partial: 1 object could not be searched: missing object "+lost+` at "b.go"`)

	// A delta is exact when the same object is missing before and after the change, and partial
	// otherwise.
	out, code, err = run(t, options{Repositories: []string{damaged.Dir}, Query: "todo", Every: "commit", JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	lines = decode(t, out)
	require.Len(t, lines, 5, "the commit that adds the lost file may have changed the count")
	require.Equal(t, "partial", lines[2]["outcome"])
	require.Equal(t, "counted", lines[3]["outcome"])
}

// The lost file is at two paths, and the second commit removes one of them. The change of the count
// is unknown, although both commits lack the same object.
func TestRun_EveryCommitTellsThatAPathOfALostFileIsGone(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "todo lost"}, {Path: "b", Content: "todo lost"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "b", Delete: true}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "c", Content: "todo"}}},
	)
	repo.RemoveObject(t, repo.ObjectAt(t, "main:a"))
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Every: "commit", JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	lines := decode(t, out)
	require.Len(t, lines, 3)
	for i, line := range lines {
		require.Equal(t, ids[2-i], line["commit"])
		require.Equal(t, "partial", line["outcome"])
		require.Contains(t, line["reason"], "1 object could not be searched")
		require.Contains(t, line["reason"], `at "a"`)
	}
	require.Equal(t, 1.0, lines[0]["delta"], "both commits lack the same")
}

func TestRun_RevAndAtFile(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	repo.Git(t, "-c", "core.logAllRefUpdates=always", "branch", "old", ids[1])
	file := filepath.Join(t.TempDir(), "times")
	require.NoError(t, os.WriteFile(file, []byte("\ufeff# times\n2024-02-15\n\n2024-07-01T02:00:00+02:00\n2024-07-01\n"), 0o644))
	out, code, err := run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Rev: "old", AtFile: file, JSON: true})
	require.NoError(t, err)
	require.Zero(t, code)
	lines := decode(t, out)
	require.Len(t, lines, 2, "two of the times are the same")
	require.Equal(t, 3.0, lines[0]["value"])
	require.Equal(t, 2.0, lines[1]["value"])
	for rev, want := range map[string]string{"nowhere": `"nowhere" names no commit`, "old@{7}": "fatal: log for 'old' only has"} {
		out, code, err = run(t, options{Repositories: []string{repo.Dir}, Query: "todo", Rev: rev})
		require.NoError(t, err)
		require.Equal(t, 1, code)
		require.Contains(t, out, want)
	}
}

func TestRun_AtFileNamesTheLineOfAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "times")
	require.NoError(t, os.WriteFile(file, []byte("# times\n2024-02-15\n15.2.2024\n"), 0o644))
	_, _, err := run(t, options{Repositories: []string{"."}, Query: "x", AtFile: file})
	require.ErrorContains(t, err, file+": line 3: ")
}

func TestRun_BadUsage(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]options{
		"no repository":     {Query: "x"},
		"query":             {Repositories: []string{"."}, Query: "fille:x"},
		"no capture group":  {Repositories: []string{"."}, Query: "x", ByValue: true},
		"interval":          {Repositories: []string{"."}, Query: "x", Every: "fortnight"},
		"points":            {Repositories: []string{"."}, Query: "x", Points: new(1001)},
		"negative points":   {Repositories: []string{"."}, Query: "x", Points: new(-1)},
		"no points":         {Repositories: []string{"."}, Query: "x", Points: new(0)},
		"no commits":        {Repositories: []string{"."}, Query: "x", Points: new(0), Every: "commit"},
		"time":              {Repositories: []string{"."}, Query: "x", Until: "yesterday"},
		"at":                {Repositories: []string{"."}, Query: "x", At: []string{"12:00"}},
		"at and every":      {Repositories: []string{"."}, Query: "x", At: []string{"2024-01-01"}, Every: "1day"},
		"index":             {Repositories: []string{"."}, Query: "x", Indexes: "run_test.go"},
		"at-file":           {Repositories: []string{"."}, Query: "x", AtFile: "/nowhere"},
		"values of commits": {Repositories: []string{"."}, Query: "patterntype:regexp (x)", ByValue: true, Every: "commit"},
	} {
		out, code, err := run(t, o)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err), name)
		require.Equal(t, 2, code, name)
		require.Empty(t, out, name)
	}
}

func TestRun_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	_, err := countHistory(ctx, options{Repositories: []string{repo.Dir, repo.Dir, repo.Dir}, Query: "x", Now: now}, &out, &out)
	require.ErrorIs(t, err, context.Canceled)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, row := range [][2][]string{
		{{"/srv/mirrors/a/repo", "/srv/mirrors/b/repo"}, {"a", "b"}},
		{{"/srv/x.git"}, {"x"}},
		{{"/srv/a", "/srv/a/b"}, {"a", "a/b"}},
		{{"/srv/a", "/srv/a"}, {"a", "a"}},
		{{"/srv/o/a.git", "/srv/p/a.git"}, {"o", "p"}},
	} {
		require.Equal(t, row[1], labels(row[0]))
	}
}

// The pattern takes hours for the file.
func TestRun_TimeoutEndsInTheMiddleOfAFile(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Import(t, "main", true, testgit.Commit{
		Time: now.AddDate(0, -3, 0), Message: "long", Changes: []testgit.Change{{Path: "a.txt", Content: strings.Repeat("a", 8<<20)}},
	})
	o := options{Repositories: []string{repo.Dir}, Query: `timeout:100ms /a(?s:.*z)?/`, Points: new(2), JSON: true}
	for _, byValue := range []bool{false, true} {
		if o.ByValue = byValue; byValue {
			o.Query = `timeout:100ms /a((?s:.*z)?)/`
		}
		out, status, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, 1, status)
		for _, line := range decode(t, out) {
			require.Equal(t, "partial", line["outcome"])
			require.Equal(t, "the query's timeout:100ms ended the search before it was complete", line["reason"])
		}
	}
	o = options{Repositories: []string{repo.Dir}, Query: `timeout:100ms /a(?s:.*z)?/`, Every: "commit"}
	out, status, err := run(t, o)
	require.NoError(t, err)
	require.Equal(t, 1, status)
	require.Contains(t, out, "the query's timeout:100ms ended the search")
}

func TestRun_CountCutsValues(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	out, status, err := run(t, options{Repositories: []string{repo.Dir}, Query: "TODO count:3", Points: new(1), JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, status)
	line := decode(t, out)[0]
	require.Equal(t, "partial", line["outcome"])
	require.Equal(t, "the value 4 is above the limit of the query's count:3", line["reason"])
	require.EqualValues(t, 3, line["value"])
}
