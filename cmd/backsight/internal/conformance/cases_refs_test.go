package conformance

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
)

// two adds two commits. The files of the first have one TODO, those of the second two.
func two(b *builder) { b.history(files{"a.go": "TODO\n"}, files{"b.go": "TODO\n"}) }

// todo are the checks that most fixtures about the structure of a repository share.
func todo() []check {
	return []check{
		{query: "TODO case:yes", want: text("TODO")},
		{query: `type:path \.go$ patterntype:regexp`, want: regularFiles(`\.go$`)},
	}
}

// allFailed are checks of a repository whose samples must all fail for this reason.
func allFailed(reason string) []check {
	return []check{
		{query: "TODO case:yes", want: answers(failed(reason))},
		{query: "type:commit commit", want: answers(failed(reason))},
	}
}

func refCases() []fixture {
	damagedRef := func(name, content string) fixture {
		return fixture{
			name: name, group: "Refs", build: two,
			then: func(b *builder) { b.write("refs/heads/main", content) }, checks: allFailed("."),
		}
	}
	return []fixture{
		damagedRef("ref-empty-file", ""),
		damagedRef("ref-nul-bytes", strings.Repeat("\x00", 41)),
		damagedRef("ref-half-hash", strings.Repeat("ab", 10)+"\n"),
		damagedRef("ref-text", "not an id of an object at all, but some text\n"),
		{
			name: "ref-missing-object", group: "Refs", build: two,
			then: func(b *builder) { b.setMain(strings.Repeat("ab", 20)) }, checks: allFailed("."),
		},
		{name: "head-detached", group: "Refs", build: func(b *builder) {
			two(b)
			b.write("HEAD", b.ObjectAt(b.t, "main")+"\n")
		}, checks: todo()},
		{name: "head-symbolic-link", group: "Refs", build: func(b *builder) {
			two(b)
			b.remove("HEAD")
			require.NoError(b.t, os.Symlink("refs/heads/main", filepath.Join(b.Dir, "HEAD")))
		}, checks: todo()},
		{name: "head-crlf", group: "Refs", build: func(b *builder) {
			two(b)
			b.write("HEAD", "ref: refs/heads/main\r\n")
		}, checks: todo()},
		{name: "head-of-two-branches", group: "Refs", build: func(b *builder) {
			two(b)
			b.Import(b.t, "zzz", true, commitOf(5, files{"x": "TODO TODO TODO"}))
			b.write("HEAD", "ref: refs/heads/zzz\n")
		}, checks: todo()},
		{name: "ref-symbolic", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("update-ref", "refs/heads/trunk", "main")
			b.write("refs/heads/main", "ref: refs/heads/trunk\n")
		}, checks: todo()},
		{name: "ref-crlf", group: "Refs", build: func(b *builder) {
			two(b)
			b.write("refs/heads/main", b.ObjectAt(b.t, "main")+"\r\n")
		}, checks: todo()},
		{name: "ref-without-line-feed", group: "Refs", build: func(b *builder) {
			two(b)
			b.write("refs/heads/main", b.ObjectAt(b.t, "main"))
		}, checks: todo()},
		{name: "ref-upper-case", group: "Refs", build: func(b *builder) {
			two(b)
			b.write("refs/heads/main", strings.ToUpper(b.ObjectAt(b.t, "main"))+"\n")
		}, checks: todo()},
		{name: "ref-names-a-tag", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("tag", "-a", "-m", "tag", "v1", "main")
		}, then: func(b *builder) { b.write("refs/heads/main", b.ObjectAt(b.t, "v1")+"\n") }, checks: todo()},
		{name: "ref-lock-left-over", group: "Refs", build: func(b *builder) {
			two(b)
		}, then: func(b *builder) { b.write("refs/heads/main.lock", "") }, checks: todo()},
		{name: "packed-refs", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("pack-refs", "--all")
		}, checks: todo()},
		{name: "packed-refs-behind", group: "Refs", build: func(b *builder) {
			b.history(files{"a.go": "TODO\n"})
			b.git("pack-refs", "--all", "--no-prune")
		}, then: func(b *builder) { b.history(files{"b.go": "TODO\n"}) }, checks: todo()},
		{name: "packed-refs-unsorted", group: "Refs", build: func(b *builder) {
			two(b)
			id := b.ObjectAt(b.t, "main")
			b.remove("refs/heads/main")
			b.write("packed-refs", id+" refs/tags/z\n"+id+" refs/heads/main\n"+id+" refs/heads/a\n")
		}, checks: todo()},
		{name: "packed-refs-peeled", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("tag", "-a", "-m", "tag", "v1", "main")
			b.git("tag", "-a", "-m", "tag of a tag", "v2", "v1")
			b.git("pack-refs", "--all")
		}, flags: flags{rev: "v2"}, tip: "v2", alone: true, checks: todo()},
		{name: "tag-named-as-the-branch", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("update-ref", "refs/tags/main", "main~1")
		}, checks: todo()},
		{name: "branch-named-head", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("update-ref", "refs/heads/HEAD", "main~1")
		}, checks: todo()},
		{name: "branch-with-odd-name", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("update-ref", "refs/heads/ünï/#1&'\"$(x)", "main")
			b.git("update-ref", "-d", "refs/heads/main")
			b.write("HEAD", "ref: refs/heads/ünï/#1&'\"$(x)\n")
		}, checks: todo()},
		{name: "no-commits", group: "Refs", build: func(*builder) {}, checks: []check{
			{query: "TODO", want: answers(absent)},
			{query: "type:commit x", want: answers(absent)},
		}},
		{name: "namespaces", group: "Refs", build: func(b *builder) {
			two(b)
			b.git("update-ref", "refs/namespaces/x/refs/heads/main", "main~1")
			b.git("update-ref", "refs/notes/commits", "main~1")
			b.git("update-ref", "refs/stash", "main~1")
		}, checks: todo()},
	}
}
