package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A verdict is remembered by id, and made again after a renaming.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	var n names
	v, err := n.of(`\bapi\b`)
	require.NoError(t, err)
	keep := func(matching bool, names ...string) []int32 {
		ids, kept := v.keep([]int32{1, 2, 3}, names, matching)
		require.Len(t, kept, len(ids))
		return ids
	}
	require.Equal(t, []int32{1, 3}, keep(true, "acme/api", "acme/web", "acme/API"))
	require.Equal(t, []int32{2}, keep(false, "acme/api", "acme/web", "acme/API"))
	require.Equal(t, []int32{2, 3}, keep(true, "acme/old", "acme/api", "acme/API"))
	require.Len(t, v.byID, 3)

	again, err := n.of(`\bapi\b`)
	require.NoError(t, err)
	require.Same(t, v, again)
	for i := range rememberedPatterns {
		_, err := n.of(fmt.Sprint("p", i))
		require.NoError(t, err)
		if i == 0 {
			_, err = n.of(`\bapi\b`) // used again, so the oldest is another
			require.NoError(t, err)
		}
	}
	require.Len(t, n.last, rememberedPatterns)
	again, err = n.of(`\bapi\b`)
	require.NoError(t, err)
	require.Same(t, v, again)
	_, err = n.of("(")
	require.Error(t, err)
	require.Len(t, n.last, rememberedPatterns)
}
