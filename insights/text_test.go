package insights

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTruncateEndsAtARune(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.String().Draw(t, "text"), rapid.IntRange(3, 40).Draw(t, "limit")
		got := Truncate(text, limit)
		require.LessOrEqual(t, len(got), limit)
		if len(text) <= limit {
			require.Equal(t, text, got)
		}
	})
}
