package match_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

func compile(t testing.TB, text string, opts match.Options) *match.Matcher {
	t.Helper()
	q, err := query.Parse(text)
	require.NoError(t, err)
	m, err := match.Compile(q, opts)
	require.NoError(t, err)
	return m
}

func TestMatchCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, content string
		want           int64
	}{
		// Match ranges count, not lines. Case does not matter unless case:yes.
		{"todo", "TODO: Todo\ntodo", 3},
		{"case:yes todo", "TODO: Todo\ntodo", 1},
		{"aa", "aaaaa", 2},
		{"todo", "", 0},
		{"a b", "a b  a  b\na\nb", 1},
		{"a.b", "a.b axb", 1},
		{`content:"a\nb"`, "a\nb", 1},

		// ^ and $ match at line ends, . does not match a newline.
		{"/^a$/", "a\nb\na\r\na", 3}, // a line also ends before \r\n
		{"/a.*b/", "a\nb a--b", 1},
		{`/a\s+b/`, "a\n\nb", 1},
		{"patterntype:regexp a b", "a1b\na\nb", 1},

		// Empty matches do not count.
		{"/x*/", "xx y x", 2},
		{"/(|x)y?/", "xy", 1},
		{"/$/", "a\nb\n", 0},
		{"/x*/ OR b", "b", 1},

		// Overlaps within a pattern: leftmost-first. Overlaps between patterns: merged.
		{"/ab|abc/", "abc", 1},
		{"foo OR foobar", "foobar foo", 2},
		{"ab OR bc", "abc bc", 2},
		{"ab OR b OR a", "ab b a", 3},
		{"todo OR TODO", "todo", 1},

		// Booleans: the ranges of the positive patterns in the parts that hold.
		{"a AND b", "a b a", 3},
		{"a AND b", "a a", 0},
		{"a AND NOT b", "a a", 2},
		{"a AND NOT b", "a b", 0},
		{"a AND b OR c", "a c a", 1},
		{"NOT NOT a", "a a", 2},
		{"NOT (NOT a OR b)", "a a", 2},
		{"-content:b a", "a", 1},

		// If the query holds without a positive pattern, the file counts.
		{"NOT a", "b", 1},
		{"NOT a", "a", 0},
		{"a OR NOT b", "c", 1},
		{"a OR NOT b", "a a c", 2},
		{"file:x", "anything", 1},
		{"file:y", "anything", 0},
		{"file:x OR a", "a a", 2},
		{"file:x OR a", "b", 1},

		// select: and type:path count files.
		{"select:file a", "a a", 1},
		{"select:file a", "b", 0},
		{"select:repo a", "a a", 1},
		{"type:path x", "", 1},
		{"type:path x OR t", "", 1},
		{"type:path nowhere", "nowhere", 0},
		{"type:path NOT nowhere", "nowhere", 1},
		{"type:path", "", 1},

		// Bytes that are not UTF-8 are searched as bytes, and have no other case.
		{"é", "\xc3 \xc3\xa9 \xff\xc3\x89", 2},
		{`content:"�"`, "\xff \xef\xbf\xbd", 1},
		{"k", "k K \u212a", 3},
		{"case:yes k", "k K \u212a", 1},
		{"set", "\u017fet SET", 2},
		{"STRASSE", "straße", 0}, // simple folding, as in Go

		// Binary content has no matches.
		{"a", "a\x00", 0},
		{"a", strings.Repeat("a", 8000) + "\x00", 8000},
		{"NOT a", "a\x00", 1},
		{"select:file file:x", "\x00", 1},
	} {
		m := compile(t, row.query, match.Options{})
		require.Equal(t, row.want, m.Match("dir/x.txt", []byte(row.content)).N, "%s in %q", row.query, row.content)
	}
}

func TestReplacementRune(t *testing.T) {
	t.Parallel()
	// In a literal, U+FFFD matches itself. In a regular expression, it matches what Go's engine
	// matches: also a byte that is not UTF-8.
	require.Equal(t, int64(1), compile(t, "a\uFFFD", match.Options{}).Match("x", []byte("a\xff a\uFFFD")).N)
	require.Equal(t, int64(2), compile(t, `/a\x{FFFD}/`, match.Options{}).Match("x", []byte("a\xff a\uFFFD")).N)
}

func TestWant(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, path string
		want        match.Want
		contentOnly bool
	}{
		{"a", "x.go", match.Content, true},
		{"file:go$ a", "x.go", match.Content, true},
		{"file:go$ a", "x.py", match.Skip, true},
		{"-file:go$ a", "x.go", match.Skip, true},
		{"file:GO$ a", "x.go", match.Content, true},
		{"case:yes file:GO$ a", "x.go", match.Skip, true},
		{"(file:go$ a) OR b", "x.py", match.Content, false},
		{"(file:go$ OR file:py$) AND a", "x.py", match.Content, false},
		{"(file:go$ a) OR (file:py$ b)", "x.js", match.Skip, false},
		{"file:go$", "x.go", match.Path, true},
		{"file:go$", "x.py", match.Skip, true},
		{"file:go$ OR NOT a", "x.py", match.Content, false},
		{"file:go$ NOT a", "x.go", match.Content, true},
		{"select:file file:go$ OR a", "x.go", match.Path, false},
		{"select:file file:go$ OR a", "x.py", match.Content, false},
		{"file:go$ OR a", "x.go", match.Content, false},
		{"type:path go", "x.go", match.Path, false},
		{"type:path go", "x.py", match.Skip, false},
		{"type:path select:repo", "x.py", match.Path, true},
		{"lang:go a", "x.go", match.Content, false},
		{"lang:go a", "x.py", match.Skip, false},
		{"lang:go", "x.go", match.Path, false},
		{"lang:c++", "x.h", match.Content, false},
		{"-lang:c++ OR file:y", "x.h", match.Content, false},
		{"type:path lang:c++ x", "x.h", match.Content, false},
	} {
		m := compile(t, row.query, match.Options{})
		require.Equal(t, row.want, m.Want(row.path), "%s of %s", row.query, row.path)
		require.Equal(t, row.contentOnly, m.ContentOnly(), row.query)
		if row.contentOnly {
			require.Empty(t, m.Class(row.path))
		}
	}
	require.True(t, compile(t, "select:repo a", match.Options{}).PerRepository())
	require.False(t, compile(t, "select:file a", match.Options{}).PerRepository())
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	const cpp = "#include <vector>\nclass A { public: std::vector<int> v; };\nnamespace x { template<typename T> T f(); }\n"
	const objc = "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n"
	for _, row := range []struct {
		query, path, content string
		want                 int64
	}{
		{"lang:go", "a/x.go", "", 1},
		{"lang:golang", "a/X.GO", "", 1},
		{"-lang:go", "a/x.go", "", 0},
		{"lang:dockerfile", "build/Dockerfile", "", 1},
		{"lang:go", "x.py", "", 0},
		{"lang:c++", "x.h", cpp, 1},
		{"lang:objective-c", "x.h", cpp, 0},
		{"lang:objective-c", "x.h", objc, 1},
		{"lang:c++", "x.h", objc, 0},
		{"-lang:c++", "x.h", objc, 1},
		{"lang:c++", "x.h", "\x00" + cpp, 0}, // a binary file has only the language of its path
		{"-lang:c++", "x.h", "\x00" + cpp, 1},
		{"lang:go", "x.go", "\x00", 1},
		{"lang:python", "bin/tool", "#!/usr/bin/env python3\n", 1},
		{"lang:python", "bin/tool", "#!/bin/sh\n", 0},
		{"lang:shell", "bin/tool", "#!/bin/sh\n", 1},
		{"lang:raku", "x.pl", "#!/usr/bin/env raku\n", 1},
		{"lang:perl", "x.pl", "#!/usr/bin/env raku\n", 0},
		{"lang:perl", "x.pl", "#!/usr/bin/env perl\n", 1},
		{"lang:python", "bin/tool", "", 0},
		{"lang:python", "bin/tool", "#!/usr/bin/env python3\n\x00", 0},
		{"lang:javascript lang:typescript", "x.js", "", 0},

		// Interpreters of several languages: Perl and Pod, Lua and Terra, OCaml and ReScript.
		{"lang:perl", "bin/tool", "#!/usr/bin/perl\nuse strict;\nmy $x = shift;\n", 1},
		{"lang:pod", "bin/tool", "#!/usr/bin/perl\nuse strict;\nmy $x = shift;\n", 0},
		{"lang:lua", "bin/tool", "#!/usr/bin/env lua\nlocal x = 1\n", 1},
		{"lang:lua", "bin/tool", "#! /usr/bin/env lua\r\nlocal x = 1\r\n", 1},
		{"lang:ocaml", "bin/tool", "#!/usr/bin/ocaml\nlet x = 1\n", 1},
	} {
		require.Equal(t, row.want, compile(t, row.query, match.Options{}).Match(row.path, []byte(row.content)).N, "%s for %s", row.query, row.path)
	}
}

func TestClassIsWhatLanguagesDependOn(t *testing.T) {
	t.Parallel()
	m := compile(t, "lang:c++ a", match.Options{})
	require.Equal(t, m.Class("a/x.cpp"), m.Class("b/y.cc"))
	require.Equal(t, m.Class("a/x.h"), m.Class("b/y.h")) // the content decides for both
	require.NotEqual(t, m.Class("x.h"), m.Class("x.cpp"))
}

func TestValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 60)
	for _, row := range []struct {
		query, content string
		want           map[string]int64
	}{
		{`/go (1\.\d+)/`, "go 1.20\ngo 1.21 GO 1.20", map[string]int64{"1.20": 2, "1.21": 1}},
		{`/(\w)=(\w)/`, "a=b b=c", map[string]int64{"a": 1, "b": 2, "c": 1}},
		{"/x(y)?(z*)/", "x xy xyzz", map[string]int64{"y": 2, "zz": 1}},
		{"/(a|b)c/ AND d", "ac bc d", map[string]int64{"a": 1, "b": 1}},
		{"/(a|b)c/ AND d", "ac bc", nil},
		{"/(a)/ OR /(a|b)/", "ab", map[string]int64{"a": 2, "b": 1}},
		{"patterntype:regexp (todo)", "TODO todo", map[string]int64{"TODO": 1, "todo": 1}},
		{"/x(.+)/", "x" + long, map[string]int64{long[:100]: 1}},
		{"/x(.+)/", "xa" + long, map[string]int64{"a" + long[:98]: 1}},
		{"/x(.+)y/", "x\xffy", map[string]int64{`\xff`: 1}},
		{"/x(.+)y/", "x\xffy\nx\xfey\nx\xff\xfey\nx\uFFFDy", map[string]int64{`\xff`: 1, `\xfe`: 1, `\xff\xfe`: 1, "\uFFFD": 1}},
		{`/q(.+)q/`, "q\xe9q\nqéq\nq\xc3q", map[string]int64{`\xe9`: 1, "é": 1, `\xc3`: 1}},
		{`/q(.+)q/`, "q\xffq\nq\\xffq\nq\\x5cxffq\nq\\xFFq\nq\\x41q\nq\\xfq", map[string]int64{
			`\xff`: 1, `\x5cxff`: 1, `\x5cx5cxff`: 1, `\xFF`: 1, `\x41`: 1, `\xf`: 1,
		}},
		{`/q(.+)q/`, "q" + strings.Repeat("\xff", 60) + "q", map[string]int64{strings.Repeat(`\xff`, 25): 1}},
		{`/q(.+)q/`, "q" + strings.Repeat("a", 97) + "\xff" + "q", map[string]int64{strings.Repeat("a", 97): 1}},
		{"/x(.+)y/", strings.Repeat(" ", 8000) + "xa\x00y", map[string]int64{`a\x00`: 1}},
		{"/(a)/", "a\x00", nil},
	} {
		got := compile(t, row.query, match.Options{ByValue: true}).Match("x", []byte(row.content))
		require.Empty(t, cmp.Diff(row.want, got.Values), row.query)
		sum := int64(0)
		for v, n := range got.Values {
			sum += n
			require.True(t, utf8.ValidString(v))
		}
		require.Equal(t, sum, got.N)
	}
}

// TestRegexpsShareMemory compiles many expressions, each of which is small enough alone.
func TestRegexpsShareMemory(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range 6 {
		all = append(all, fmt.Sprintf("/(?:%s%d){1000}/", strings.Repeat("a", 50), i))
	}
	q, err := query.Parse(strings.Join(all, " OR "))
	require.NoError(t, err)
	_, err = match.Compile(q, match.Options{})
	require.ErrorContains(t, err, "its regular expressions are too large: together they compile to more than 250000 instructions: repeat fewer times")

	q, err = query.Parse(strings.Join(all[:4], " OR "))
	require.NoError(t, err)
	m, err := match.Compile(q, match.Options{})
	require.NoError(t, err)
	require.Equal(t, match.Counts{N: 1}, m.Match("a", []byte(strings.Repeat(strings.Repeat("a", 50)+"3", 1001))))
}

func TestByValueNeedsGroups(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ query, says string }{
		{"a(b)", "no capturing group"},
		{"NOT /a(b)/", "no capturing group"},
		{"/(?:a)/", "no capturing group"},
		{"select:file /(a)/", "leave"},
		{"type:path /(a)/", "leave"},
	} {
		q, err := query.Parse(row.query)
		require.NoError(t, err)
		_, err = match.Compile(q, match.Options{ByValue: true})
		require.ErrorContains(t, err, row.says)
	}
}

func TestMatcherIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	m := compile(t, `todo OR /fix(me)?\b/ OR /(a|b)+\s*c/ lang:c++`, match.Options{})
	content := []byte(strings.Repeat("TODO fix fixme abac\n", 100))
	want := m.Match("x.cpp", content)
	require.Positive(t, want.N)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := m.Match("x.cpp", content); got.N != want.N {
					t.Errorf("counted %d, alone %d", got.N, want.N)
				}
			}
		})
	}
	wg.Wait()
}
