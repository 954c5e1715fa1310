package output

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostile is a text as a repository may contain it: it would clear the terminal.
const hostile = "a\x1b[2Jb\tc\r\vd\u009b\u202e\xffé"

const harmless = "a [2Jb c  d  \uFFFDé"

func TestTextFromRepositoriesCannotControlTheTerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	Printf(&out, "%d\n%s\n", 1, hostile)
	require.Equal(t, "1\n"+harmless+"\n", out.String())

	require.Equal(t, harmless+"\n"+harmless, CleanLines(hostile+"\n"+hostile))

	out.Reset()
	table := NewTable(&out, "NAME", "VALUE")
	table.Row(hostile, "2")
	require.NoError(t, table.Flush())
	require.Equal(t, "NAME             VALUE\n"+harmless+"  2\n", out.String())
}
