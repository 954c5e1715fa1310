package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// words returns n different words.
func words(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("word%05x", i*7919%1_000_003)
	}
	return list
}

func TestLongQueries(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"/" + strings.Join(words(20_000), "|") + "/",
		`patterntype:regexp \b(` + strings.Join(words(5000), "|") + `)\b`,
		strings.Join(words(15_000), " OR "),
		strings.Repeat("f(a, b) ", query.MaxLength/8-8),
	} {
		q, err := query.Parse(text)
		require.NoError(t, err)
		again, err := query.Parse(q.String())
		require.NoError(t, err)
		require.Equal(t, q.String(), again.String())
	}
	_, err := query.Parse(strings.Repeat(`"\ `, query.MaxLength/4))
	require.ErrorContains(t, err, "longer than 262144 bytes in its canonical text")
}

// Parentheses, classes and holes that are never closed make the parser look ahead. It refuses the
// query when that becomes quadratic.
func TestUnclosedParenthesesAreRefusedIfThereAreMany(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, says string }{
		{"f( ", "too many parentheses or holes that are not closed"},
		{"file:( ", "too many parentheses or holes that are not closed"},
		{"patterntype:structural f(:[x ", "too many parentheses or holes that are not closed"},
		{"patterntype:regexp f[( ", "too many parentheses or holes that are not closed"},
	} {
		head, unit, found := strings.Cut(row.text, " ")
		if unit == "" || !found {
			head, unit = "", row.text
		}
		_, err := query.Parse(head + " " + strings.Repeat(unit, query.MaxLength/len(unit)-len(head)))
		require.ErrorContains(t, err, row.says, row.text)
	}
	_, err := query.Parse(strings.Repeat("f( ", 2000))
	require.NoError(t, err)
	_, err = query.Parse("patterntype:regexp " + strings.Repeat("[", query.MaxLength-100))
	require.ErrorContains(t, err, "missing closing ]")
}
