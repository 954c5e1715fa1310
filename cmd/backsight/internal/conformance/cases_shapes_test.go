package conformance

import (
	"fmt"

	"github.com/backsight/backsight/internal/testgit"
)

// on returns a commit of month n. The parents are indexes of commits in the same Import.
func on(n int, parents []int, f files) testgit.Commit {
	return testgit.Commit{Message: fmt.Sprintf("commit %d", n), Time: month(n), Parents: parents, Changes: f.changes()}
}

// three are the checks of a history: files, messages and changed lines.
func three() []check {
	return []check{
		{query: "TODO case:yes", want: text("TODO")},
		{query: "type:commit commit", want: log("--grep=commit")},
		{query: "type:diff TODO", want: log("-G", "TODO")},
	}
}

func shapeCases() []fixture {
	shape := func(name string, commits ...testgit.Commit) fixture {
		return fixture{name: name, group: "Shapes of histories", build: func(b *builder) { b.Import(b.t, "main", true, commits...) }, checks: three()}
	}
	base, side, other := files{"a.go": "TODO\n"}, files{"s.go": "TODO\nTODO\n"}, files{"o.go": "TODO\n"}
	long := make([]testgit.Commit, 400)
	for i := range long {
		long[i] = testgit.Commit{Message: fmt.Sprintf("commit %d", i), Time: month(0).AddDate(0, 0, i), Changes: files{fmt.Sprintf("f%d.go", i%9): fmt.Sprintf("TODO %d\n", i%5)}.changes()}
	}
	return []fixture{
		shape("merge", on(0, nil, base), on(1, []int{0}, side), on(2, []int{0}, other), on(3, []int{2, 1}, files{"s.go": "TODO\nTODO\n"})),
		shape("merge-without-its-changes", on(0, nil, base), on(1, []int{0}, side), on(2, []int{0}, other), on(3, []int{2, 1}, files{})),
		shape("merge-with-further-changes", on(0, nil, base), on(1, []int{0}, side), on(2, []int{0, 1}, files{"s.go": "TODO\nTODO\n", "evil.go": "TODO\n"})),
		shape("foxtrot", on(0, nil, base), on(1, []int{0}, other), on(2, []int{0}, side), on(3, []int{2, 1}, files{"o.go": "TODO\n"})),
		shape("octopus", on(0, nil, base), on(1, []int{0}, side), on(2, []int{0}, other), on(3, []int{0}, files{"p.go": "TODO\n"}),
			on(4, []int{0, 1, 2, 3}, files{"s.go": "TODO\nTODO\n", "o.go": "TODO\n", "p.go": "TODO\n"})),
		shape("criss-cross", on(0, nil, base), on(1, []int{0}, side), on(2, []int{0}, other), on(3, []int{1, 2}, other), on(4, []int{2, 1}, side), on(5, []int{3, 4}, files{"x.go": "TODO\n"})),
		shape("two-roots", on(0, nil, base), on(1, testgit.Root, side), on(2, []int{0, 1}, side)),
		shape("merge-of-itself", on(0, nil, base), on(1, []int{0, 0}, side)),
		shape("side-branch-is-younger", on(0, nil, base), on(5, []int{0}, side), on(2, []int{0, 1}, side), on(3, nil, other)),
		shape("merge-is-older-than-its-parents", on(3, nil, base), on(5, []int{0}, side), on(1, []int{0, 1}, side), on(6, nil, other)),
		shape("dates-go-down", on(9, nil, base), on(6, nil, side), on(3, nil, other)),
		shape("dates-zigzag", on(1, nil, base), on(8, nil, side), on(2, nil, other), on(7, nil, files{"a.go": "x\n"}), on(3, nil, files{"s.go": deleted})),
		shape("all-dates-equal", on(1, nil, base), on(1, nil, side), on(1, nil, other)),
		shape("revert", on(0, nil, base), on(1, nil, side), on(2, nil, files{"s.go": deleted}), on(3, nil, side)),
		shape("rename", on(0, nil, base), on(1, nil, files{"a.go": deleted, "d/b.go": "TODO\n"}), on(2, nil, files{"d/b.go": deleted, "a.go": "TODO\n"})),
		shape("swap-of-two-files", on(0, nil, files{"a.go": "TODO\n", "b.go": "TODO\nTODO\n"}), on(1, nil, files{"a.go": "TODO\nTODO\n", "b.go": "TODO\n"})),
		shape("copy", on(0, nil, base), on(1, nil, files{"b.go": "TODO\n", "c/d.go": "TODO\n"})),
		shape("every-file-deleted", on(0, nil, base), on(1, nil, files{"a.go": deleted}), on(2, nil, side)),
		shape("folder-renamed", on(0, nil, files{"x/a.go": "TODO\n", "x/y/b.go": "TODO\n"}), on(1, nil, files{"x": deleted, "z/a.go": "TODO\n", "z/y/b.go": "TODO\n"})),
		shape("letter-case-of-a-name", on(0, nil, files{"README": "TODO\n"}), on(1, nil, files{"README": deleted, "readme": "TODO\n"}), on(2, nil, files{"Readme": "TODO\n"})),
		shape("a-single-commit", on(0, nil, base)),
		shape("four-hundred-commits", long...),
	}
}
