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

func TestCheckText(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                      "",
		"Go 1.21 → 1.22, naïve": "",
		"日本語 עברית العربية":     "",
		"👩\u200d💻 and ❤\ufe0f":  "",
		"0123456789012345678901234567890123456789012345678901234567890": "has 61 bytes: at most 60",
		"a\xff":       "is not valid UTF-8",
		"a\x00b":      "U+0000",
		"a\nb":        "U+000A",
		"a\tb":        "U+0009",
		"\x1b[31m":    "U+001B",
		"a\u200bb":    "U+200B",
		"a\u202eb":    "U+202E",
		"a\u2066b":    "U+2066",
		"a\ufeffb":    "U+FEFF",
		"a\u2028b":    "U+2028",
		"a\u00adb":    "U+00AD",
		"a\ufffdb":    "U+FFFD",
		"a\U000e0041": "U+E0041",
	} {
		err := CheckText("the title", text, 60)
		if says == "" {
			require.NoError(t, err, "%q", text)
			continue
		}
		require.ErrorContains(t, err, says, "%q", text)
		require.ErrorContains(t, err, "the title")
		require.Equal(t, Invalid, ErrorCode(err))
	}
}
