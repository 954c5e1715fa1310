package conformance

import "strings"

func pathCases() []fixture {
	names := func(name string, list ...string) fixture {
		return fixture{name: name, group: "Names of files", build: func(b *builder) {
			f := files{}
			for _, n := range list {
				f[n] = "TODO\n"
			}
			b.history(files{"plain.txt": "TODO\n"}, f)
		}, checks: []check{
			{query: "TODO case:yes", want: text("TODO")},
			{query: "TODO case:yes select:file", want: grepFiles("-F", "-e", "TODO")},
			{query: "type:path .", want: regularFiles(`\.`)},
			{query: "type:diff TODO", want: values(1, 1)},
		}}
	}
	with := func(f fixture, checks ...check) fixture {
		f.checks = append(f.checks, checks...)
		return f
	}
	return []fixture{
		with(names("names-with-line-feeds", "a\nb.go", "\n", "x\r\ny/z.txt"), check{query: `file:a\nb TODO`, want: values(0, 1)}),
		with(names("names-with-quotes", `"a".go`, "'b'.go", "`c`.go", `d\e.go`), check{query: `file:\\ TODO`, want: values(0, 1)}),
		with(names("names-with-tabs-and-spaces", "a\tb.go", " lead.go", "trail ", "in side/x y.go"), check{query: `file:"in side/" TODO`, want: values(0, 1)}),
		with(names("names-with-control-characters", "\x01\x02.go", "\x1b[31m.go", "\x7f"), check{query: `file:\x1b TODO`, want: values(0, 1)}),
		with(names("names-not-utf-8", "\xff\xfe.go", "caf\xe9.go", "\xe6\x97/x.go"), check{query: `file:caf.\.go TODO`, want: values(0, 1)}),
		with(names("names-unicode", "ünï/日本.go", "😀.go", "жук.txt", "ÄÖ.txt"), check{query: `file:ÄÖ TODO`, want: values(0, 1)}, check{query: `file:äö TODO`, want: values(0, 1)}, check{query: `file:äö TODO case:yes`, want: values(0)}),
		with(names("names-composed-and-decomposed", "caf\u00e9.go", "cafe\u0301.go"), check{query: "file:caf\u00e9 TODO", want: values(0, 1)}),
		with(names("names-that-differ-in-case", "README", "readme", "Readme", "ReadMe/x"), check{query: "file:^README$ TODO case:yes", want: values(0, 1)}, check{query: "file:^README$ TODO", want: values(0, 3)}),
		with(names("names-like-flags", "-e", "--all", "-", "--", "-rf/x.go"), check{query: "file:^-- TODO", want: values(0, 2)}),
		with(names("names-like-patterns", "*.go", "[a].go", "a?b.go", "(x).go", "$x.go", "!a", "#b", ":c", "@{u}", "a:b"), check{query: `file:^\*\.go$ TODO`, want: values(0, 1)}, check{query: `file:: TODO`, want: values(0, 2)}),
		with(names("names-of-dots", "...", "..a", "a..", ".hidden", ".a/.b/.c", "x./y"), check{query: `file:^\. TODO`, want: values(0, 4)}),
		with(names("names-of-windows", "con", "nul.txt", "a:b.txt", "x .txt", "trail.", "back\\slash.txt"), check{query: `file:^nul TODO`, want: values(0, 1)}),
		with(names("names-of-250-letters", strings.Repeat("n", 250)+".go", strings.Repeat("d/", 100)+"x.go"), check{query: "file:n{250} TODO", want: values(0, 1)}),
		names("names-that-sort-oddly", "a", "a.b", "a-b/c", "a0", "b/a", "b.a", "b-a/x", "b0/x"),
		names("names-of-one-byte", "a", "0", "~", "é"),
		with(names("names-of-git-files", ".gitignore", ".gitattributes", ".gitmodules", ".mailmap", "git", ".git-blame-ignore-revs"), check{query: `file:^\.git TODO`, want: values(0, 4)}),
		{name: "filters-on-paths", group: "Names of files", build: func(b *builder) {
			b.history(files{"cmd/a.go": "TODO\n", "cmd/a_test.go": "TODO\n", "docs/x.md": "TODO\n"}, files{"cmd/B.GO": "TODO\n", "vendor/cmd/a.go": "TODO\n"})
		}, checks: []check{
			{query: "file:^cmd/ TODO", want: values(2, 3)},
			{query: `file:\.go$ -file:_test\.go$ TODO`, want: values(1, 3)},
			{query: `file:\.go$ TODO case:yes`, want: grep("-F", "-e", "TODO", "--", "*.go")},
			{query: `f:cmd f:vendor TODO`, want: values(0, 1)},
			{query: `-file:. TODO`, want: values(0, 0)},
			{query: `file:^cmd/a\.go$|md$ TODO`, want: values(2, 2)},
			{query: `type:path patterntype:regexp ^cmd/.*\.go$`, want: values(2, 3)},
			{query: `type:path cmd/a`, want: values(2, 3)},
			{query: `type:path NOT cmd`, want: values(1, 1)},
			{query: `file:^docs/x\.md$`, want: regularFiles(`^docs/x\.md$`)},
			{query: `TODO repohasfile:^vendor/`, want: values(0, 5)},
			{query: `TODO -repohasfile:^vendor/`, want: values(3, 0)},
			{query: `select:repo repo:has.path(vendor)`, want: values(0, 1)},
			{query: `TODO repo:has.file(path:md content:TODO)`, want: values(3, 5)},
			{query: `TODO -repo:has.content(nothing)`, want: values(3, 5)},
		}},
	}
}
