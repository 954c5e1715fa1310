package query_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// TestDocsExamplesParse parses the examples in the user documentation: the queries in the first
// code block and in the table of fields.
func TestDocsExamplesParse(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/query-syntax.md")
	require.NoError(t, err)
	var examples []string
	block := strings.Split(string(page), "```")[1]
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		text, _, _ := strings.Cut(line, "   ")
		examples = append(examples, text)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(line, "|") // field, aliases, values, example
		if len(cells) != 6 || strings.Contains(cells[1], ":[") || !strings.Contains(cells[1], ":`") {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[4], -1) {
			examples = append(examples, m[1])
		}
	}
	require.Greater(t, len(examples), 22)
	for _, text := range examples {
		_, err := query.Parse(text)
		require.NoError(t, err, text)
	}
	require.Contains(t, string(page), "`f:b TODO f:a case:no` is `file:a file:b TODO`")
	q, err := query.Parse("f:b TODO f:a case:no")
	require.NoError(t, err)
	require.Equal(t, "file:a file:b TODO", q.String())
}
