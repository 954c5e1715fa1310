package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAttachQueries(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ args, want []string }{
		{[]string{"history", "-q", "-file:x TODO", "."}, []string{"history", "--query=-file:x TODO", "."}},
		{[]string{"insight", "create", "--query", "-a", "--query", "-- x"}, []string{"insight", "create", "--query=-a", "--query=-- x"}},
		{[]string{"history", "-q", "TODO", "--query"}, []string{"history", "-q", "TODO", "--query"}},
		{[]string{"history", "-q", "--json", "."}, []string{"history", "-q", "--json", "."}},
		{[]string{"history", "-q", "-q", "-h", "-q", "-", "-q", "--"}, []string{"history", "-q", "-q", "-h", "-q", "-", "-q", "--"}},
		{[]string{"history", "--", "-q", "-a"}, []string{"history", "--", "-q", "-a"}},
		{[]string{"history", "--query=-a"}, []string{"history", "--query=-a"}},
	} {
		require.Equal(t, row.want, attachQueries(row.args))
	}
}

// A query that begins with a minus may be attached to its flag or follow it as the next argument.
func TestQueryThatBeginsWithAMinus(t *testing.T) {
	t.Parallel()
	for _, row := range [][]string{
		{"history", "-q", "-file:[", "."},
		{"history", "--query", "-file:[", "."},
		{"history", "--query=-file:[", "."},
		{"inventory", "-q", "-file:[", "."},
	} {
		status, _, stderr := runCLI(t, row...)
		require.Equal(t, exitUsage, status)
		require.Contains(t, stderr, `query "-file:[": byte 7: this regular expression is not valid`)
	}
	status, _, stderr := runCLI(t, "history", "-q", "--no-verify", ".")
	require.Equal(t, exitUsage, status)
	require.Contains(t, stderr, `perhaps try --query="--no-verify"?`)
}
