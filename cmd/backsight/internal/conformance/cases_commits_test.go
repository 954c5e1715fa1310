package conformance

import (
	"strings"
)

// dated writes four commits, each with one more TODO than the one before it. The commit at `place`
// has the committer's date `committed`.
func dated(place int, committed string) func(b *builder) {
	return func(b *builder) {
		var parents []string
		for i := range 4 {
			tree := b.tree(entry{"100644", "a.go", b.object("blob", strings.Repeat("TODO\n", i+1))})
			c := raw{tree: tree, parents: parents, stamp: stamp(i), message: "commit\n"}
			if i == place {
				c.committed = committed
			}
			parents = []string{b.commit(c)}
		}
		b.setMain(parents[0])
		b.pack()
	}
}

func commitCases() []fixture {
	date := func(name string, place int, committed string) fixture {
		return fixture{name: name, group: "Dates of commits", build: dated(place, committed), checks: []check{
			{query: "TODO case:yes", want: text("TODO")},
			{query: "type:commit commit", want: log("--grep=commit")},
			{query: "type:diff TODO", want: log("-G", "TODO")},
		}}
	}
	message := func(name string, c raw, checks ...check) fixture {
		return fixture{name: name, group: "Messages and people", build: func(b *builder) {
			tree := b.tree(entry{"100644", "a.go", b.object("blob", "TODO\n")})
			first := b.commit(raw{tree: tree, stamp: stamp(0), message: "first\n"})
			c.tree, c.parents = tree, []string{first}
			if c.stamp == "" {
				c.stamp = stamp(1)
			}
			b.setMain(b.commit(raw{tree: tree, parents: []string{b.commit(c)}, stamp: stamp(2), message: "last\n"}))
			b.pack()
		}, checks: append(checks, check{query: "TODO case:yes", want: text("TODO")})}
	}
	latin := "encoding ISO-8859-1\n"
	return []fixture{
		date("date-before-1970-in-the-middle", 1, "18446744073709548016 +0000"),
		date("date-before-1970-at-the-tip", 3, "18446744073709548016 +0000"),
		date("date-before-1970-at-the-root", 0, "18446744073709548016 +0100"),
		date("date-negative", 1, "-3600 +0000"),
		date("date-of-30-digits", 1, strings.Repeat("9", 30)+" +0000"),
		date("date-2106", 1, "4294967296 +0000"),
		date("date-year-10000", 1, "253402300800 +0000"),
		date("date-zero", 1, "0 +0000"),
		date("date-missing", 1, ""),
		date("date-not-a-number", 1, "yesterday +0000"),
		date("date-without-zone", 1, "1706000000"),
		date("date-with-impossible-zone", 1, "1706000000 +9999"),
		date("date-with-text-after-it", 1, "1706000000 +0000 x"),
		date("date-in-the-future-in-the-middle", 1, "1900000000 +0000"),
		date("dates-equal", 1, stamp(0)),
		date("date-before-its-parent", 2, stamp(-3)),

		message("message-latin-1", raw{headers: latin, message: "caf\xe9 \xc4rger\n"},
			check{query: "type:commit café", want: log("--grep=café")},
			check{query: "type:commit ärger", want: log("-i", "--grep=ärger")}),
		message("message-utf-8", raw{message: "café Ärger\n"},
			check{query: "type:commit café", want: log("--grep=café")},
			check{query: "type:commit ärger", want: log("-i", "--grep=ärger")},
			check{query: "type:commit /caf. /", want: log("--grep=caf. ")}),
		message("author-latin-1", raw{headers: latin, author: "Ren\xe9 <r@example.com>", message: "x\n"},
			check{query: "type:commit author:rené", want: log("--author=René")}),
		message("message-windows-1252", raw{headers: "encoding windows-1252\n", message: "price 5 \x80\n"},
			check{query: "type:commit €", want: log("--grep=€")}),
		message("message-shift-jis", raw{headers: "encoding Shift_JIS\n", message: "\x93\xfa\x96\x7b\n"},
			check{query: "type:commit 日本", want: log("--grep=日本")}),
		message("message-in-an-unknown-encoding", raw{headers: "encoding x-klingon\n", message: "plain text\n"},
			check{query: "type:commit plain", want: log("--grep=plain")}),
		message("message-empty", raw{message: ""},
			check{query: "type:commit first", want: log("--grep=first")},
			check{query: "type:commit author:ann", want: log("--author=Ann")}),
		message("message-without-line-feed", raw{message: "some words"},
			check{query: "type:commit /words$/", want: log("--grep=words$")}),
		message("message-of-many-lines", raw{message: "subject\n\nfix: a\nfix: b\n"},
			check{query: "type:commit /^fix: b$/", want: log("--grep=^fix: b$")},
			check{query: `type:commit /subject\n\nfix/`, want: values(0, 1, 0)}),
		message("message-crlf", raw{message: "subject\r\n\r\nfix: a\r\n"},
			check{query: "type:commit /^fix: a$/", want: values(0, 1, 0), git: log("--grep=^fix: a$"), why: "a line ends before `\\r\\n`"}),
		message("message-1-mb", raw{message: strings.Repeat("word ", 200_000) + "needle\n"},
			check{query: "type:commit needle", want: log("--grep=needle")}),
		message("message-not-utf-8", raw{message: "x\xff\xfey needle\n"},
			check{query: "type:commit needle", want: log("--grep=needle")}),
		message("header-with-the-text", raw{headers: "gpgsig -----BEGIN PGP SIGNATURE-----\n needle\n -----END PGP SIGNATURE-----\n", message: "subject\n"},
			check{query: "type:commit needle", want: log("--grep=needle")},
			check{query: "type:commit subject", want: log("--grep=subject")}),
		message("header-that-is-unknown", raw{headers: "x-needle needle\nHG:extra branch:needle\n", message: "subject\n"},
			check{query: "type:commit needle", want: log("--grep=needle")},
			check{query: "type:commit subject", want: log("--grep=subject")}),
		message("author-without-address", raw{author: "Needle", message: "x\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")}),
		message("author-without-end", raw{author: "Needle <needle@example.com", message: "x\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")},
			check{query: "type:commit author:^needle", want: log("-i", "--author=^needle")},
			check{query: "type:commit author:com$", want: log("-i", "--author=com$")}),
		message("author-with-two-addresses", raw{author: "A <a@example.com> <needle@example.com>", message: "x\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")}),
		message("author-without-address-in-latin-1", raw{author: "Needle", headers: "encoding ISO-8859-1\n", message: "caf\xe9\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")},
			check{query: "type:commit café", want: log("--grep=café")}),
		message("author-with-two-addresses-in-latin-1", raw{author: "A <a@example.com> <needle@example.com>", headers: "encoding ISO-8859-1\n", message: "caf\xe9\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")}),
		message("author-empty", raw{author: " <>", message: "x\n"},
			check{query: "type:commit author:ann", want: log("-i", "--author=ann")}),
		message("author-with-brackets", raw{author: "A <b> C <needle@example.com>", message: "x\n"},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")}),
		message("message-with-nul", raw{message: "before\n\x00needle\n"},
			check{query: "type:commit before", want: log("--grep=before")},
			check{query: "type:commit needle", want: log("--grep=needle")}),
		message("author-with-nul", raw{author: "Ann\x00Needle <n@example.com>", message: "x\n"},
			check{query: "type:commit author:ann", want: log("-i", "--author=ann")},
			check{query: "type:commit author:needle", want: log("-i", "--author=needle")}),
		{name: "config-commit-encoding", group: "Messages and people", build: func(b *builder) {
			tree := b.tree(entry{"100644", "a.go", b.object("blob", "TODO\n")})
			first := b.commit(raw{tree: tree, stamp: stamp(0), author: "René <r@example.com>", message: "café\n"})
			b.setMain(b.commit(raw{tree: tree, parents: []string{first}, stamp: stamp(1), message: "x\n"}))
			b.pack()
			b.git("config", "i18n.commitEncoding", "ISO-8859-1")
			b.git("config", "i18n.logOutputEncoding", "ISO-8859-1")
		}, checks: []check{
			{query: "type:commit café", want: values(1, 0)},
			{query: "type:commit author:rené", want: values(1, 0)},
			{query: "TODO case:yes", want: text("TODO")},
			{query: "type:diff TODO", want: log("-G", "TODO")},
		}},
		{name: "config-log-options", group: "Messages and people", build: func(b *builder) {
			two(b)
			for _, c := range []string{"log.date=relative", "log.showSignature=true", "log.mailmap=true", "log.follow=true", "format.pretty=oneline", "core.quotePath=false", "core.abbrev=4", "color.ui=always", "diff.renames=copies", "grep.patternType=perl", "grep.lineNumber=true", "log.decorate=full", "core.commentChar=;"} {
				name, value, _ := strings.Cut(c, "=")
				b.git("config", name, value)
			}
		}, checks: append(todo()[1:], check{query: "type:commit commit", want: values(1)}, check{query: "type:diff TODO", want: values(1)})},
	}
}
