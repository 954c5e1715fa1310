package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

func TestMatchCountsRanges(t *testing.T) {
	q, err := query.Parse("todo")
	require.NoError(t, err)
	m, err := match.Compile(q, match.Options{})
	require.NoError(t, err)
	require.Equal(t, int64(2), m.Match("a.go", []byte("// TODO: todo\n")).N)
}
