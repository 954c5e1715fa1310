package conformance

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// grown writes three commits of loose objects: a.go with one TODO, then b.go with two, then c.go
// with three in a folder.
func grown(b *builder) {
	b.asLoose = true
	b.history(files{"a.go": "TODO\n"}, files{"b.go": "TODO\nTODO\n"}, files{"d/c.go": "TODO\nTODO\nTODO\n"})
}

func damageCases() []fixture {
	damaged := func(name string, damage func(b *builder), checks ...check) fixture {
		return fixture{name: name, group: "Damaged and missing objects", build: grown, then: damage, checks: checks}
	}
	// blob returns the checks for a blob of b.go that cannot be read.
	blob := func(reason string) []check {
		return []check{
			{query: "TODO case:yes", want: answers(counted(1), partial(1, reason), partial(4, reason))},
			{query: "TODO case:yes file:^d/", want: values(0, 0, 3)},
			{query: `type:path \.go$ patterntype:regexp`, want: regularFiles(`\.go$`)},
		}
	}
	remove := func(rev string) func(b *builder) {
		return func(b *builder) { b.RemoveObject(b.t, b.ObjectAt(b.t, rev)) }
	}
	replace := func(rev string, content func(old string) string) func(b *builder) {
		return func(b *builder) {
			path := b.ObjectPath(b.ObjectAt(b.t, rev))
			old, err := os.ReadFile(path)
			require.NoError(b.t, err)
			require.NoError(b.t, os.Remove(path))
			require.NoError(b.t, os.WriteFile(path, []byte(content(string(old))), 0o644))
		}
	}
	other := func(rev, text string) func(b *builder) {
		return func(b *builder) {
			id := b.ObjectAt(b.t, rev)
			require.NoError(b.t, os.Remove(b.ObjectPath(id)))
			b.loose(id, text)
		}
	}
	// An index that was made before the damage contains what is missing now.
	tree := []check{
		{query: "TODO case:yes", want: answers(counted(1), counted(3), partial(3, "missing object")), updated: values(1, 3, 6)},
		{query: "TODO case:yes file:^d", want: answers(counted(0), counted(0), partial(0, "missing object")), updated: values(0, 0, 3)},
		// no file in the missing folder can match
		{query: "TODO case:yes file:^b", want: values(0, 2, 2)},
	}
	tip := allFailed(".")
	tip[0].updated, tip[1].updated = answers(counted(6)), answers(partial(2, "1 object"))
	parent := []check{
		{query: "TODO case:yes", want: text("TODO")},
		{query: "type:path go", want: regularFiles("go")},
	}
	// The sample times are on the days after the last two commits. At earlier times, the answer
	// would depend on the index: one that was made before the damage contains the damaged commit.
	missingParent := damaged("missing-parent", func(b *builder) { b.RemoveObject(b.t, b.ObjectAt(b.t, "main~2")) }, parent...)
	missingParent.before, missingParent.at = failed(""), months(1, 2)
	corruptParent := damaged("corrupt-parent", func(b *builder) { b.CorruptObject(b.t, b.ObjectAt(b.t, "main~2")) }, parent...)
	corruptParent.before, corruptParent.at = failed(""), months(1, 2)
	return []fixture{
		damaged("missing-blob", remove("main:b.go"), blob("missing object")...),
		damaged("corrupt-blob", func(b *builder) { b.CorruptObject(b.t, b.ObjectAt(b.t, "main:b.go")) }, blob("object")...),
		damaged("empty-blob-file", replace("main:b.go", func(string) string { return "" }), blob("object")...),
		damaged("blob-cut-in-half", replace("main:b.go", func(old string) string { return old[:len(old)/2] }), blob("object")...),
		damaged("blob-with-other-content", other("main:b.go", "blob 15\x00TODO TODO TODO\n"), blob("corrupt object")...),
		damaged("blob-with-the-content-of-another", other("main:b.go", "blob 5\x00TODO\n"), blob("corrupt object")...),
		damaged("blob-with-wrong-size", other("main:b.go", "blob 99\x00TODO\nTODO\n"), blob("another length")...),
		damaged("blob-much-shorter-than-its-header-says", other("main:b.go", "blob 9000000\x00TODO\nTODO\n"), blob("another length")...),
		damaged("blob-with-an-endless-size", other("main:b.go", "blob 9999999999999999999\x00TODO\n"), blob("corrupt object")...),
		damaged("blob-that-is-a-tree", other("main:b.go", "tree 0\x00"), blob("object")...),
		damaged("blob-of-unknown-kind", other("main:b.go", "blah 10\x00TODO\nTODO\n"), blob("object")...),
		damaged("blob-of-zeros", replace("main:b.go", func(old string) string { return strings.Repeat("\x00", len(old)) }), blob("object")...),
		damaged("missing-folder", remove("main:d"), tree...),
		damaged("corrupt-folder", func(b *builder) { b.CorruptObject(b.t, b.ObjectAt(b.t, "main:d")) },
			check{query: "TODO case:yes", want: answers(counted(1), counted(3), partial(3, "object")), updated: values(1, 3, 6)}),
		damaged("missing-root-tree", remove("main^{tree}"),
			check{query: "TODO case:yes", want: answers(counted(1), counted(3), partial(0, "missing object")), updated: values(1, 3, 6)}),
		damaged("missing-tree-of-the-first-commit", remove("main~2^{tree}"),
			check{query: "TODO case:yes", want: answers(partial(0, "missing object"), counted(3), counted(6)), updated: values(1, 3, 6)}),
		damaged("folder-with-other-content", func(b *builder) {
			id := b.ObjectAt(b.t, "main:d")
			require.NoError(b.t, os.Remove(b.ObjectPath(id)))
			b.loose(id, "tree 0\x00")
		}, check{query: "TODO case:yes", want: answers(counted(1), counted(3), partial(3, "corrupt object")), updated: values(1, 3, 6)}),
		damaged("missing-tip", remove("main"), tip...),
		damaged("corrupt-tip", func(b *builder) { b.CorruptObject(b.t, b.ObjectAt(b.t, "main")) }, tip...),
		missingParent, corruptParent,
		damaged("damaged-pack", func(b *builder) {
			b.Repack(b.t)
			id := b.ObjectAt(b.t, "main:b.go")
			pack := strings.TrimSuffix(b.Packs(b.t)[0], ".pack")
			for line := range strings.Lines(b.git("verify-pack", "-v", pack+".idx")) {
				if fields := strings.Fields(line); fields[0] == id {
					offset, err := strconv.ParseInt(fields[4], 10, 64)
					require.NoError(b.t, err)
					b.CorruptPack(b.t, offset+5)
				}
			}
		}, blob("object")...),
		damaged("blob-of-a-tag-in-a-tree", func(b *builder) {
			b.git("tag", "-a", "-m", "TODO", "v1", "main")
			sub := b.tree(entry{"100644", "a.go", b.ObjectAt(b.t, "main:a.go")}, entry{"100644", "t.go", b.ObjectAt(b.t, "v1")})
			b.setMain(b.commit(raw{tree: sub, parents: []string{b.ObjectAt(b.t, "main")}, stamp: stamp(3), message: "x\n"}))
		}, check{query: "TODO case:yes", want: answers(counted(1), counted(3), counted(6), partial(1, "object"))}),
		damaged("unreadable-object-at-two-paths", func(b *builder) {
			b.history(files{"b2.go": "TODO\nTODO\n"})
			b.RemoveObject(b.t, b.ObjectAt(b.t, "main:b.go"))
		}, check{query: "TODO case:yes", want: answers(counted(1), partial(1, "^1 object "), partial(4, "^1 object "), partial(4, "^1 object "))}),
		{name: "replaced-commit", group: "Grafts and replaced objects", build: grown, then: func(b *builder) {
			b.git("replace", "main~1", "main~2")
		}, checks: []check{{query: "type:path go", want: values(1, 2, 3)}}},
		{name: "replaced-blob", group: "Grafts and replaced objects", build: grown, then: func(b *builder) {
			b.git("replace", "main:b.go", b.object("blob", "TODO TODO TODO TODO\n"))
		}, checks: []check{{query: "TODO case:yes", want: values(1, 3, 6), git: values(1, 5, 8), why: "refs/replace is ignored: an id names one content"}}},
		{name: "graft", group: "Grafts and replaced objects", build: grown, at: months(0, 1, 2), then: func(b *builder) {
			b.write("info/grafts", b.ObjectAt(b.t, "main")+" "+b.ObjectAt(b.t, "main~2")+"\n")
		}, checks: []check{
			{query: "TODO case:yes", want: text("TODO")},
			{query: "type:commit commit", want: log("--grep=commit")},
		}},
	}
}

// months returns sample times on the day after the commits of these months.
func months(list ...int) (times []string) {
	for _, n := range list {
		times = append(times, month(n).AddDate(0, 0, 1).Format(time.RFC3339))
	}
	return times
}
