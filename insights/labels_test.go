package insights_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

func TestCompareLabels(t *testing.T) {
	t.Parallel()
	for _, sorted := range [][]string{
		{"1.2", "1.9", "1.10", "1.10.1", "1.21", "2"},
		{"v1.9", "1.10", "v2", "V3", "v10"},
		{"1.0-alpha", "1.0-alpha.1", "1.0-beta.2", "1.0-beta.11", "1.0-rc.1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.1"},
		{"2.0~rc1", "2.0", "2.0+build.7", "2.1-SNAPSHOT", "2.1"},
		{"", "eslint", "eslint-plugin", "Go", "go", "go1.9", "go1.10", "react", "react-dom"},
		{"1.1", "1.01", "1.2"}, // equal by value, so ordered by their texts
		{"ss", "straße", "zebra", "éclair"},
		{"Ab", "ab", "ab1", "aB2", "abb", "abé", "b", "v", "va"},
	} {
		want := slices.Clone(sorted)
		if sorted[0] == "1.1" {
			want = []string{"1.01", "1.1", "1.2"}
		}
		for range 5 {
			got := slices.Clone(sorted)
			rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
			slices.SortFunc(got, insights.CompareLabels)
			require.Equal(t, want, got)
		}
	}
	for label, is := range map[string]bool{"1.2": true, "v3": true, "V3": true, "v": false, "": false, "go1.2": false, "version": false, "9-lives": true} {
		require.Equal(t, is, insights.IsVersion(label), label)
	}
}

func TestCompareLabelsIsATotalOrder(t *testing.T) {
	t.Parallel()
	label := rapid.OneOf(
		rapid.StringMatching(`[vV]?[0-9]{1,3}([.\-~+]?[0-9a-cA-C]{1,2}){0,3}`),
		rapid.StringMatching(`[a-cA-C]{0,3}[.1é]?[a-cA-C]{0,2}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("aAbv019.-~+ é_")), 0, 6, -1), rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := label.Draw(t, "a"), label.Draw(t, "b"), label.Draw(t, "c")
		require.Equal(t, a == b, insights.CompareLabels(a, b) == 0)
		require.Equal(t, insights.CompareLabels(a, b), -insights.CompareLabels(b, a))
		list := []string{a, b, c}
		slices.SortFunc(list, insights.CompareLabels)
		require.LessOrEqual(t, insights.CompareLabels(list[0], list[1]), 0)
		require.LessOrEqual(t, insights.CompareLabels(list[1], list[2]), 0)
		require.LessOrEqual(t, insights.CompareLabels(list[0], list[2]), 0, "transitive")
		x, y := rapid.IntRange(0, 5000).Draw(t, "x"), rapid.IntRange(0, 5000).Draw(t, "y")
		version := func(n int) string { return "v1." + strconv.Itoa(n) + ".0" }
		require.Equal(t, cmp.Compare(x, y), insights.CompareLabels(version(x), version(y)))
	})
}
