package match

import (
	"encoding/binary"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

// encode writes a text in UTF-16 or UTF-32.
func encode(text string, order binary.AppendByteOrder, width int) string {
	var out []byte
	if width == 2 {
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
	} else {
		for _, r := range text {
			out = order.AppendUint32(out, uint32(r))
		}
	}
	return string(out)
}

// encodings write a text with a byte order mark.
var encodings = map[string]func(text string) string{
	"UTF-8":    func(text string) string { return byteOrderMark + text },
	"UTF-16LE": func(text string) string { return encode(byteOrderMark+text, binary.LittleEndian, 2) },
	"UTF-16BE": func(text string) string { return encode(byteOrderMark+text, binary.BigEndian, 2) },
	"UTF-32LE": func(text string) string { return encode(byteOrderMark+text, binary.LittleEndian, 4) },
	"UTF-32BE": func(text string) string { return encode(byteOrderMark+text, binary.BigEndian, 4) },
}

func TestDecode(t *testing.T) {
	for name, encode := range encodings {
		for _, text := range []string{"", "a", "go 1.21\r\n", "日本 Ä 😀\n", strings.Repeat("x", 9000) + "\U0010FFFF"} {
			got, binary := Decode([]byte(encode(text)))
			require.Equal(t, byteOrderMark+text, string(got), name)
			require.False(t, binary, name)
			again, binary := Decode(got)
			require.Equal(t, string(got), string(again), name)
			require.False(t, binary, name)
		}
		text, binary := Decode([]byte(encode("a\x00b")))
		require.True(t, binary, name)
		require.Nil(t, text, name)
	}
	for _, row := range []struct {
		content, want string
		binary        bool
	}{
		{"", "", false},
		{"\xff", "\xff", false},
		{"\xff\xfe", "\uFEFF", false},
		{"\xff\xfea", "\uFEFF\uFFFD", false},                        // half a code unit
		{"\xff\xfe\x00\xd8a\x00", "\uFEFF\uFFFDa", false},           // half a surrogate pair
		{"\xff\xfe\x00\xdc", "\uFEFF\uFFFD", false},                 // the other half
		{"\xff\xfe\x3d\xd8", "\uFEFF\uFFFD", false},                 // cut in a surrogate pair
		{"\xff\xfe\x3d\xd8\x00", "\uFEFF\uFFFD\uFFFD", false},       // cut in a code unit
		{"\xff\xfe\x00\x00\x00\x00\x11\x00", "\uFEFF\uFFFD", false}, // above U+10FFFF
		{"\xff\xfe\x00\x00\xff\xff\xff\xff", "\uFEFF\uFFFD", false},
		{"\x00\x00\xfe\xff\x00", "\uFEFF\uFFFD", false},
		{"a\x00b\x00", "", true}, // UTF-16 without a mark
		{"a\uFEFF", "a\uFEFF", false},
		{strings.Repeat("a", 8000) + "\x00", strings.Repeat("a", 8000) + "\x00", false},
	} {
		text, binary := Decode([]byte(row.content))
		require.Equal(t, row.binary, binary, "%q", row.content)
		require.Equal(t, row.want, string(text), "%q", row.content)
	}
	plain := []byte("plain text\n")
	text, _ := Decode(plain)
	require.Same(t, &plain[0], &text[0])
	require.Zero(t, testing.AllocsPerRun(10, func() { Decode(plain) }))
}

func TestMatchesInEveryEncoding(t *testing.T) {
	t.Parallel()
	const text = "go 1.21\r\nTODO é 😀\r\nlast"
	contents := map[string]string{"plain": text}
	for name, encode := range encodings {
		contents[name] = encode(text)
	}
	for name, content := range contents {
		for _, row := range []struct {
			query string
			want  int64
		}{
			{`/^go (1\.\d+)$/`, 1},
			{"/^go/", 1},
			{"todo", 1},
			{"é 😀", 1},
			{"/😀$/", 1},
			{`content:"é 😀\nlast"`, 1},
			{`/\Ago/`, 1},
			{`/t$/`, 1},
			{`/^.{3}$/`, 0},
			{`/\s+/`, 5},
			{`/1\r$/`, 1},
			{`/\d\r\n/`, 1},
			{`/\d\n/`, 1},
			{"/^.*$/", 3},
			{"/^[^x]{4}$/", 1},
			{`NOT /go 1.21$/`, 0},
			{`NOT /go 1.22$/`, 1},
			{`select:file /^last$/`, 1},
			{`/1$/ OR TODO OR /last$/`, 3},
			{`/1\r/ OR /1$/ OR /21/`, 1},
			{`last repo:has.content(^go\s1\.21$)`, 1},
			{`patterntype:structural go :[x\n]`, 1},
		} {
			m := compileQuery(t, row.query)
			got := m.Match("x.txt", []byte(content)).N
			for _, p := range m.Predicates() {
				require.True(t, p.Match("x.txt", []byte(content)), "%s in %s", row.query, name)
			}
			require.Equal(t, row.want, got, "%s in %s", row.query, name)
		}
		q, err := query.Parse(`/^go (.*)/ OR /(\w+)\z/ OR /(\S+)$/`)
		require.NoError(t, err)
		m, err := Compile(q, Options{ByValue: true})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(map[string]int64{"1.21": 2, "last": 2, "😀": 1}, m.Match("x", []byte(content)).Values), name)

		mark := int64(1)
		if name == "plain" {
			mark = 0
		}
		for _, text := range []string{`/\x{FEFF}/`, "/\uFEFFgo/", "\uFEFF", `/^\x{FEFF}go .*\d$/`} {
			require.Equal(t, mark, compileQuery(t, text).Match("x", []byte(content)).N, "%s in %s", text, name)
		}
	}
}

func TestLinesOfChangesHaveNoLineEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query, old, new string
		want            bool
	}{
		// Changes of the line end or of the encoding are not changes of the line.
		{"type:diff /todo$/", "todo\n", "todo\r\n", false},
		{"type:diff todo", "todo\n", "todo\r\n", false},
		{"type:diff todo", "todo\n", encodings["UTF-16LE"]("todo\r\n"), false},
		{"type:diff todo", byteOrderMark + "todo\n", "todo\n", false},
		{`type:diff /todo\r/`, "todo\n", "todo\r\n", true},
		{"type:diff /^todo$/", "x\r\n", "todo\r\nx\r\n", true},
		{"type:diff /^todo$/", "", encodings["UTF-32BE"]("todo\r\n"), true},
		{`type:diff /todo\s*$/ select:commit.diff.added`, "todo\r\n", "todo\r\ntodo\r\n", true},
	} {
		m := compileQuery(t, row.query)
		change := Change{Path: "x", Lines: m.ChangedLines([]byte(row.old), []byte(row.new))}
		require.Equal(t, m.ChangedLinesOf(m.Text([]byte(row.old)), m.Text([]byte(row.new))), change.Lines)
		require.Equal(t, row.want, m.MatchCommit(Commit{Changes: []Change{change}}), "%s: %q to %q", row.query, row.old, row.new)
	}
	for _, text := range []string{"type:commit /one$/", "type:commit message:one$", "type:commit /^two/"} {
		require.True(t, compileQuery(t, text).MatchCommit(Commit{Message: "one\r\n\r\ntwo\r\n"}), text)
	}
	require.True(t, compileQuery(t, `type:commit message:one\r`).MatchCommit(Commit{Message: "one\r\n"}))
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		expr         string
		returns, bom bool
	}{
		{`\r`, true, false},
		{"\r", true, false},
		{`a\x0d`, true, false},
		{`\x0D`, true, false},
		{`\x{d}`, true, false},
		{`\x{000D}`, true, false},
		{`\015`, true, false},
		{`\0151`, true, false},
		{`[^\r\n]`, true, false},
		{`(?:x|\r)`, true, false},
		{`\Q` + "\r" + `\E`, true, false},
		{`\\r`, false, false},
		{`\Q\r\E`, false, false},
		{`\Qa\Er`, false, false},
		{`\Q\E\r`, true, false},
		{`\s`, false, false},
		{`[[:cntrl:]]`, false, false},
		{`.`, false, false},
		{`[^a]`, false, false},
		{`\x0a`, false, false},
		{`\x0a\r`, true, false},
		{`\n`, false, false},
		{`r`, false, false},
		{`\pLr`, false, false},
		{`\x{FEFF}`, false, true},
		{"\uFEFF", false, true},
		{`\x{feff}?\r`, true, true},
		{`\x{FEFE}-\x{FFFF}`, false, false},
		{`\Qabc`, false, false},
		{``, false, false},
	} {
		_, err := regexp.Compile(row.expr)
		require.NoError(t, err)
		require.Equal(t, row.returns, namesRune(row.expr, '\r'), row.expr)
		require.Equal(t, row.bom, namesRune(row.expr, '\uFEFF'), row.expr)
	}
}

// formed changes a text as the rule for line ends and byte order marks says.
func formed(text string, f form) string {
	if !f.keepsMark {
		text = strings.TrimPrefix(text, byteOrderMark)
	}
	if !f.keepsReturns {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text
}

// linesOf returns lines as pattern.linesOf does.
func linesOf(texts []string) (all []line) {
	slices.Sort(texts)
	for i, text := range texts {
		if i > 0 && text == texts[i-1] {
			all[len(all)-1].n++
			continue
		}
		all = append(all, line{hash: hashLine([]byte(text)), n: 1})
	}
	slices.SortFunc(all, func(a, b line) int { return a.hash.compare(b.hash) })
	return all
}

// windowsText draws texts with both kinds of line ends, and sometimes a byte order mark.
func windowsText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pieces := []string{"todo", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "a", "b", " ", "TODO", "go 1.21", "é", "\xff", "\uFEFF"}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var b strings.Builder
		if rapid.Bool().Draw(t, "mark") {
			b.WriteString(byteOrderMark)
		}
		for range rapid.SampledFrom([]int{0, 1, 3, 20, 200}).Draw(t, "pieces") {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	})
}

// formPatterns draws patterns of all forms.
func formPatterns() *rapid.Generator[*query.Pattern] {
	return rapid.Custom(func(t *rapid.T) *query.Pattern {
		if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			text := rapid.SampledFrom([]string{"todo", "a\nb", "\n", "b\r\n", "\uFEFFa", "o\n", "1.21", "é"}).Draw(t, "literal")
			return &query.Pattern{Kind: query.Literal, Text: text}
		}
		text := rapid.OneOf(regexps(2), rapid.SampledFrom([]string{
			`^go (.*)`, `^go (1\.\d+)$`, `todo$`, `(todo)\s`, `\r`, `\r$`, `\r?\n`, `[^\r\n]+`, `todo\nTODO`, `(todo|go)\n`, `\x{FEFF}?a`, `^a`, `\Aa`, `(?s:a.b)`, `\d\d\n`, `[\x0b-\x0d]`, `\W+`, `o\b`,
		})).Draw(t, "regexp")
		if _, err := regexp.Compile(text); err != nil || text == "" {
			t.Skip("not a regular expression: ", text)
		}
		return &query.Pattern{Kind: query.Regexp, Text: text}
	})
}

func TestForms_EqualGoRegexpOnTheFormedText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, content := formPatterns().Draw(t, "pattern"), windowsText().Draw(t, "text")
		text := p.Text
		if p.Kind == query.Literal {
			text = regexp.QuoteMeta(text)
		}
		own := form{keepsReturns: names(p, '\r'), keepsMark: names(p, '\uFEFF')}
		want := naive(regexp.MustCompile("(?im)"+text), []byte(formed(content, own)))
		finder, err := newFinder(p, false, false)
		require.NoError(t, err)
		one := &pattern{finder: finder, form: formOf(p, finder)}
		f := (&Matcher{}).open("x", []byte(content))
		require.Equal(t, int64(len(want)), finder.count(f.see(one), nil), "count of %q in %q", text, content)
		require.Equal(t, len(want) > 0, finder.has(f.see(one), nil), "%q in %q", text, content)
		required, err := requirementOf(p, false)
		require.NoError(t, err)
		if len(want) > 0 {
			require.True(t, required.Holds([]byte(formed(content, own))))
		}

		var lines []string
		for line := range strings.Lines(formed(content, own)) {
			if line = strings.TrimSuffix(line, "\n"); len(naive(regexp.MustCompile("(?im)"+text), []byte(line))) > 0 {
				lines = append(lines, line)
			}
		}
		one.required, one.inLine = required, inLine(p)
		require.Equal(t, linesOf(lines), one.linesOf([]byte(content), false, nil), "lines of %q in %q", text, content)

		// The ranges in the text itself contain what was found, apart from the removed \r.
		got := finder.ranges(f.see(one), nil, nil)
		one.form.origin(f.content, got)
		require.Len(t, got, len(want))
		for i, s := range got {
			found := content[s.start:s.end]
			require.Equal(t, formed(content, own)[want[i].start:want[i].end], formed(found, form{keepsMark: true, keepsReturns: own.keepsReturns}), "%q in %q", text, content)
		}
	})
}

// The lines between the first and the last difference decide what a change adds and removes.
func TestChangedLines_EqualThoseOfWholeTexts(t *testing.T) {
	t.Parallel()
	queries := []string{"todo", "TODO case:yes", `/\w+/`, "/^todo/", "/o$/", `/\x{FEFF}/`, `/\r/`, `/a\s+b/`, `/\Ab\z/`, "a NOT b", "select:commit.diff.added (todo OR /^a/)"}
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		m := compileQuery(t, "type:diff "+rapid.SampledFrom(queries).Draw(t, "query"))
		shared := windowsText()
		head, tail := shared.Draw(t, "head"), shared.Draw(t, "tail")
		before := head + windowsText().Draw(t, "removed") + tail
		after := head + windowsText().Draw(t, "added") + tail
		got := m.ChangedLines([]byte(before), []byte(after))
		require.Equal(t, m.ChangedLinesOf(m.Text([]byte(before)), m.Text([]byte(after))), got, "%q to %q", before, after)
		if got.found != nil {
			found++
		}
	})
	require.Positive(t, found)
}
