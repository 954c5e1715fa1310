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

func TestEmptyNotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"TODO": 0, "/^TODO$/": 0, "/a*/": 0, "/(a|)/": 0, "//": 0, `/^$/`: 1, `/\b/`: 1, `/(?m)^/`: 1, `/(?:^|$)+/`: 1, `/a{0}/`: 1,
		`b AND /^$/`: 1, `NOT /^$/`: 1, `/^/ OR /$/`: 2, `file:^ TODO`: 0, `patterntype:regexp ^$`: 1,
	} {
		q, err := query.Parse(text)
		require.NoError(t, err, text)
		require.Len(t, q.EmptyNotes(), want, text)
	}
}
