package conformance

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// inUTF16 encodes a text with a byte order mark.
func inUTF16(s string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// inUTF32 encodes a text with a byte order mark.
func inUTF32(s string, order binary.AppendByteOrder) string {
	b := order.AppendUint32(nil, 0xfeff)
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

// encoded is a fixture of two commits: the first adds an ordinary text, the second adds b.txt with
// the given content.
func encoded(group, name, content string, checks ...check) fixture {
	return fixture{name: name, group: group, build: func(b *builder) {
		b.history(files{"a.txt": "TODO plain\n"}, files{"b.txt": content})
	}, checks: checks}
}

// marked sets the field `open` of the checks.
func marked(open string, checks ...check) []check {
	for i := range checks {
		checks[i].open = open
	}
	return checks
}

func encodingCases() []fixture {
	const group = "Encodings"
	const sample = "TODO café\r\n// TODO: жук 日本 😀\r\nx := 1\r\n"
	wide := func(name, content string) fixture {
		git := values(1)
		why := "a text with a byte order mark is decoded; git treats it as binary"
		return encoded(group, name, content,
			check{query: "TODO case:yes", want: values(1, 3), git: git, why: why},
			check{query: "café", want: values(0, 1), git: values(0), why: why},
			check{query: "жук", want: values(0, 1), git: values(0), why: why},
			check{query: "/^x := (\\d)$/", want: values(0, 1), git: values(0), why: why},
			check{query: `type:path b\.txt patterntype:regexp`, want: regularFiles(`b\.txt`)})
	}
	const bom = "\ufeff"
	return []fixture{
		wide("utf-16-little-endian", inUTF16(sample, binary.LittleEndian)),
		wide("utf-16-big-endian", inUTF16(sample, binary.BigEndian)),
		wide("utf-32-little-endian", inUTF32(sample, binary.LittleEndian)),
		wide("utf-32-big-endian", inUTF32(sample, binary.BigEndian)),
		encoded(group, "utf-16-without-bom", inUTF16(sample, binary.LittleEndian)[2:],
			check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "utf-16-with-half-a-character", inUTF16(sample, binary.LittleEndian)+"\x00",
			check{query: "TODO case:yes", want: values(1, 3), git: values(1), why: "a text with a byte order mark is decoded"}),
		encoded(group, "utf-8-bom", bom+"TODO one\nTODO two\n",
			check{query: "TODO case:yes", want: text("TODO")},
			check{query: "/^TODO/ case:yes", want: values(1, 3), git: grep("-E", "-e", "^TODO"), why: "a byte order mark is not part of the first line"},
			check{query: "/^TODO (one|plain)$/ case:yes", want: values(1, 2), git: grep("-E", "-e", "^TODO (one|plain)$"), why: "a byte order mark is not part of the first line"}),
		encoded(group, "utf-8-bom-alone", bom,
			check{query: "file:b", want: regularFiles("b")}),
		encoded(group, "latin-1", "TODO caf\xe9 \xc4RGER\n",
			check{query: "TODO case:yes", want: text("TODO")},
			check{query: "café", want: text("café")},
			check{query: "/caf. /", want: values(0, 1), git: grep("-E", "-e", "caf. "), why: "a byte that is not UTF-8 is a character"},
			check{query: "/rger/", want: anyCase("rger")}),
		encoded(group, "shift-jis", "TODO \x93\xfa\x96\x7b\n", check{query: "TODO case:yes", want: text("TODO")}, check{query: "{", want: text("{")}),
		encoded(group, "euc-kr", "TODO \xb0\xa1\xb3\xaa\n", check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "utf-7", "TODO +AGE-\n", check{query: "TODO +AGE- case:yes", want: text("TODO +AGE-")}),
		encoded(group, "utf-8-cut", "TODO \xe6\x97\n TODO \xf0\x9f\x98\n", check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "utf-8-too-long", "TODO \xc0\xaf \xe0\x80\xaf\n", check{query: "TODO / case:yes", want: text("TODO /")}),
		encoded(group, "surrogates-in-utf-8", "TODO \xed\xa0\x80\xed\xb0\x80\n", check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "ebcdic", "\xe3\xd6\xc4\xd6\x25", check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "composed-and-decomposed", "caf\u00e9 cafe\u0301\n",
			check{query: "caf\u00e9", want: text("caf\u00e9")},
			check{query: "cafe\u0301", want: text("cafe\u0301")},
			check{query: "cafe", want: text("cafe")}),
		encoded(group, "letters-beyond-ascii", "Ärger ÄRGER ärger жук ЖУК Σ σ ς İ I ı i ß ẞ SS ǅ ǆ Ǆ K \u212a k ſ s S\n",
			check{query: "ärger", want: anyCase("ärger")},
			check{query: "ärger case:yes", want: text("ärger")},
			check{query: "жук", want: anyCase("жук")},
			check{query: "σ", want: values(0, 3), git: values(0, 3), why: "Unicode's simple folding"},
			check{query: "ß", want: values(0, 2)},
			check{query: "k case:yes", want: values(0, 1)},
			check{query: "/\\bk\\b/", want: values(0, 2)},
			check{query: "ǆ", want: values(0, 3)}),
		encoded(group, "white-space-beyond-ascii", "TODO\u00a0a TODO\u3000b TODO\u2028c TODO\u0085d TODO\ve TODO\ff\n",
			check{query: "TODO case:yes", want: text("TODO")},
			check{query: "/TODO\\s/ case:yes", want: values(1, 2)},
			check{query: "/TODO.[a-f]/ case:yes", want: values(0, 6)}),
		encoded(group, "invisible-characters", "TO\u200bDO TO\u00adDO TODO\u200d \u202eODOT\n",
			check{query: "TODO case:yes", want: text("TODO")}),
		encoded(group, "emoji", "TODO 👨‍👩‍👧 🇩🇪 ✅\n",
			check{query: "👨‍👩‍👧", want: text("👨‍👩‍👧")},
			check{query: "/TODO .+ ✅$/", want: grep("-E", "-e", "TODO .+ ✅$")}),
	}
}

func lineCases() []fixture {
	const group = "Line ends"
	line := func(name, content string, checks ...check) fixture { return encoded(group, name, content, checks...) }
	const why = "a line ends before `\\r\\n`"
	crlf := "module x\r\ngo 1.21\r\n\r\nTODO\r\n"
	return []fixture{
		line("crlf", crlf,
			check{query: `/^go (1\.\d+)$/`, want: values(0, 1), git: grep("-E", "-e", `^go (1\.[0-9]+)$`), why: why},
			check{query: `/^go (.*)$/`, byValue: true, want: byValue(map[string]int64{}, map[string]int64{"1.21": 1})},
			check{query: `/^go (.*)/`, byValue: true, want: byValue(map[string]int64{}, map[string]int64{"1.21": 1})},
			check{query: `/^TODO$/ case:yes`, want: values(0, 1), git: values(0), why: why},
			check{query: `go 1.21`, want: text("go 1.21")},
			check{query: `/x\r\ngo/`, want: values(0, 1)},
			check{query: `/x\s+go/`, want: values(0, 1)},
			check{query: `type:diff TODO case:yes`, want: log("-G", "TODO")}),
		line("crlf-to-lf", "TODO\r\nTODO\r\n", check{query: "TODO case:yes", want: text("TODO")}),
		line("lf-and-crlf", "a1\nb1\r\nc1\n",
			check{query: `/1$/`, want: values(0, 3), git: grep("-E", "-e", "1$"), why: why},
			check{query: `/^[abc]1/`, want: grep("-E", "-e", "^[abc]1")}),
		line("cr-alone", "a1\rb1\rc1\r",
			check{query: `/1$/`, want: grep("-E", "-e", "1$")},
			check{query: `/^b1/`, want: grep("-E", "-e", "^b1")},
			check{query: `/b1/`, want: text("b1")}),
		line("two-crs", "a1\r\r\nb1\r\r\n", check{query: `/^b1/`, want: grep("-E", "-e", "^b1")}),
		line("no-final-line-end", "a1\nb1", check{query: `/b1$/`, want: grep("-E", "-e", "b1$")}, check{query: `/^b1$/`, want: grep("-E", "-e", "^b1$")}),
		line("only-line-feeds", "\n\n\n", check{query: `/\n/`, want: values(1, 4)}, check{query: "file:b", want: regularFiles("b")}),
		line("empty-file", "", check{query: "file:b", want: regularFiles("b")}, check{query: "TODO case:yes", want: text("TODO")},
			check{query: "NOT TODO", want: values(0, 1)}),
		line("blank-lines", " \n\t\n x\n", check{query: `/^\s*x/`, want: values(0, 1)}, check{query: `/^[ \t]+$/`, want: grep("-E", "-e", "^[[:blank:]]+$")}),
		line("start-and-end-of-the-text", "TODO a\nTODO\n",
			check{query: `/\ATODO/ case:yes`, want: values(1, 2)},
			check{query: `/TODO\n\z/ case:yes`, want: values(0, 1)},
			check{query: `/^TODO$/ case:yes`, want: grep("-E", "-e", "^TODO$")}),
		line("line-of-1-mb", strings.Repeat("x", 1<<20)+" TODO "+strings.Repeat("y", 1<<20)+"\n",
			check{query: "TODO case:yes", want: text("TODO")},
			check{query: "/x TODO y/ case:yes", want: text("x TODO y")},
			check{query: "/^x+ TODO y+$/ case:yes", want: values(0, 1)}),
		line("matches-over-lines", "begin\nTODO\nend\nbegin\nend\n",
			check{query: `/begin\nTODO\nend/ case:yes`, want: values(0, 1)},
			check{query: `/(?s)begin.*?end/`, want: values(0, 2)},
			check{query: `/(?s)begin.*end/`, want: values(0, 1)},
			check{query: `/begin[^a]*?end/`, want: values(0, 2)}),
	}
}

func textCases() []fixture {
	const group = "Texts"
	one := func(name, content string, checks ...check) fixture { return encoded(group, name, content, checks...) }
	const name = "TODO case:yes"
	return []fixture{
		one("nul-at-the-start", "\x00TODO\n", check{query: name, want: text("TODO")}, check{query: "file:b", want: regularFiles("b")}),
		one("nul-at-8000", strings.Repeat("a", 7995)+"TODO\x00\n", check{query: name, want: text("TODO")}),
		one("nul-at-7999", strings.Repeat("a", 7999)+"\x00TODO\n", check{query: name, want: text("TODO")}),
		one("nul-after-8000", strings.Repeat("a", 8000)+"\x00TODO\x00TODO\n",
			check{query: name, want: text("TODO")},
			check{query: `/\x00TODO/ case:yes`, want: values(0, 2)}),
		one("nul-after-the-text", "TODO\n"+strings.Repeat("a", 9000)+"\x00", check{query: name, want: text("TODO")}),
		one("binary-becomes-text", "\x00TODO\n", check{query: "type:diff TODO", want: values(1, 0)}),
		one("overlapping", "aaaaa TODOTODO abababa\n", check{query: "aa", want: text("aa")}, check{query: "TODO", want: text("TODO")}, check{query: "aba", want: text("aba")}),
		one("text-of-6-mb", strings.Repeat("some ordinary line of text\n", 230_000)+"TODO\n", check{query: name, want: text("TODO")}, check{query: "ordinary", want: values(0, 230_000)}),
		one("many-short-lines", strings.Repeat("TODO\n", 20_000), check{query: name, want: text("TODO")}, check{query: "/^TODO$/ case:yes", want: grep("-E", "-e", "^TODO$")}),
		one("one-byte", "x", check{query: "x", want: values(0, 1)}, check{query: "xx", want: values(0)}),
		one("control-characters", "TODO\x01\x02\x1b[31mred\x7f TODO\x08\n", check{query: name, want: text("TODO")}, check{query: `/\x1b\[31m/`, want: values(0, 1)}),
		one("regular-expression-characters", `a.b a*b a+b (a|b) [ab] {a} ^a$ a\b "a" 'a' `+"`a` a/b ?a\n",
			check{query: "a.b", want: text("a.b")},
			check{query: "a*b", want: text("a*b")},
			check{query: "(a|b)", want: text("(a|b)")},
			check{query: "[ab]", want: text("[ab]")},
			check{query: `a\b`, want: text(`a\b`)},
			check{query: "^a$", want: text("^a$")},
			check{query: "a/b", want: text("a/b")},
			check{query: `content:"\"a\""`, want: text(`"a"`)},
			check{query: `/a\/b/`, want: text("a/b")},
			check{query: "patterntype:literal (a|b)", want: text("(a|b)")}),
		one("lfs-pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:"+strings.Repeat("ab", 32)+"\nsize 5\n", check{query: "git-lfs", want: text("git-lfs")}),
		one("conflict-markers", "<<<<<<< HEAD\nTODO\n=======\nTODO\n>>>>>>> x\n", check{query: name, want: text("TODO")}, check{query: "/^<{7} /", want: grep("-E", "-e", "^<{7} ")}),
		{name: "attributes-of-git", group: group, build: func(b *builder) {
			b.history(files{"a.txt": "TODO\n"}, files{".gitattributes": "*.bin -diff\n*.x binary\n*.t working-tree-encoding=UTF-16\n", "b.bin": "TODO\n", "c.x": "TODO\n", "d.t": "TODO\n"})
		}, checks: []check{
			{query: "TODO case:yes", want: values(1, 4), git: text("TODO"), why: "the content decides what is binary, not an attribute"},
		}},
		{name: "same-content-at-many-paths", group: group, build: func(b *builder) {
			f := files{}
			for i := range 30 {
				f[fmt.Sprintf("d%d/f%d.%s", i%3, i, []string{"go", "py", "txt"}[i%3])] = "TODO\n"
			}
			b.history(f, files{"d0": deleted}, files{"d1/f1.py": "none\n"})
		}, checks: []check{
			{query: name, want: text("TODO")},
			{query: "TODO lang:python", want: values(10, 10, 9)},
			{query: "TODO file:^d0/", want: values(10, 0, 0)},
			{query: "(TODO file:go$) OR (TODO file:py$)", want: values(20, 10, 9)},
			{query: "TODO -file:txt$ select:file", want: values(20, 10, 9)},
		}},
	}
}
