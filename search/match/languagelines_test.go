package match

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The last line need not end, and a byte order mark is not a part of the text.
func TestCountLines(t *testing.T) {
	t.Parallel()
	for text, lines := range map[string]int64{
		"": 0, "a": 1, "a\n": 1, "a\nb": 2, "\n": 1, "\n\n": 2, byteOrderMark: 0, byteOrderMark + "a": 1, byteOrderMark + "\n": 1, "a\n" + byteOrderMark: 2,
	} {
		require.Equal(t, lines, countLines([]byte(text), false), "%q", text)
	}
	require.EqualValues(t, 1, countLines([]byte(byteOrderMark), true), "in a later part, it is a character")
}
