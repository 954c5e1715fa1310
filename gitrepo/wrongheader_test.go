package gitrepo

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// git streams large loose objects, and exits with status 0 when one of them is shorter or longer
// than its header says. The objects around such an object are handed out.
func TestObjects_ALooseObjectWithAWrongHeaderIsCorrupt(t *testing.T) {
	t.Parallel()
	const large = 9_000_000 // above maxLoose, so git reads the object
	content := bytes.Repeat([]byte("x"), large+1)
	text := strings.Repeat("e", 200_000)
	whole := func(header string, content []byte) []byte { return append([]byte(header+"\x00"), content...) }
	for name, stored := range map[string][]byte{
		"shorter":               whole(fmt.Sprint("blob ", large), content[:100]),
		"much shorter":          whole("blob 300000000", content[:100]),
		"longer":                whole(fmt.Sprint("blob ", large), content),
		"size beyond all disks": whole("blob 99999999999999", content[:100]),
		"size of 19 digits":     whole("blob 9999999999999999999", content[:100]),
		"size of 30 digits":     whole("blob "+strings.Repeat("9", 30), content[:100]),
		"negative size":         whole("blob -5", content[:100]),
		"no size":               whole("blob ", content[:100]),
		"no header":             content[:100],
		"unknown kind":          whole(fmt.Sprint("blub ", large), content[:large]),
		"a tree":                whole(fmt.Sprint("tree ", large), content[:100]),
		"a commit":              whole(fmt.Sprint("commit ", large), content),
		"other content":         whole(fmt.Sprint("blob ", large), content[:large]),
		"an announced object":   whole(fmt.Sprint("blob ", large), fmt.Appendf(nil, "%0*d missing", 40, 0)),
		"empty":                 nil,
	} {
		repo := testgit.New(t)
		repo.Commit(t, testgit.Epoch, map[string]string{"a": "a", "b": "b", "c": "c", "d": "d", "e": text})
		id := func(path string) string { return repo.ObjectAt(t, "main:"+path) }
		a, b, c, d, e := id("a"), id("b"), id("c"), id("d"), id("e")
		repo.StoreUnder(t, b, stored)
		repo.StoreUnder(t, d, stored)
		damaged := string(Corrupt)
		if slices.Contains([]string{"empty", "no header", "no size", "negative size", "size of 30 digits"}, name) {
			damaged = string(Missing) // git's word for an object whose header it cannot parse
		}
		for _, maxSize := range []int64{0, 100_000} {
			got, stats := read(t, open(t, repo.Dir), ReadOptions{MaxSize: maxSize}, a, b, c, d, e)
			require.Equal(t, []string{"a", damaged, "c", damaged}, []string{got[a], got[b], got[c], got[d]}, name)
			if maxSize == 0 {
				if got[e] != text { // a message with the contents would be huge
					t.Fatalf("%s: the object after the damaged ones is not read", name)
				}
			} else {
				require.Equal(t, string(TooLarge), got[e], name)
			}
			require.LessOrEqual(t, stats.Processes.Load(), int64(5), "%s: two for each damaged object and one for the last object", name)
		}
	}
}
