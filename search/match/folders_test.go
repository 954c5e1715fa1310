package match

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

func folders(t require.TestingT, text string) *Folders {
	q, err := query.Parse(text)
	require.NoError(t, err)
	m, err := Compile(q, Options{})
	require.NoError(t, err)
	f, err := NewFolders(m, m.Predicates())
	require.NoError(t, err)
	return f
}

func TestFolders_KeysOfTheSameQuery(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query string
		a, b  string
		equal bool
	}{
		{"TODO", "a/", "b/c/", true},
		{`TODO file:\.go$`, "a/", "b/c/", true},
		{`TODO file:\.go$`, "a.go/", "b/c/", true},
		{"TODO file:^a/", "a/", "b/", false},
		{"TODO file:^a/", "a/x/", "a/y/z/", true},
		{"TODO file:^a/", "", "b/", false},
		{"TODO file:a/b/", "x/", "a/", false},
		{"TODO file:a/b/", "a/b/", "x/a/b/c/", true},
		{"TODO -file:^vendor/ file:go$", "x/", "vendor/", false},
		{"TODO lang:go", "a/", "b/", true},
		{"TODO repo:has.path(^a/x)", "a/", "b/", false},
		{"TODO repo:has.file(path:^a/x content:y)", "a/", "b/", false},
		{"TODO repo:has.content(y)", "a/", "b/", true},
		{"type:path b/c", "a/", "x/b/", false},
		{"type:path b/c", "a/", "x/", true},
		{"type:path B/C case:yes", "a/", "x/b/", true},
		{`type:path patterntype:regexp ^b/`, "a/", "b/", false},
		{"type:path \uFFFD/", "a/", "b/", false}, // not a regular expression
		{"type:commit file:^a/ x", "a/", "b/", false},
		{"type:diff file:^a/ x", "a/", "b/", false},
		{"type:diff a/", "a/", "b/", true}, // the pattern searches lines, not paths
	} {
		f := folders(t, row.query)
		require.Equal(t, row.equal, f.Key(row.a) == f.Key(row.b), "%s: %q and %q", row.query, row.a, row.b)
	}
}

// Folders with equal keys are not told apart by any path below them.
func TestFolders_AreAlike(t *testing.T) {
	t.Parallel()
	names := rapid.SampledFrom([]string{"a", "b", "ab", "A", "é", "\xff", "a.go", "a\nb", "vendor", " "})
	folder := rapid.Custom(func(t *rapid.T) string {
		path := ""
		for range rapid.IntRange(0, 3).Draw(t, "depth") {
			path += names.Draw(t, "name") + "/"
		}
		return path
	})
	exprs := []string{"a", "^a", "a$", "^a/b", "(?:^|/)b/", "a/.*b/", "a/[^/]*$", "(a/){2}", "^$", `\ba\b`, `\Bb`, "a.b/a", "(?m)^b", "(?s)a.b", "a?/b", "x*", "é/a", "[^a]/a", `\.go$`, "a|^b/a", "/$"}
	equal := 0
	rapid.Check(t, func(t *rapid.T) {
		expr := rapid.SampledFrom(exprs).Draw(t, "expression")
		one, two := folder.Draw(t, "folder"), folder.Draw(t, "folder")
		f := &Folders{}
		if err := f.add(expr); err != nil {
			t.Fatalf("%v", err)
		}
		if f.Key(one) != f.Key(two) {
			return
		}
		equal++
		re := regexp.MustCompile(expr)
		for range 20 {
			rest := folder.Draw(t, "below") + names.Draw(t, "file")
			if re.MatchString(one+rest) != re.MatchString(two+rest) {
				t.Fatalf("%s tells %q from %q", expr, one+rest, two+rest)
			}
		}
	})
	require.Positive(t, equal)
}

// The number of different keys does not grow with the number of folders.
func TestFolders_FewKinds(t *testing.T) {
	t.Parallel()
	for text, most := range map[string]int{"TODO": 1, `TODO file:\.go$`: 2, "TODO file:1/2/3/": 4, "TODO file:^1/ -file:/9/": 6, "TODO file:1.*2.*3/x": 6} {
		f, kinds := folders(t, text), map[string]bool{}
		for i := range 1000 {
			digits := fmt.Sprintf("%03d", i)
			kinds[f.Key(digits[:1]+"/"+digits[1:2]+"/"+digits[2:]+"/")] = true
		}
		require.LessOrEqual(t, len(kinds), most, text)
	}
}

func TestFolders_SkipWhatNoPathBelowCanMatch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, folder string
		skip          bool
	}{
		{"TODO", "a/", false},
		{`TODO file:\.go$`, "a/", false},
		{"TODO file:^README.md$", "a/", true},
		{"TODO file:^README.md$", "readme.md/", true},
		{"TODO file:^a/b/", "a/", false},
		{"TODO file:^a/b/", "a/b/", false},
		{"TODO file:^a/b/", "A/b/c/", false},
		{"TODO file:^a/b/ case:yes", "A/b/c/", true},
		{"TODO file:^a/b/", "a/c/", true},
		{"TODO file:^(a|b)/c", "b/", false},
		{"TODO file:^(a|b)/c", "c/", true},
		{"TODO file:^a/ OR TODO file:^b/", "b/", false},
		{"TODO file:^a/ OR TODO file:^b/", "c/", true},
		{"TODO file:^a/ OR FIXME", "c/", false},
		{"TODO -file:^vendor/", "vendor/", true},
		{"TODO -file:^vendor/", "a/vendor/", false},
		{"TODO -file:(^|/)vendor/", "a/vendor/x/", true},
		{"TODO -file:_test.go$", "a_test.go/", false},
		{"TODO -file:^a", "a/", true},
		{"TODO -file:^a -file:go$", "b/", false},
		{"TODO file:(?m)^a$", "b/", false},
		{"TODO lang:go", "a/", false},
		{"type:path file:^a/ b", "b/", true},
		{"type:diff file:^a/ x", "b/", true},
		{"type:commit file:^a/ x", "b/", false}, // another change of the commit can matter
		{"TODO file:^a/ repo:has.content(x)", "b/", false},
		{"TODO file:^a/ repo:has.path(^b/)", "b/", false},
		{"TODO file:^a/ repo:has.path(^b/)", "c/", true},
		{"TODO file:^a/ repohasfile:go", "c/", false},
	} {
		require.Equal(t, row.skip, folders(t, row.query).Skip(row.folder), "%s: %q", row.query, row.folder)
	}
}

// No path below a folder that is skipped is wanted.
func TestFolders_SkipOnlyWhatIsNotWanted(t *testing.T) {
	t.Parallel()
	names := rapid.SampledFrom([]string{"a", "b", "ab", "A", "é", "\xff", "a.go", "a\nb", "vendor"})
	folder := rapid.Custom(func(t *rapid.T) string {
		path := ""
		for range rapid.IntRange(0, 3).Draw(t, "depth") {
			path += names.Draw(t, "name") + "/"
		}
		return path
	})
	exprs := rapid.SampledFrom([]string{"a", "^a", "a$", "^a/b", "(?:^|/)b/", "a/.*b/", "^a/[^/]*$", "^$", `^\ba\b`, `\Bb`, "^a.b/a", "(?m)^b", "(?s)^a.b", "a?/b", "^é/a", "^[^a]/a", `\.go$`, "a|^b/a", "/$", `\Aa`, `a\z`})
	skipped := 0
	rapid.Check(t, func(t *rapid.T) {
		text := "x"
		for range rapid.IntRange(1, 2).Draw(t, "filters") {
			text += rapid.SampledFrom([]string{" file:", " -file:", " OR y file:", " OR y -file:"}).Draw(t, "filter") + exprs.Draw(t, "expression")
		}
		text += rapid.SampledFrom([]string{"", " type:path", " case:yes"}).Draw(t, "rest")
		q, err := query.Parse(text)
		if err != nil {
			t.Skip(err)
		}
		m, err := Compile(q, Options{})
		require.NoError(t, err)
		f, err := NewFolders(m, nil)
		require.NoError(t, err)
		at := names.Draw(t, "top") + "/" + folder.Draw(t, "folder")
		if !f.Skip(at) {
			return
		}
		skipped++
		for range 20 {
			if path := at + folder.Draw(t, "below") + names.Draw(t, "file"); m.Want(path) != Skip {
				t.Fatalf("%s wants %q", text, path)
			}
		}
	})
	require.Positive(t, skipped)
}
