package dfa

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMatchesThatReadOnInVain checks that the notes about vain reading change no match. The
// contents are long enough for notes, and have rare bytes that end some of the long matches.
func TestMatchesThatReadOnInVain(t *testing.T) {
	t.Parallel()
	expressions := []string{
		`a(?s:.*y)?`, `a(.*y)?`, `(?s:.*y)?`, `a(?s:.*?yy)?`, `a(?s:.*y)?|b(?s:.*z)?`, `b(?s:.*\bz\b)?|\w`,
		`(?:a|é)(?s:(?:..)*y)?`, `a(?s:(?:...)*y|(?:..)*z)?`, `(?m:^)a?(?s:.*y$)?`, `a(?s:.{3,}y\z)?`,
	}
	random := rand.New(rand.NewPCG(5, 6))
	watched := 0
	for _, text := range expressions {
		r := compiled(t, text, even)
		truth := regexp.MustCompile(text)
		s := r.Searcher()
		for range 30 {
			var b strings.Builder
			for rare := random.IntN(3000); b.Len() < 5000; rare-- {
				if rare == 0 {
					b.WriteString([]string{"y", "z", " z ", "yy", "yz"}[random.IntN(5)])
				}
				b.WriteString([]string{"a", "b", "a", "b", "é", "\xff", " ", "c", "\n"}[random.IntN(9)])
			}
			content := []byte(b.String())
			var want, got [][]int
			for _, m := range truth.FindAllIndex(content, -1) {
				if m[0] < m[1] {
					want = append(want, m)
				}
			}
			s.Reset(content, nil, nil)
			for {
				start, end, ok := s.Next()
				if !ok {
					break
				}
				got = append(got, []int{start, end})
			}
			if s.overruns.watched {
				watched++
			}
			require.Equal(t, want, got, "%s in %q", text, content)
		}
		s.Close()
	}
	require.Greater(t, watched, 100)
}
