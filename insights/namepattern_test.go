package insights_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestNamePattern(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pattern, name string
		want          bool
	}{
		{`\bapi\b`, "acme/api", true},
		{`\bapi\b`, "acme/apis", false},
		{"API$", "acme/api", true},
		{"(?-i)API$", "acme/api", false},
		{`^acme/\d+$`, "acme/0001", true},
		{"(?i)x|y", "acme/Y", true},
	} {
		re, err := insights.NamePattern(row.pattern)
		require.NoError(t, err)
		require.Equal(t, row.want, re.MatchString(row.name), "%s %s", row.pattern, row.name)
	}
	re, err := insights.NamePattern("")
	require.NoError(t, err)
	require.Nil(t, re)
}

func TestNamePatternRefusals(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pattern, says string }{
		{"(", `expression "(" for repository names is not valid at byte 1: missing closing ): "("`},
		{"acme/(?!x)", `at byte 6: invalid or unsupported Perl syntax: "(?!"`},
		{`(a)\1`, `at byte 4: invalid escape sequence: "\\1"`},
		{`\mapi\M`, `at byte 1: invalid escape sequence: "\\m"`},
		{"[z-a]", `at byte 2: invalid character class range: "z-a"`},
		{"*", `at byte 1: missing argument to repetition operator: "*"`},
		{"***=a.b", `at byte 1`},
		{strings.Repeat("(", 2000), "at byte 1"},
	} {
		_, err := insights.NamePattern(row.pattern)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err))
		require.ErrorContains(t, err, row.says)
		require.Less(t, len(err.Error()), 1000)
	}
}
