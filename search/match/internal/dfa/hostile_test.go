package dfa

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// branches returns an alternation of n random words.
func branches(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]string, n)
	for i := range all {
		w := make([]byte, 4+random.IntN(8))
		for i := range w {
			w[i] = byte('a' + random.IntN(26))
		}
		all[i] = string(w)
	}
	return strings.Join(all, "|")
}

// hostile has expressions that take other engines exponential or quadratic time, or a lot of
// memory.
var hostile = []string{
	`(a*)*b`,
	`(?:a|aa|aaa|aaaa|b|bb)*c`,
	branches(10_000),
	`(?:` + branches(3_000) + `)+x`,
	`.{0,1000}`,
	`.{0,1000}x`,
	`(?s:.{0,1000}x)`,
	`x.{0,1000}y`,
	`[ab].{900}[bc]`, // 2^900 states
	`(?s:[ab].{900}[bc])`,
	`(\w+\s+){1,500}`,
	`((a{0,10}){0,10}){0,10}c`,
	`(?:(?:[a-z]{1,10}\s){1,10}x){1,10}`,
	`(?:\pL\p{Nd}?){1,200}\p{Greek}`,
	`[\pL\pN\pS]{500,1000}!`,
	`(?:\w|\w\w|\w\w\w){50,100}\b!`,
	`(?:\b|\B|^|$|a)*(?:\b|x)+z`,
	// Each match reads to the end of the content in vain.
	`a(?s:.*\x00)?`,
	`(?s:.*\x00)?`,
	`\w(?:\w+\s*)*?(?s:.*\x00)?`,
	`a(?s:.*\x00)?|b(?s:.*\x01)?|x(?s:.*\x02)?`,
	`a(?s:(?:..)*\x00)?`,
}

// wordText returns n bytes of short words.
func wordText(n int) []byte {
	random := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for b.Len() < n {
		for range 1 + random.IntN(9) {
			b.WriteByte("abcdefxyz_ABC"[random.IntN(13)])
		}
		b.WriteString([]string{" ", " ", " ", "\n", ".", "é"}[random.IntN(6)])
	}
	return []byte(b.String())
}

// TestHostileExpressions checks that work grows linearly with the content, and that memory does not
// grow.
func TestHostileExpressions(t *testing.T) {
	t.Parallel()
	texts := map[string][]byte{"words": wordText(1 << 18), "one byte": []byte(strings.Repeat("a", 1<<20))}
	for _, text := range hostile {
		r := compiled(t, "(?im)"+text, even)
		name := text[:min(len(text), 40)]
		for of, content := range texts {
			s := r.Searcher()
			s.Reset(content, nil, nil)
			n := s.Count()
			t.Logf("%s in %s: %d matches, %.1f of work per byte, %d states, %d bytes, slow %t", name, of, n, float64(s.spent)/float64(len(content)), len(s.forward.states), s.forward.bytes, s.slow)
			require.LessOrEqual(t, s.spent, int64(len(content))*int64(100+4*len(r.forward.insts)), "%s in %s", name, of)
			require.LessOrEqual(t, s.forward.bytes, r.bound+rowBytes(s.forward), "%s in %s", name, of)
			require.LessOrEqual(t, 4*len(s.forward.table), r.bound+rowBytes(s.forward), "%s in %s", name, of)
			s.Close()
		}
	}
}

// TestBoundedTables covers tables that are soon full.
func TestBoundedTables(t *testing.T) {
	t.Parallel()
	content := wordText(4 << 10)
	for _, text := range hostile {
		wide, narrow := compiled(t, "(?im)"+text, even), compiled(t, "(?im)"+text, even)
		narrow.Bound(0)
		a, b := wide.Searcher(), narrow.Searcher()
		a.Reset(content, nil, nil)
		b.Reset(content, nil, nil)
		require.Equal(t, spans(a), spans(b), text)
		require.LessOrEqual(t, b.forward.bytes, leastBytes+rowBytes(b.forward), text)
		if b.backward != nil {
			require.LessOrEqual(t, b.backward.bytes, leastBytes+rowBytes(b.backward), text)
		}
	}
}

// rowBytes returns the memory of one state, which is kept however full the table is.
func rowBytes(c *cache) int { return 4*int(c.stride)*(reserved+1) + 4*len(c.p.insts) + stateBytes }

// TestStopsSoon measures the work after the stop flag is set. With some of its expressions, the
// search for each match reads the rest of the content, so that all matches take quadratic time.
func TestStopsSoon(t *testing.T) {
	t.Parallel()
	content := []byte(strings.Repeat("a", 1<<20))
	for _, text := range append(hostile, `a(?s:.*z)?`, `(?s:.*?)z`, `z`) {
		r := compiled(t, "(?im)"+text, even)
		stop := new(atomic.Bool)
		stop.Store(true)
		s := r.Searcher()
		for _, slow := range []bool{false, true} {
			s.Reset(content, nil, stop)
			s.slow = slow
			s.Count()
			require.LessOrEqual(t, s.spent, int64(checkEvery+4*len(r.forward.insts)), text)
		}
		require.True(t, s.Stopped() || r.skips.worth[other], text) // or the content was skipped
		s.Close()
	}
}

// TestStopsStarts covers a match that is as long as the content. The stop flag is set while the
// search for its start runs.
func TestStopsStarts(t *testing.T) {
	t.Parallel()
	content := []byte(strings.Repeat("a", 1<<20))
	r := compiled(t, `a+`, even)
	stop := new(atomic.Bool)
	s := r.Searcher()
	defer s.Close()
	s.Reset(content, nil, stop)
	end, ok := s.End()
	require.True(t, ok)
	stop.Store(true)
	before := s.spent
	_, ok = s.startOf(0, end)
	require.False(t, ok)
	require.LessOrEqual(t, s.spent-before, int64(checkEvery+len(r.backward.insts)))
}

func TestRefusesWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	runes := make([]rune, maxClasses+1)
	for i := range runes {
		runes[i] = '\u4e00' + rune(i)
	}
	for text, problem := range map[string]string{
		`(?:` + branches(300) + `){1000}`: "instructions, and the limit is 250000",
		string(runes):                     "sets of characters",
	} {
		tree, err := syntax.Parse(text, syntax.Perl)
		require.NoError(t, err)
		_, err = Compile(tree, even, false)
		require.ErrorContains(t, err, problem)
	}
}
