package dfa

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The states of a list of 5,000 words fit into its table: no search of a large text empties it.
func TestTableHoldsTheStatesOfManyWords(t *testing.T) {
	t.Parallel()
	if runtime.GOMAXPROCS(0) > 4 {
		t.Skip("the tables of many processors share the memory")
	}
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		letters := make([]byte, 5+random.IntN(8))
		for i := range letters {
			letters[i] = byte('a' + random.IntN(26))
		}
		return string(letters)
	}
	words := make([]string, 5000)
	for i := range words {
		words[i] = word()
	}
	var text strings.Builder
	for range 40_000 {
		w := word()
		if random.IntN(50) == 0 {
			w = words[random.IntN(len(words))]
		}
		fmt.Fprintf(&text, "%s ", w)
	}
	expression := "(?i)" + strings.Join(words, "|")
	tree, err := syntax.Parse(expression, syntax.Perl)
	require.NoError(t, err)
	r, err := Compile(tree, even, false)
	require.NoError(t, err)
	s := r.Searcher()
	defer s.Close()
	content := []byte(text.String())
	s.Reset(content, nil, nil)
	require.EqualValues(t, len(regexp.MustCompile(expression).FindAllIndex(content[:20_000], -1)), countIn(r, content[:20_000]))
	require.Greater(t, s.Count(), int64(500))
	require.Zero(t, s.forward.held, "the table was emptied")
}

func countIn(r *Regexp, content []byte) int64 {
	s := r.Searcher()
	defer s.Close()
	s.Reset(content, nil, nil)
	return s.Count()
}

func TestTableBytes(t *testing.T) {
	t.Parallel()
	require.Equal(t, TableBytes, tableBytes(1))
	require.Equal(t, TableBytes, tableBytes(TableBytes/instructionBytes))
	require.Equal(t, max(TableBytes, largeBytes/(2*runtime.GOMAXPROCS(0))), tableBytes(MaxSize))
}
