package match

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

// A Stream gives the count of the whole content. Only for some queries, it may say that it cannot.
func TestStream_EqualsMatch(t *testing.T) {
	t.Parallel()
	queries := []string{
		"ab", "a", "b case:yes", "ab OR a", "ab OR ba OR a OR b", "a AND b", "a NOT b", "NOT a", "a AND b OR B", "select:file a", "select:file NOT a",
		`/a+/`, `/^a/`, `/a$/`, `/^$/`, `/\bab\b/`, "a file:x", "a -file:x",
		"(a file:x) OR (b -file:x)", "a lang:go", "a -lang:perl", `/(\w)b/`, "/é/", `/a\r?$/`, `/(a.?)$/`, `/^\x{feff}?a/`,
	}
	// Queries with a pattern that can match several lines, or with more than four patterns.
	needWhole := []string{
		`/(?s)a.b/`, `/a\s+b/`, `/a\sb/ OR a`, `/a[^a]b/`, `/\Aa/`, `/b\z/`, "patterntype:structural a:[x]b",
		"ab OR ba OR a OR b OR bb",
	}
	queries = append(queries, needWhole...)
	lines := rapid.SampledFrom([]string{"a", "ab", "ba b", "aab", "", "B", "bb", "é", "\xff", "a\r", "ab\r", "\uFEFFa", "x"})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(queries).Draw(t, "query")
		q, err := query.Parse(text)
		require.NoError(t, err)
		byValue := q.Captures() > 0
		m, err := Compile(q, Options{ByValue: byValue})
		require.NoError(t, err)
		path := rapid.SampledFrom([]string{"x.go", "y", "z.h"}).Draw(t, "path")
		if m.Want(path) != Content {
			return
		}
		var parts []string
		whole := ""
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			part := ""
			for _, line := range rapid.SliceOfN(lines, 1, 4).Draw(t, "lines") {
				part += line + "\n"
			}
			parts = append(parts, part)
			whole += part
		}
		last := lines.Draw(t, "last")
		if parts, whole = append(parts, last), whole+last; last == "" {
			parts = parts[:len(parts)-1]
		}
		var add func([]byte, int64)
		values := map[string]int64{}
		if byValue {
			add = func(v []byte, n int64) { values[string(v)] += n }
		}
		s := m.Stream(path, int64(len(whole)), add)
		for _, part := range parts {
			s.Add([]byte(part))
		}
		n, reason := s.Finish()
		if reason != "" {
			require.Contains(t, needWhole, text, reason)
			return
		}
		want := m.Match(path, []byte(whole))
		require.Equal(t, want.N, n, "%s in %q", text, whole)
		if byValue && n > 0 {
			require.Empty(t, cmp.Diff(want.Values, values), "%s in %q", text, whole)
		}
	})
}

// A pattern that can match several lines is absent if a text that it requires is absent.
func TestStream_OfPatternsAcrossLines(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, content string
		n              int64
		known          bool
	}{
		{`/foo\s+bar/`, "foo\nba r\n", 0, true},
		{`/foo\s+bar/`, "foo\nbar\n", 0, false},
		{`/foo\s+bar/ OR baz`, "baz baz\n", 2, true},
		{`select:file /foo\s+bar/ OR baz`, "foo bar baz\n", 1, true},
		{`baz NOT /foo\s+bar/`, "baz foo", 1, true},
		{`baz NOT /foo\s+bar/`, "foo bar", 0, true},
		{`baz NOT /foo\s+bar/`, "foo baz bar", 0, false},
		{`/\s/`, "x", 0, false},
	} {
		q, err := query.Parse(row.query)
		require.NoError(t, err)
		m, err := Compile(q, Options{})
		require.NoError(t, err)
		s := m.Stream("x", int64(len(row.content)), nil)
		s.Add([]byte(row.content))
		n, reason := s.Finish()
		require.Equal(t, row.known, reason == "", "%s in %q: %s", row.query, row.content, reason)
		require.Equal(t, row.n, n, "%s in %q", row.query, row.content)
	}
}

// The text that is read in parts is the text that Decode returns.
func TestTextReader_EqualsDecode(t *testing.T) {
	t.Parallel()
	marks := []string{"", "\xef\xbb\xbf", "\xfe\xff", "\xff\xfe", "\x00\x00\xfe\xff", "\xff\xfe\x00\x00"}
	units := rapid.SampledFrom([]string{"\x00\x00", "a\x00", "\x00a", "\xd8\x01", "\xdc\x02", "\x01\xd8", "\x02\xdc", "\x00\n", "z"})
	rapid.Check(t, func(t *rapid.T) {
		content := []byte(rapid.SampledFrom(marks).Draw(t, "mark"))
		for _, unit := range rapid.SliceOfN(units, 0, 40).Draw(t, "units") {
			content = append(content, unit...)
		}
		head := min(len(content), rapid.IntRange(4, 20).Draw(t, "head"))
		rest := rapid.SampledFrom([]func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader}).Draw(t, "reader")
		got, err := io.ReadAll(NewTextReader(content[:head], rest(bytes.NewReader(content[head:]))))
		require.NoError(t, err)
		want := content
		if decode, width := encodingOf(content); decode != nil {
			want = convert(content, decode, width)
		}
		require.Equal(t, string(want), string(got), "%q", content)
	})
	failed := errors.New("failed")
	_, err := io.ReadAll(NewTextReader([]byte("\xff\xfea\x00"), iotest.ErrReader(failed)))
	require.ErrorIs(t, err, failed, "a text with an error is not complete")
}
