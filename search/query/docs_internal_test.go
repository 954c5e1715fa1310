package query

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The comment of Filter has every filter.
func TestCommentOfFilterHasEveryFilter(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("filter.go")
	require.NoError(t, err)
	_, comment, _ := strings.Cut(string(source), "// A Filter is")
	comment, _, found := strings.Cut(comment, "\ntype Filter struct")
	require.True(t, found)
	for _, name := range Filters() {
		require.Regexp(t, `\b`+name+`\b`, comment)
	}
}

// TestDocsHaveEveryField compares the table of fields in the user documentation with the table in
// this package: names, negations, aliases and fixed words.
func TestDocsHaveEveryField(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/query-syntax.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## Fields\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := map[string][]string{} // by the notations in the first cell
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || !strings.Contains(cells[1], ":") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			rows[strings.Trim(strings.TrimSpace(name), "`")] = cells
		}
	}
	for _, f := range fields {
		if f.refused != "" {
			require.NotContains(t, rows, f.name+":")
			continue
		}
		row := rows[f.name+":"]
		require.NotNil(t, row, f.name)
		require.Equal(t, f.negatable, rows["-"+f.name+":"] != nil, "-%s", f.name)
		for _, alias := range f.aliases {
			require.Contains(t, row[2], "`"+alias+":`", f.name)
		}
		for _, word := range f.words {
			require.Contains(t, row[3], "`"+word+"`", f.name)
		}
	}
	for kind, parts := range hasFileArguments {
		i := slices.Index([]string{".path", ".content", ".file"}, kind)
		require.GreaterOrEqual(t, i, 0, "%s is not on the page", kind)
		require.Contains(t, section, "`repo:has"+kind+"(…)`")
		require.Contains(t, section, "`repo:contains"+kind+"(…)`")
		for _, part := range parts {
			require.True(t, part == "" || strings.Contains(section, "`"+part+":`"), part)
		}
	}
}
