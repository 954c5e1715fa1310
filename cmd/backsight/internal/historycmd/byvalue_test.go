package historycmd

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// A note explains capture groups whose values may surprise.
func TestRun_ByValueNotes(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	for query, says := range map[string]string{
		`/(?:TODO\((\w+)\) ?)+/`: "gives only the value of the last repetition",
		`/(TODO)\((\w+)\)/`:      "put one group around the others",
		`/TODO\((\w+)\)/`:        "",
	} {
		var stdout, stderr bytes.Buffer
		_, err := countHistory(t.Context(), options{Repositories: []string{repo.Dir}, Query: query, ByValue: true, Points: new(1), JSON: true, Now: now}, &stdout, &stderr)
		require.NoError(t, err)
		require.Contains(t, stderr.String(), says)
		require.Equal(t, says == "", stderr.Len() == 0)
	}
}

func TestRun_ByValue(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	out, _, err := run(t, options{Repositories: []string{repo.Dir}, Query: `patterntype:regexp TODO\((\w+)\)`, ByValue: true, At: []string{"2024-04-01", "2024-07-01T00:00:00Z"}, JSON: true})
	require.NoError(t, err)
	lines := decode(t, out)
	require.Equal(t, map[string]any{"bo": 2.0, "cy": 2.0}, lines[0]["values"])
	require.Equal(t, map[string]any{"ann": 1.0, "bo": 2.0}, lines[1]["values"])

	out, _, err = run(t, options{Repositories: []string{repo.Dir}, Query: `patterntype:regexp TODO\((\w+)\)`, ByValue: true, At: []string{"2024-04-01", "2024-07-01T00:00:00Z"}})
	require.NoError(t, err)
	require.Equal(t, []string{"bo", "cy", "ann", "total"}, columnOf(out, 1, 5))
}

func TestRun_ByValueFindsNothing(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	out, status, err := run(t, options{Repositories: []string{repo.Dir}, Query: `/(never)/`, ByValue: true, At: []string{"2024-07-01"}})
	require.NoError(t, err)
	require.Zero(t, status)
	require.Equal(t, []string{"REPOSITORY VALUE TREND 07-01 CHANGE", "total ▁ 0 +0"}, words(out, 2))
}

func TestRun_ByValueShowsDifferentValues(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, now.AddDate(0, -3, 0), map[string]string{"a": "k:a\tb;\nk:a\\tb;\nk:a b;\nk: ;\nk:\u65e5;\nk:a\u202eb;\n"})
	out, _, err := run(t, options{Repositories: []string{repo.Dir}, Query: `/^k:(.*);/`, ByValue: true, Points: new(1)})
	require.NoError(t, err)
	require.Equal(t, `REPOSITORY  VALUE       TREND  07-15  CHANGE
repo        " "         █          1      +0
repo        "a\tb"      █          1      +0
repo        a b         █          1      +0
repo        a\tb        █          1      +0
repo        "a\u202eb"  █          1      +0
repo        `+"\u65e5"+`          █          1      +0
total                   █          6      +0
`, out[strings.Index(out, "REPOSITORY"):])
}

// A repository that failed may contain each of the values, so every total is a lower bound.
func TestRun_ByValueTotalsOfAFailedRepository(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	missing := filepath.Join(t.TempDir(), "missing")
	o := options{Query: `/TODO\((\w+)\)/`, ByValue: true, At: []string{"2024-04-01", "2024-07-01"}}
	for _, o.Repositories = range [][]string{{repo.Dir, missing}, {missing, repo.Dir}} {
		out, status, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, 1, status)
		require.Equal(t, []string{
			"total bo ██ ≥2 ≥2 ~+0", "total cy ▁█ ≥0 ≥2 ~+2", "total ann █▁ ≥1 ≥0 ~-1", "total ▆█ ≥3 ≥4 ~+1",
		}, words(beforeReasons(out), 4))
	}
	o.Repositories = []string{missing}
	out, _, err := run(t, o)
	require.NoError(t, err)
	require.Equal(t, []string{"total ·· ? ? ?"}, words(beforeReasons(out), 1))
}

// beforeReasons returns an output without the reasons after its table.
func beforeReasons(out string) string {
	parts := strings.Split(out, "\n\n")
	return parts[0] + "\n\n" + parts[1]
}

// words returns the last n lines, with one space between the words of each.
func words(out string, n int) (rows []string) {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines[len(lines)-n:] {
		rows = append(rows, strings.Join(strings.Fields(line), " "))
	}
	return rows
}

// columnOf returns the words of a column in the last lines-1 lines of a table. For a row of totals
// it returns "total".
func columnOf(out string, column, lines int) []string {
	rows := strings.Split(strings.TrimSpace(out), "\n")
	var words []string
	for _, row := range rows[len(rows)-lines+1:] {
		fields := strings.Fields(row)
		if fields[0] == "total" {
			words = append(words, "total")
		} else {
			words = append(words, fields[column])
		}
	}
	return words
}
