package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of commands in docs/architecture.md has every message.
func TestDocsHaveEveryMessage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/architecture.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "\n| command | input")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	var names strings.Builder
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		names.WriteString(cells[min(1, len(cells)-1)])
	}
	for _, message := range Messages {
		require.Contains(t, names.String(), "`"+message.Name+"`")
	}
}
