package output

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestColumns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "▁▂█": 3, "≥12": 3, "ｆ": 2, "a\u200db": 2} {
		require.Equal(t, want, Columns(text), "%q", text)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a b": "a b", "a\tb": `"a\tb"`, `a\tb`: `a\tb`, "a\u00a0b": `"a\u00a0b"`, "\u202ea": `"\u202ea"`, " a": `" a"`, "a\t": `"a\t"`,
		"": `""`, "é日": "é日", "1.10": "1.10", `a"b`: `a"b`, `"a"`: `"\"a\""`,
	} {
		require.Equal(t, want, Visible(text))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		shown := Visible(text)
		require.Equal(t, shown, Clean(shown), "it has no control characters")
		if shown != text {
			unquoted, err := strconv.Unquote(shown)
			require.NoError(t, err)
			require.Equal(t, text, unquoted)
		} else {
			require.NotEqual(t, byte('"'), shown[0], "it does not look like another text in quotation marks")
		}
	})
}
