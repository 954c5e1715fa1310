package conformance

import "github.com/backsight/backsight/internal/testgit"

func commitQueryCases() []fixture {
	return []fixture{
		{name: "messages", group: "Queries about commits", build: func(b *builder) {
			b.Import(b.t, "main", true,
				testgit.Commit{Time: month(0), Message: "Add a thing", Author: "Ann <ann@x.org>", Changes: files{"a.go": "TODO\n"}.changes()},
				testgit.Commit{Time: month(1), Message: "Fix a bug\n\nThis reverts nothing.", Author: "Bo Bao <bo@y.org>", Changes: files{"b.py": "x\n"}.changes()},
				testgit.Commit{Time: month(2), Message: "fix: another", Author: "Ann <ann@x.org>", Changes: files{"a.go": "TODO\nTODO\n", "c.md": "x\n"}.changes()},
				testgit.Commit{Time: month(3), Message: "Revert \"fix: another\"", Author: "Cy <cy@y.org>", Changes: files{"a.go": "TODO\n", "c.md": deleted}.changes()},
			)
		}, checks: []check{
			{query: "type:commit fix", want: log("-i", "--grep=fix")},
			{query: "type:commit fix case:yes", want: log("--grep=fix")},
			{query: "type:commit /^fix/ case:yes", want: log("--grep=^fix")},
			{query: "type:commit /\\bfix\\b/", want: log("-i", "-P", `--grep=\bfix\b`)},
			{query: "type:commit fix OR add", want: log("-i", "--grep=fix", "--grep=add")},
			{query: "type:commit fix AND another", want: log("-i", "--all-match", "--grep=fix", "--grep=another")},
			{query: "type:commit NOT fix", want: log("-i", "--invert-grep", "--grep=fix")},
			{query: "type:commit author:ann", want: log("-i", "--author=ann")},
			{query: "type:commit author:@y\\.org", want: log("--author=@y\\.org")},
			{query: "type:commit -author:ann", want: values(0, 1, 0, 1)},
			{query: "type:commit committer:carl", want: log("-i", "--committer=carl")},
			{query: "type:commit message:revert", want: log("-i", "--grep=revert")},
			{query: "type:commit fix author:ann", want: log("-i", "--grep=fix", "--author=ann")},
			{query: "type:commit after:2024-02-15T12:00:00Z", want: log("--since=2024-02-15T12:00:00Z")},
			{query: "type:commit before:2024-02-15T12:00:00Z", want: log("--until=2024-02-15T12:00:00Z")},
			{query: "type:commit after:2024-02-15T12:00:00Z before:2024-03-15T12:00:00Z", want: log("--since=2024-02-15T12:00:00Z", "--until=2024-03-15T12:00:00Z")},
			{query: "type:commit after:2024-02-15T11:59:59Z", want: log("--since=2024-02-15T11:59:59Z")},
			{query: "type:commit before:2024-02-15T12:00:01Z", want: log("--until=2024-02-15T12:00:01Z")},
			{query: "type:commit file:^a\\.go$", want: log("--", "a.go")},
			{query: "type:commit -file:^a\\.go$", want: values(0, 1, 0, 0)},
			{query: "type:commit lang:python", want: log("--", "*.py")},
			{query: "type:commit lang:markdown", want: log("--", "*.md")},
			{query: "type:commit fix lang:go", want: values(0, 0, 1, 1)},
			{query: "type:commit repohasfile:c.md", want: values(0, 0, 1, 0)},
			{query: "type:diff TODO author:ann", want: log("-i", "-G", "TODO", "--author=ann")},
			{query: "type:diff TODO message:revert", want: log("-i", "-G", "TODO", "--grep=revert")},
			{query: "type:diff TODO file:go", want: log("-G", "TODO", "--", "*.go")},
			{query: "type:diff TODO lang:python", want: values(0)},
			{query: "type:commit select:file fix", want: refused(".")},
			{query: "author:ann TODO", want: refused("type:commit")},
			{query: "type:commit after:yesterday", want: refused(".")},
		}},
	}
}

func diffCases() []fixture {
	changed := func(name string, checks []check, commits ...files) fixture {
		return fixture{name: name, group: "Changed lines", build: func(b *builder) { b.history(commits...) }, checks: checks}
	}
	both := func() []check {
		return []check{
			{query: "type:diff TODO case:yes", want: log("-G", "TODO")},
			{query: "TODO case:yes", want: text("TODO")},
		}
	}
	return []fixture{
		changed("lines-added-and-removed", append(both(),
			check{query: "type:diff select:commit.diff.added TODO", want: values(1, 1, 0, 1)},
			check{query: "type:diff select:commit.diff.removed TODO", want: values(0, 0, 1, 1)},
			check{query: "type:diff /^TODO$/ case:yes", want: log("-G", "^TODO$")},
			check{query: "type:diff /TODO.*x/", want: values(0, 0, 0, 1)}),
			files{"a": "TODO\n"}, files{"a": "TODO\nTODO\n"}, files{"a": "TODO\n"}, files{"a": "TODO x\n"}),
		changed("line-moved", []check{{
			query: "type:diff TODO case:yes", want: values(1, 0, 0), git: log("-G", "TODO"),
			why: "a line that only moved in its file is not changed",
		}}, files{"a": "TODO\nx\n"}, files{"a": "TODO\ny\n"}, files{"a": "y\nTODO\n", "b": "z\n"}),
		changed("lines-unchanged-beside-a-change", both(), files{"a": "TODO\nx\n"}, files{"a": "TODO\ny\n"}, files{"a": "TODO\nz\n", "b": "z\n"}),
		changed("file-moved", both(), files{"a": "TODO\n"}, files{"a": deleted, "d/b": "TODO\n"}),
		changed("final-line-end-added", []check{{
			query: "type:diff TODO case:yes", want: values(1, 0), git: log("-G", "TODO"),
			why: "a line end is not part of a line",
		}}, files{"a": "TODO"}, files{"a": "TODO\n"}),
		changed("line-ends-changed", []check{
			{query: "type:diff TODO case:yes", want: values(1, 0), git: values(1, 1), why: "a commit that changes only line ends changes no line"},
			{query: "TODO case:yes", want: text("TODO")},
		}, files{"a": "TODO\nx\n"}, files{"a": "TODO\r\nx\r\n"}),
		changed("file-emptied", both(), files{"a": "TODO\n"}, files{"a": ""}, files{"a": "TODO\n"}),
		changed("white-space-changed", both(), files{"a": "TODO\n"}, files{"a": "  TODO\n"}, files{"a": "TODO  \n"}),
		changed("two-files-in-one-commit", append(both(),
			check{query: "type:diff TODO AND other", want: values(0, 1)}),
			files{"a": "TODO\n", "b": "other\n"}, files{"c": "TODO\nother\n"}),
		changed("large-change", both(), files{"a": "TODO\n"}, func() files {
			f := files{}
			for i := range 300 {
				f[string(rune('a'+i%26))+"/"+string(rune('a'+i/26))] = "TODO\n"
			}
			return f
		}(), files{"b": deleted}),
	}
}
