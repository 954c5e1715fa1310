package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

func TestCaptureNotes(t *testing.T) {
	t.Parallel()
	const last, separate = "only the value of the last repetition", "separate values. To count combinations"
	for text, want := range map[string][]string{
		"TODO":                             nil,
		`/go (1\.\d+)/`:                    nil,
		`/(a)|(b)/`:                        nil,
		`/((\w+)@(\w+))/`:                  nil,
		`/(\w+)@(\w+)/`:                    {separate},
		`/(?:\s+(\w+),)+/`:                 {last},
		`/(?:(a)b){0,3}/`:                  {last},
		`/(?:(a)b)?(?:(c)){1}/`:            {separate},
		`/(a)*(b)/`:                        {last, separate},
		`x NOT /(a)*(b)/`:                  nil,
		`patterntype:regexp (a) (b)`:       {separate},
		`patterntype:structural f(:[x])`:   nil,
		`/(a)/ /(b)/`:                      nil,
		`patterntype:regexp (a+)\s(?:b|c)`: nil,
	} {
		q, err := query.Parse(text)
		require.NoError(t, err, text)
		notes := q.CaptureNotes()
		require.Len(t, notes, len(want), text)
		for i := range want {
			require.Contains(t, notes[i], want[i], text)
		}
	}
}
