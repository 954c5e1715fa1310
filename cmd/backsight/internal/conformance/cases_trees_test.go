package conformance

import (
	"fmt"
	"strings"

	"github.com/backsight/backsight/internal/testgit"
)

// commitOf is a commit of month n with these files.
func commitOf(n int, f files) testgit.Commit {
	return testgit.Commit{Message: fmt.Sprintf("commit %d", n), Time: month(n), Changes: f.changes()}
}

// modes writes two commits with a file of each mode. The second one changes the contents of these
// files.
func modes(list ...string) func(b *builder) {
	return func(b *builder) {
		blob, other := b.object("blob", "TODO\npackage x\n"), b.object("blob", "TODO TODO\npackage x\n")
		first := []entry{{"100644", "a.go", blob}}
		second := []entry{{"100644", "a.go", blob}}
		for i, mode := range list {
			first = append(first, entry{mode, fmt.Sprintf("m%d.go", i), blob})
			second = append(second, entry{mode, fmt.Sprintf("m%d.go", i), other})
		}
		b.chain(b.tree(first...), b.tree(second...))
	}
}

func treeCases() []fixture {
	mode := func(name string, list ...string) fixture {
		checks := []check{
			{query: "TODO case:yes", want: text("TODO")},
			{query: "TODO case:yes select:file", want: grepFiles("-F", "-e", "TODO")},
			{query: "file:go$", want: regularFiles("go$")},
			{query: "type:path m0", want: regularFiles("m0")},
			{query: "repohasfile:m0 TODO case:yes", want: text("TODO")},
		}
		if !strings.HasPrefix(strings.TrimPrefix(list[0], "0"), "10") { // not a regular file
			checks[4].want = values(0)
		}
		return fixture{name: name, group: "Trees", build: modes(list...), checks: checks}
	}
	return []fixture{
		mode("mode-100640", "100640"),
		mode("mode-100666", "100666"),
		mode("mode-100775", "100775"),
		mode("mode-100600-100000-100777", "100600", "100000", "100777"),
		mode("mode-100664", "100664"),
		mode("mode-0100644", "0100644"),
		mode("mode-120777", "120777"),
		mode("mode-160755", "160755"),
		mode("mode-of-no-type", "644", "20000", "60000"),
		{name: "mode-of-folders", group: "Trees", build: func(b *builder) {
			blob := b.object("blob", "TODO\n")
			sub := b.tree(entry{"100644", "x.go", blob})
			b.chain(b.tree(entry{"40000", "a", sub}), b.tree(entry{"40000", "a", sub}, entry{"040000", "b", sub}, entry{"40755", "c", sub}))
		}, checks: []check{
			{query: "TODO case:yes", want: text("TODO")},
			{query: "TODO case:yes file:^c/", want: when(1, values(0), values(1))},
			{query: "type:path x.", want: regularFiles(`x\.`)},
		}},
		{name: "symbolic-links", group: "Trees", build: func(b *builder) {
			b.Import(b.t, "main", true,
				testgit.Commit{Time: month(0), Message: "a", Changes: []testgit.Change{{Path: "a.go", Content: "TODO\n"}, {Path: "l.go", Mode: testgit.Symlink, Content: "TODO"}}},
				testgit.Commit{Time: month(1), Message: "b", Changes: []testgit.Change{{Path: "a.go", Mode: testgit.Symlink, Content: "TODO"}, {Path: "l.go", Content: "TODO\n"}}},
				testgit.Commit{Time: month(2), Message: "c", Changes: []testgit.Change{{Path: "loop", Mode: testgit.Symlink, Content: "loop"}, {Path: "up", Mode: testgit.Symlink, Content: "../../etc/passwd"}}},
			)
		}, checks: append(todo(),
			check{query: "type:diff TODO", want: values(1, 1, 0)},
			check{query: "file:loop", want: regularFiles("loop")})},
		{name: "submodules", group: "Trees", build: func(b *builder) {
			b.Import(b.t, "main", true,
				testgit.Commit{Time: month(0), Message: "a", Changes: []testgit.Change{{Path: "a.go", Content: "TODO\n"}, {Path: "sub.go", Mode: testgit.Submodule, Content: strings.Repeat("ab", 20)}}},
				testgit.Commit{Time: month(1), Message: "b", Changes: []testgit.Change{{Path: "sub.go", Delete: true}, {Path: "sub.go/x.go", Content: "TODO\n"}}},
				testgit.Commit{Time: month(2), Message: "c", Changes: []testgit.Change{{Path: "sub.go", Mode: testgit.Submodule, Content: strings.Repeat("cd", 20)}}},
			)
		}, checks: append(todo(), check{query: "file:sub", want: regularFiles("sub")})},
		{name: "executable-and-back", group: "Trees", build: func(b *builder) {
			for i, m := range []string{testgit.File, testgit.Executable, testgit.File} {
				b.Import(b.t, "main", true, testgit.Commit{Time: month(i), Message: "x", Changes: []testgit.Change{{Path: "a.go", Mode: m, Content: "TODO\n"}}})
			}
		}, checks: append(todo(), check{query: "type:diff TODO", want: values(1, 0, 0)})},
		{name: "file-becomes-folder", group: "Trees", build: func(b *builder) {
			b.history(files{"a.go": "TODO\n"}, files{"a.go": deleted, "a.go/b.go": "TODO TODO\n"}, files{"a.go": "TODO\n"})
		}, checks: append(todo(), check{query: "TODO case:yes file:^a.go/", want: values(0, 2, 0)})},
		{name: "tree-not-sorted", group: "Trees", build: func(b *builder) {
			blob := b.object("blob", "TODO\n")
			b.chain(b.tree(entry{"100644", "a.go", blob}), b.tree(entry{"100644", "z.go", blob}, entry{"100644", "a.go", blob}, entry{"100644", "m.go", blob}))
		}, checks: todo()},
		{name: "tree-with-the-same-name-twice", group: "Trees", build: func(b *builder) {
			one, other := b.object("blob", "TODO\n"), b.object("blob", "TODO TODO\n")
			b.chain(b.tree(entry{"100644", "a.go", one}), b.tree(entry{"100644", "a.go", one}, entry{"100644", "a.go", other}))
		}, checks: todo()},
		{name: "tree-with-empty-folders", group: "Trees", build: func(b *builder) {
			blob, empty := b.object("blob", "TODO\n"), b.tree()
			b.chain(b.tree(), b.tree(entry{"100644", "a.go", blob}, entry{"40000", "e", empty}), b.tree(entry{"40000", "e", b.tree(entry{"40000", "f", empty})}))
		}, checks: todo()},
		{name: "tree-with-git-names", group: "Trees", build: func(b *builder) {
			blob := b.object("blob", "TODO\n")
			sub := b.tree(entry{"100644", "config", blob})
			b.chain(b.tree(entry{"40000", ".git", sub}, entry{"100644", "a.go", blob}), b.tree(entry{"40000", "..", sub}, entry{"100644", ".gitmodules", blob}))
		}, checks: append(todo(), check{query: "type:path config", want: regularFiles("config")})},
		{name: "tree-with-slash-in-a-name", group: "Trees", build: func(b *builder) {
			blob := b.object("blob", "TODO\n")
			b.chain(b.tree(entry{"100644", "a.go", blob}), b.tree(entry{"100644", "a/b.go", blob}))
		}, checks: todo()},
		{name: "same-tree-at-many-paths", group: "Trees", build: func(b *builder) {
			sub := b.tree(entry{"100644", "x.go", b.object("blob", "TODO\n")})
			var many []entry
			for i := range 50 {
				many = append(many, entry{"40000", fmt.Sprintf("d%02d", i), sub})
			}
			all := b.tree(many...)
			b.chain(sub, all, b.tree(entry{"40000", "p", all}, entry{"40000", "q", all}))
		}, checks: append(todo(),
			check{query: "TODO case:yes file:d4", want: values(0, 10, 20)},
			check{query: "TODO case:yes -file:^q/", want: values(1, 50, 50)})},
		{name: "folders-300-deep", group: "Trees", build: func(b *builder) {
			deep := strings.Repeat("d/", 300)
			b.history(files{"a.go": "TODO\n"}, files{deep + "a.go": "TODO\n"}, files{deep + "d/b.go": "TODO\n"})
		}, checks: append(todo(), check{query: "TODO case:yes file:(d/){301}", want: values(0, 0, 1)})},
		{name: "folders-30-deep-loose", group: "Trees", build: func(b *builder) {
			deep := strings.Repeat("d/", 30)
			b.asLoose = true
			b.history(files{"a.go": "TODO\n"}, files{deep + "a.go": "TODO\n"}, files{deep + "d/b.go": "TODO\n"})
		}, checks: todo()},
		{name: "five-thousand-files", group: "Trees", build: func(b *builder) {
			many := files{}
			for i := range 5000 {
				many[fmt.Sprintf("d%d/f%d.go", i%7, i)] = fmt.Sprintf("TODO %d\n", i%100)
			}
			b.history(many, files{"d0/f0.go": deleted, "d1/f1.go": "none\n"}, files{"d2": deleted})
		}, checks: append(todo(), check{query: "TODO 42 case:yes", want: text("TODO 42")})},
		{name: "empty-commits", group: "Trees", build: func(b *builder) {
			b.history(files{}, files{"a.go": "TODO\n"}, files{}, files{"a.go": deleted}, files{})
		}, checks: append(todo(),
			check{query: "type:diff TODO", want: values(0, 1, 0, 1, 0)},
			check{query: "type:commit commit", want: log("--grep=commit")})},
	}
}
