package match

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

func TestEveryFilterHasACompileStep(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, query.Filters(), slices.Collect(maps.Keys(filters)))
}
