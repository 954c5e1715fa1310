package index

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The name can be the whole path, or begin in the part that the path shares with the previous one.
func TestPathTable_Named(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "ab", "b", "bab", ".ab", "a.ab", "x/ab", "d/ab", "d/a", "d/e/ab", "d/e/abb", "bab/ab", "ab/a"})
		paths := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
			return rapid.SampledFrom([]string{"", "p/", "p/q/", "pa", "p/a"}).Draw(t, "start") + name.Draw(t, "name")
		}), 0, 50, rapid.ID).Draw(t, "paths")
		slices.Sort(paths)
		table, ok := decodePaths(encodePaths(paths), len(paths))
		if !ok {
			t.Fatal("the paths cannot be read")
		}
		var want []NamedPath
		for i, p := range paths {
			if p == "ab" || strings.HasSuffix(p, "/ab") {
				want = append(want, NamedPath{i, p})
			}
		}
		got, ok := table.named("ab")
		if !ok || !slices.Equal(want, got) {
			t.Fatalf("%q: %v, expected %v", paths, got, want)
		}
	})
	broken := pathTable{body: []byte{0, 9, 'a'}, n: 1}
	_, ok := broken.named("ab")
	require.False(t, ok)
}
