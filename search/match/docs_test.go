package match

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocsTemplates checks the examples in the table of holes in docs/query-syntax.md.
func TestDocsTemplates(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/query-syntax.md")
	require.NoError(t, err)
	code := regexp.MustCompile("`([^`]+)`")
	rows := 0
	for _, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(line, "|") // hole, matches, example, finds
		if len(cells) != 6 || !strings.Contains(cells[1], ":[") {
			continue
		}
		rows++
		example, finds := code.FindStringSubmatch(cells[3])[1], code.FindStringSubmatch(cells[4])[1]
		require.Equal(t, finds, strings.TrimSpace(found(t, example, finds+"\n")[0]), example)
	}
	require.Equal(t, 7, rows)
}
