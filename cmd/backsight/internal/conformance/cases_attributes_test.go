package conformance

import "github.com/backsight/backsight/internal/testgit"

// attributeCases are histories of .gitattributes files.
func attributeCases() []fixture {
	const (
		code = "package x\n\n// TODO\n"
		php  = "*.inc linguist-language=PHP\n"
		name = ".gitattributes"
	)
	history := func(title string, commits []files, checks ...check) fixture {
		return fixture{name: title, group: "Attributes", build: func(b *builder) { b.history(commits...) }, checks: checks}
	}
	return []fixture{
		history("attributes-removed-again", []files{{"a.inc": "TODO\n", "d/b.inc": "TODO\n"}, {name: php}, {name: deleted}, {name: php, "d/b.inc": "TODO TODO\n"}},
			check{query: "TODO lang:php", want: values(0, 2, 0, 3)},
			check{query: "lang:php", languages: true, want: lines(m{}, m{"PHP": 2}, m{}, m{"PHP": 2})},
			check{query: "lang:php select:repo", want: values(0, 1, 0, 1)}),
		history("attributes-of-a-folder", []files{{"a.go": code, "d/b.go": code, "d/e/c.go": code, "f/d/e.go": code}, {name: "d/** linguist-language=Ruby\n"}, {name: "d/* linguist-language=Ruby\n"}, {name: "d/ linguist-language=Ruby\n"}},
			check{query: "TODO lang:ruby", want: values(0, 2, 1, 0)},
			check{query: "TODO lang:go", want: values(4, 2, 3, 4)},
			check{query: "TODO -lang:go", want: values(0, 2, 1, 0)}),
		history("attributes-of-nested-files", []files{{name: php, "a.inc": "TODO\n", "d/b.inc": "TODO\n", "d/e/c.inc": "TODO\n"}, {"d/" + name: "*.inc linguist-language=Ruby\n"}, {"d/e/" + name: "*.inc !linguist-language\n"}, {"d/" + name: "/b.inc linguist-language=Go\n", "d/e/" + name: deleted}},
			check{query: "TODO lang:php", want: values(3, 1, 1, 2)},
			check{query: "TODO lang:ruby", want: values(0, 2, 1, 0)},
			check{query: "TODO lang:go", want: values(0, 0, 0, 1)}),
		history("attributes-by-macro", []files{{name: "[attr]page linguist-language=PHP\n*.inc page\n", "a.inc": "TODO\n", "d/b.inc": "TODO\n", "d/c.x": "TODO\n"}, {"d/" + name: "*.x page\n*.inc -page\n"}, {name: "[attr]page linguist-language=Ruby\n"}},
			check{query: "TODO lang:php", want: values(2, 2, 0)},
			check{query: "TODO lang:ruby", want: values(0, 0, 1)}),
		history("attributes-that-deny", []files{{"vendor/a.go": code, "vendor/b/c.go": code, "d/e.go": code}, {name: "vendor/b/* -linguist-vendored\n"}, {name: "vendor/** linguist-vendored=false\nd/* linguist-vendored\n"}},
			check{query: "lang:go", languages: true, want: lines(m{"Go": 3, "(vendored)": 6}, m{"Go": 6, "(vendored)": 3}, m{"Go": 6, "(vendored)": 3})},
			check{query: "TODO lang:go", want: values(3)}),
		history("attributes-that-omit", []files{{"a.go": code, "b.go": code, "c.go": code, "docs/d.go": code, "e.json": "{}\n"}, {name: "a.go linguist-generated\nb.go linguist-documentation=true\nc.go -linguist-detectable\ndocs/** -linguist-documentation\n*.json linguist-detectable\n"}},
			check{query: `-file:\.gitattributes`, languages: true, want: lines(m{"Go": 12, "JSON": 1}, m{"Go": 3, "JSON": 1, "(generated)": 3, "(documentation)": 3, "(undetectable)": 3})},
			check{query: "TODO lang:go", want: values(4)}),
		history("attributes-with-odd-values", []files{{"a.go": code, "b.go": code, "c.go": code, "d.xyz": "TODO\n"}, {name: "a.go linguist-language=klingon\nb.go linguist-language\nc.go -linguist-language\n*.xyz linguist-language=common-lisp\n"}},
			check{query: "TODO lang:go", want: values(3, 1)},
			check{query: `TODO lang:"common lisp"`, want: values(0, 1)},
			check{query: `file:\.go$`, languages: true, want: lines(m{"Go": 9}, m{"Go": 3, "(unknown)": 6})}),
		history("attributes-that-do-not-matter", []files{{name: "* text=auto\n*.png binary\n", "a.go": code}, {name: "!*.go linguist-language=PHP\n# *.go linguist-language=PHP\n*.go linguist-language=PHP bad/name\n"}},
			check{query: "TODO lang:go", want: values(1, 1)}),
		history("attributes-and-commits", []files{{"a.inc": "TODO\n"}, {name: php, "a.inc": "TODO TODO\n", "b.txt": "TODO\n"}, {"a.inc": "TODO\n"}, {name: deleted}, {"a.inc": "TODO TODO TODO\n"}},
			check{query: "type:diff TODO lang:php", want: values(0, 1, 1, 0, 0)},
			check{query: "type:commit lang:php", want: values(0, 1, 1, 0, 0)}),
		{
			name: "attributes-by-link", group: "Attributes", build: func(b *builder) {
				b.Import(b.t, "main", true,
					testgit.Commit{Time: month(0), Message: "one", Changes: []testgit.Change{{Path: "a.inc", Content: "TODO\n"}, {Path: "rules", Content: php}}},
					testgit.Commit{Time: month(1), Message: "two", Changes: []testgit.Change{{Path: name, Content: "rules", Mode: testgit.Symlink}}})
			}, checks: []check{{query: "TODO lang:php", want: values(0, 0)}},
		},
	}
}
