package conformance

import (
	"fmt"
	"strings"
)

func queryCases() []fixture {
	const group = "Queries"
	words := make([]string, 1500)
	for i := range words {
		words[i] = fmt.Sprintf("word%dx", i)
	}
	return []fixture{
		{name: "operators", group: group, build: func(b *builder) {
			b.history(
				files{"1": "alpha beta\n", "2": "alpha\n", "3": "beta beta\n", "4": "gamma\n"},
				files{"1": "alpha\n", "5": "alpha beta gamma\nalpha or beta\n"},
				files{"6": "foobar (x) f(a, b)\n", "2": deleted})
		}, checks: []check{
			{query: "alpha AND beta", want: values(2, 4, 4)},
			{query: "alpha beta", want: text("alpha beta")},
			{query: "alpha OR beta", want: values(5, 8, 7)},
			{query: "alpha or gamma", want: values(3, 6, 5)},
			{query: `content:"alpha or beta"`, want: text("alpha or beta")},
			{query: "alpha NOT beta", want: values(1, 2, 1)},
			{query: "NOT alpha", want: values(2, 2, 3)},
			{query: "NOT alpha NOT beta", want: values(1, 1, 2)},
			{query: "alpha AND beta AND gamma", want: values(0, 5, 5)},
			{query: "alpha AND (beta OR gamma)", want: values(2, 5, 5)},
			{query: "(alpha AND gamma) OR beta", want: values(3, 7, 7)},
			{query: "alpha select:file", want: grepFiles("-F", "-e", "alpha")},
			{query: "alpha select:repo", want: values(1, 1, 1)},
			{query: "foo OR foobar", want: values(0, 0, 1)},
			{query: "alpha OR alpha", want: text("alpha")},
			{query: "patterntype:keyword alpha beta", want: values(2, 4, 4)},
			{query: `patterntype:keyword "alpha beta"`, want: text("alpha beta")},
			{query: "patterntype:regexp alpha beta", want: grep("-E", "-e", "alpha.*beta")},
			{query: "patterntype:regexp (alpha|beta)", want: grep("-E", "-e", "alpha|beta")},
			{query: "/alpha|beta/", want: grep("-E", "-e", "alpha|beta")},
			{query: "/^alpha$/", want: grep("-E", "-e", "^alpha$")},
			{query: "/(?i)ALPHA/", want: anyCase("alpha")},
			{query: "/[[:alpha:]]+/", want: grep("-E", "-e", "[[:alpha:]]+")},
			{query: "/\\bbeta\\b/", want: grep("-P", "-e", `\bbeta\b`)},
			{query: "/a.*?a/", want: grep("-P", "-e", "a.*?a")},
			{query: "patterntype:structural f(:[x], :[y])", want: values(0, 0, 1)},
			{query: "f(a, b)", want: text("f(a, b)")},
			{query: "(x)", want: values(0, 0, 1)},
			{query: "foobar (", want: refused(".")},
			{query: "alpha AND", want: refused(".")},
			{query: "/alpha(/", want: refused(".")},
			{query: "flie:x alpha", want: refused("file")},
			{query: "alpha rev:main", want: refused(".")},
			{query: "lang:nosuchlanguage", want: refused(".")},
			{query: "count:1 alpha", want: answers(partial(1, "count"), partial(1, "count"), partial(1, "count"))},
			{query: "count:all alpha", want: text("alpha")},
			{query: "timeout:1m alpha", want: text("alpha")},
			{query: "ALPHA", want: anyCase("ALPHA")},
			{query: "ALPHA case:yes", want: text("ALPHA")},
			{query: "case:yes type:path 1", want: regularFiles("1")},
		}},
		{name: "regular-expressions-in-groups", group: group, build: func(b *builder) {
			b.history(files{"a": "insights and insight x\n"}, files{"b": "nothing\n"})
		}, checks: []check{
			{query: "/insight[s]/", want: grep("-E", "-e", "insight[s]")},
			{query: "(/insight[s]/)", want: grep("-E", "-e", "insight[s]")},
			{query: "NOT (/insight[s]/)", want: values(0, 1)},
			{query: "(/insight[s]/ OR nothing)", want: grep("-E", "-e", "insight[s]|nothing")},
			{query: "(/insight[s]/) AND (/and/)", want: values(2, 2)},
			{query: "/x/", want: grep("-E", "-e", "x")},
		}},
		{name: "long-queries", group: group, build: func(b *builder) {
			b.history(files{"a": "word7x word1499x word1500x\n"}, files{"b": "WORD8X\n"})
		}, checks: []check{
			{query: "/" + strings.Join(words[:200], "|") + "/", want: grep("-i", "-E", "-e", strings.Join(words[:200], "|"))},
			{query: "/" + strings.Join(words, "|") + "/", want: grep("-i", "-E", "-e", strings.Join(words, "|"))},
			{query: strings.Join(words[:200], " OR "), want: grep("-i", "-E", "-e", strings.Join(words[:200], "|"))},
		}},
		{name: "odd-queries", group: group, build: func(b *builder) {
			b.history(files{"a": "-x --all a\\b \\ std::vector TODO: http://x // TODO 'a' \"b\" a  b a\tb\n"}, files{"b": "// TODO\n"})
		}, checks: []check{
			{query: "-x", want: text("-x")},
			{query: `content:"-x"`, want: text("-x")},
			{query: "std::vector", want: text("std::vector")},
			{query: "TODO:", want: text("TODO:")},
			{query: "http://x", want: text("http://x")},
			{query: "// TODO", want: text("// TODO")},
			{query: `a\b`, want: text(`a\b`)},
			{query: "'a'", want: text("'a'")},
			{query: `/a\s+b/`, want: values(2, 2)},
			{query: `content:"a\tb"`, want: text("a\tb")},
			{query: `content:"a  b"`, want: text("a  b")},
			{query: "/x*/", want: grep("-E", "-e", "x+")},
			{query: "/$/", want: values(0)},
			{query: `/(?P<a>x)(?P<a>y)/`, want: refused(".")},
			{query: `\`, want: refused(".")},
			{query: "", want: refused(".")},
		}},
		{name: "slow-expressions", group: group, build: func(b *builder) {
			b.history(files{"a": strings.Repeat("a", 5000) + "\n"}, files{"b": strings.Repeat("ab", 2000) + "\n"})
		}, checks: []check{
			{query: "/(a+)+b/", want: values(0, 2000)},
			{query: "/(a|aa)+$/", want: values(1, 1)},
			{query: "/a{50}/", want: values(100, 100)},
			{query: "/(?:a?){20}a{20}/", want: values(125, 125)},
		}},
	}
}

func valueCases() []fixture {
	one := func(name, first, second string, checks ...check) fixture {
		for i := range checks {
			checks[i].byValue = true
		}
		return fixture{name: name, group: "Captured values", build: func(b *builder) {
			b.history(files{"a": first}, files{"b": second})
		}, checks: checks}
	}
	return []fixture{
		one("versions", "go 1.21\ngo 1.9\n", "go 1.21\n",
			check{query: `/^go (\d+\.\d+)$/`, want: byValue(m{"1.21": 1, "1.9": 1}, m{"1.21": 2, "1.9": 1})},
			check{query: `/^go (\d+)\.(\d+)$/`, want: byValue(m{"1": 2, "21": 1, "9": 1}, m{"1": 3, "21": 2, "9": 1})},
			check{query: `patterntype:regexp go (\S+)`, want: byValue(m{"1.21": 1, "1.9": 1}, m{"1.21": 2, "1.9": 1})},
			check{query: `/go (1\.21)|go (1\.9)/`, want: byValue(m{"1.21": 1, "1.9": 1}, m{"1.21": 2, "1.9": 1})},
			check{query: `/(x?)go/`, want: byValue(m{}, m{})},
			check{query: `/(?:go) (1)/ file:b`, want: byValue(m{}, m{"1": 1})}),
		one("values-not-utf-8", "v=\xe9;\nv=\xe8;\n", "v=\xff\xfe;\n",
			check{query: `/v=(.*);/`, want: answers(distinct(2), distinct(3))}),
		one("values-of-different-case", "Foo foo FOO\n", "foo\n", check{query: `/(foo)/`, want: byValue(m{"Foo": 1, "foo": 1, "FOO": 1}, m{"Foo": 1, "foo": 2, "FOO": 1})}),
		one("values-over-100-bytes", strings.Repeat("n", 150)+"\n", strings.Repeat("n", 120)+"\n",
			check{query: `/(n+)/`, want: byValue(m{strings.Repeat("n", 100): 1}, m{strings.Repeat("n", 100): 2})}),
		one("values-with-odd-characters", "v=a\tb;\nv= x ;\nv=日本;\n", "v=\"q\";\n", check{query: `/v=(.*);/`, want: byValue(m{"a\tb": 1, " x ": 1, "日本": 1}, m{"a\tb": 1, " x ": 1, "日本": 1, `"q"`: 1})}),
		one("values-of-repeated-groups", "use a, b, c;\n", "use d;\n", check{query: `/use (?:(\w), )*(\w);/`, want: byValue(m{"b": 1, "c": 1}, m{"b": 1, "c": 1, "d": 1})}),
		one("values-of-nested-groups", "ab12\n", "cd3\n", check{query: `/([a-z]+(\d+))/`, want: byValue(m{"ab12": 1, "12": 1}, m{"ab12": 1, "12": 1, "cd3": 1, "3": 1})}),
		one("values-of-many-lines", "x=1\ny=2\n", "x=3\n", check{query: `/(?s)x=(.*)/`, want: byValue(m{"1\ny=2\n": 1}, m{"1\ny=2\n": 1, "3\n": 1})}),
	}
}
