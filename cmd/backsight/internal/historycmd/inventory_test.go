package historycmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// polyglot returns a repository and its two commits. In January 2024 it has a Go file. In June this
// file grows, and files of other kinds are added.
func polyglot(t *testing.T) (*testgit.Repo, []string) {
	t.Helper()
	repo := testgit.New(t)
	return repo, repo.Import(t, "main", true,
		testgit.Commit{Time: time.Date(2024, 1, 31, 12, 0, 0, 0, time.UTC), Changes: []testgit.Change{{Path: "a.go", Content: "package a\n"}}},
		testgit.Commit{Time: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC), Changes: []testgit.Change{
			{Path: "a.go", Content: "package a\n\nvar x int"},
			{Path: "run", Content: "#!/bin/sh\nls\n"},
			{Path: "x.bin", Content: "\x00\n\n"},
			{Path: "vendor/b/b.go", Content: "package b\n"},
			{Path: "empty.py", Content: ""},
			{Path: "notes", Content: "one\n"},
		}},
	)
}

func runInventory(t *testing.T, o inventoryOptions) (string, int, error) {
	t.Helper()
	o.Now = now
	if o.By == "" {
		o.By = "language"
	}
	if o.Measure == "" {
		o.Measure = "lines"
	}
	var stdout, stderr bytes.Buffer
	complete, err := measureInventory(t.Context(), o, &stdout, &stderr)
	require.Empty(t, stderr.String())
	return stdout.String(), status(complete, err), err
}

func TestRunInventory_OneTime(t *testing.T) {
	t.Parallel()
	repo, _ := polyglot(t)
	out, code, err := runInventory(t, inventoryOptions{options: options{Repositories: []string{repo.Dir}}})
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, `inventory
at 2024-07-15T10:30:20Z

LANGUAGE    FILES  LINES  BYTES  % OF LINES
Go              1      3     20        42.9
Shell           1      2     13        28.6
(unknown)       1      1      4        14.3
(vendored)      1      1     10        14.3
(binary)        1      0      3         0.0
Python          1      0      0         0.0
total           6      7     50       100.0
`, out)

	out, _, err = runInventory(t, inventoryOptions{By: "repository", options: options{Repositories: []string{repo.Dir}, Query: "lang:go", At: []string{"2024-03-01"}}})
	require.NoError(t, err)
	require.Contains(t, out, "inventory lang:Go\nat 2024-03-01T00:00:00Z\n")
	require.Regexp(t, `(?m)^REPOSITORY .*\n\S+ +1 +1 +10 +100\.0\ntotal +1 +1 +10 +100\.0$`, out)
}

func TestRunInventory_ThroughHistory(t *testing.T) {
	t.Parallel()
	repo, _ := polyglot(t)
	young := testgit.New(t)
	young.Commit(t, time.Date(2024, 6, 10, 0, 0, 0, 0, time.UTC), map[string]string{"x.rs": "fn main() {}\n"})
	out, code, err := runInventory(t, inventoryOptions{options: options{Repositories: []string{repo.Dir, young.Dir}, Query: "-file:^vendor/", Every: "3months", Points: new(3)}})
	require.NoError(t, err)
	require.Zero(t, code)
	require.Contains(t, out, "lines -file:^vendor/\n3 points, every 3month, until 2024-07-15T10:30:20Z\n")
	require.Regexp(t, `(?m)^Go +\S+ +- +1 +3 +\+3$`, out)
	require.Regexp(t, `(?m)^Rust +\S+ +- +0 +1 +\+1$`, out, "one of the two repositories existed, so the sum is not absent")
	require.Regexp(t, `(?m)^total +\S+ +- +1 +7 +\+7$`, out)

	out, _, err = runInventory(t, inventoryOptions{Measure: "files", By: "repository", options: options{Repositories: []string{repo.Dir}, Every: "3months", Points: new(3)}})
	require.NoError(t, err)
	require.Regexp(t, `(?m)^total +\S+ +- +1 +6 +\+6$`, out)
}

func TestRunInventory_JSON(t *testing.T) {
	t.Parallel()
	repo, ids := polyglot(t)
	out, code, err := runInventory(t, inventoryOptions{options: options{Repositories: []string{repo.Dir}, Every: "6months", Points: new(2), JSON: true}})
	require.NoError(t, err)
	require.Zero(t, code)
	lines := decode(t, out)
	require.Len(t, lines, 2)
	group := func(files, lines, bytes float64) map[string]any {
		return map[string]any{"files": files, "lines": lines, "bytes": bytes}
	}
	require.Equal(t, map[string]any{
		"repository": repo.Dir, "time": "2024-07-15T10:30:20Z", "commit": ids[1], "outcome": "counted", "total": group(6, 7, 50),
		"languages": map[string]any{
			"Go": group(1, 3, 20), "Shell": group(1, 2, 13), "(unknown)": group(1, 1, 4), "(vendored)": group(1, 1, 10), "(binary)": group(1, 0, 3),
			"Python": group(1, 0, 0),
		},
	}, lines[0])
	require.Equal(t, "absent", lines[1]["outcome"])
	require.Equal(t, group(0, 0, 0), lines[1]["total"])
}

func TestRunInventory_ReportsGaps(t *testing.T) {
	t.Parallel()
	repo, _ := polyglot(t)
	repo.Unpack(t)
	repo.RemoveObject(t, repo.ObjectAt(t, "main:run"))
	out, code, err := runInventory(t, inventoryOptions{options: options{Repositories: []string{repo.Dir}}})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^Go +≥1 +≥3 +≥20`, out)
	require.Contains(t, out, `1 of 1 sample partial: 1 object could not be searched: missing object`)

	out, code, err = runInventory(t, inventoryOptions{options: options{Repositories: []string{t.TempDir()}, JSON: true}})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	require.Contains(t, out, `"outcome":"failed"`)
	require.Contains(t, out, `"total":null`)
}

func TestRunInventory_Usage(t *testing.T) {
	t.Parallel()
	for says, o := range map[string]inventoryOptions{
		"measure whole files and cannot search": {options: options{Query: "TODO"}},
		"select: has no effect":                 {options: options{Query: "select:file lang:go"}},
		"did you mean":                          {options: options{Query: "lagn:go"}},
		"only with history":                     {options: options{Every: "commit"}},
		"write language or":                     {By: "author"},
		"write lines, bytes or":                 {Measure: "words"},
		"name at least one":                     {options: options{Repositories: []string{}}},
		"must be between 1 and 1000":            {options: options{Points: new(2000)}},
	} {
		if o.Repositories == nil {
			o.Repositories = []string{"x"}
		}
		_, code, err := runInventory(t, o)
		require.ErrorContains(t, err, says)
		require.Equal(t, 2, code)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err))
	}
}

// Versions are listed in version order, other values by their counts.
func TestRun_OrderOfValues(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a": "go 1.9\ngo 1.10\ngo 1.10\ngo v1.10-rc1\n", "b": "use b\nuse b\nuse a\nuse c\n"})
	order := func(query string) (keys []string) {
		out, _, err := run(t, options{Repositories: []string{repo.Dir}, Query: query, ByValue: true, Points: new(1)})
		require.NoError(t, err)
		_, rows, _ := strings.Cut(out, "VALUE")
		for _, line := range strings.Split(rows, "\n")[1:] {
			if fields := strings.Fields(line); len(fields) > 4 {
				keys = append(keys, fields[1])
			}
		}
		return keys
	}
	require.Equal(t, []string{"1.9", "v1.10-rc1", "1.10"}, order(`/go (\S+)/`))
	require.Equal(t, []string{"b", "a", "c"}, order(`/use (\w)/`))
}
