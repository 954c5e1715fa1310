package conformance

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
)

// placed is a fixture that gives Backsight another path than the repository's: the path below root
// that `move` returns.
func placed(name string, checks []check, move func(b *builder) string) fixture {
	return fixture{name: name, group: "Places and kinds of repositories", build: func(b *builder) {
		two(b)
		b.path = filepath.Join(b.root, move(b))
	}, alone: true, checks: checks}
}

// cloned clones the fixture's repository, and returns the folder of the clone's work tree.
func cloned(b *builder) (work string) {
	work = filepath.Join(b.root, "work")
	b.in(b.root, 0, "clone", "-q", b.Dir, "work")
	return work
}

func placeCases() []fixture {
	writeFile := func(b *builder, path, content string) {
		require.NoError(b.t, os.WriteFile(path, []byte(content), 0o644))
	}
	link := func(name string) func(b *builder) string {
		return func(b *builder) string {
			require.NoError(b.t, os.Symlink(b.Dir, filepath.Join(b.root, name)))
			return name
		}
	}
	rename := func(name string) func(b *builder) string {
		return func(b *builder) string {
			target := filepath.Join(b.root, name)
			require.NoError(b.t, os.MkdirAll(filepath.Dir(target), 0o755))
			require.NoError(b.t, os.Rename(b.Dir, target))
			require.NoError(b.t, os.Symlink(target, b.Dir)) // git is asked there
			return name
		}
	}
	config := func(name, text string) fixture {
		return fixture{name: name, group: "Places and kinds of repositories", build: func(b *builder) {
			two(b)
			old, err := os.ReadFile(filepath.Join(b.Dir, "config"))
			require.NoError(b.t, err)
			b.write("config", string(old)+text)
		}, checks: todo()}
	}
	return []fixture{
		placed("work-tree", todo(), func(b *builder) string {
			work := cloned(b)
			writeFile(b, filepath.Join(work, "uncommitted.go"), "TODO TODO\n")
			writeFile(b, filepath.Join(work, "a.go"), "changed\n")
			return "work"
		}),
		placed("work-tree-index-damaged", todo(), func(b *builder) string {
			writeFile(b, filepath.Join(cloned(b), ".git", "index"), "garbage")
			return "work"
		}),
		placed("work-tree-in-a-rebase", todo(), func(b *builder) string {
			work := cloned(b)
			b.in(work, 5, "checkout", "-q", "--detach", "origin/main")
			return "work"
		}),
		placed("linked-work-tree", todo(), func(b *builder) string {
			b.in(b.Dir, 0, "worktree", "add", "-q", "--detach", filepath.Join(b.root, "linked"), "main")
			return "linked"
		}),
		placed("submodule-with-a-git-file", todo(), func(b *builder) string {
			b.in(b.root, 0, "init", "-q", "super")
			super := filepath.Join(b.root, "super")
			b.in(super, 0, "submodule", "--quiet", "add", b.Dir, "sub")
			return "super/sub"
		}),
		placed("separate-git-directory", todo(), func(b *builder) string {
			b.in(b.root, 0, "clone", "-q", "--separate-git-dir", filepath.Join(b.root, "elsewhere"), b.Dir, "work")
			return "work"
		}),
		placed("path-is-the-git-directory-of-a-work-tree", todo(), func(b *builder) string { return filepath.Join(filepath.Base(cloned(b)), ".git") }),
		placed("path-through-a-symbolic-link", todo(), link("link")),
		placed("path-with-spaces-and-quotes", todo(), rename(`a b/"c'd"$(e) #1.git`)),
		placed("path-unicode", todo(), rename("ünï/日本.git")),
		placed("path-decomposed", todo(), rename("u\u0308.git")),
		placed("path-not-utf-8", []check{todo()[0]}, rename("a\xff\xfeb.git")),
		placed("path-with-a-line-feed", todo(), rename("a\nb.git")),
		placed("path-like-a-flag", todo(), rename("--all")),
		placed("path-of-200-letters", todo(), rename(strings.Repeat("n", 200))),
		config("config-include-missing", "[include]\n\tpath = /nonexistent/file\n"),
		config("config-log-and-grep", "[grep]\n\tcolumn = true\n\tfullName = true\n[log]\n\tdate = raw\n[core]\n\tquotePath = false\n\tignoreCase = true\n"),
		config("config-autocrlf", "[core]\n\tautocrlf = true\n\teol = crlf\n\tsafecrlf = true\n"),
		config("config-precompose-unicode", "[core]\n\tprecomposeUnicode = true\n\tprotectNTFS = true\n\tprotectHFS = true\n"),
		config("config-replace-off", "[core]\n\tuseReplaceRefs = false\n\tcommitGraph = false\n\tmultiPackIndex = false\n"),
		config("config-sparse-checkout", "[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = true\n"),
		config("config-small-window", "[core]\n\tpackedGitWindowSize = 4k\n\tpackedGitLimit = 8k\n\tdeltaBaseCacheLimit = 1k\n\tbigFileThreshold = 1k\n"),
		config("config-alias-and-hooks", "[alias]\n\trev-list = !false\n\tcat-file = !false\n\tlog = !false\n[core]\n\thooksPath = /nonexistent\n\tfsmonitor = false\n"),
		config("config-textconv", "[diff \"x\"]\n\ttextconv = false\n[filter \"x\"]\n\tclean = false\n\tsmudge = false\n\trequired = true\n[diff]\n\texternal = false\n"),
		{name: "config-worktree-extension", group: "Places and kinds of repositories", build: func(b *builder) {
			two(b)
			b.git("config", "core.repositoryFormatVersion", "1")
			b.git("config", "extensions.worktreeConfig", "true")
		}, checks: todo()},
		{name: "config-with-crlf", group: "Places and kinds of repositories", build: func(b *builder) {
			two(b)
			b.write("config", "[core]\r\n\trepositoryformatversion = 0\r\n\tbare = true\r\n")
		}, checks: todo()},
		{name: "config-empty", group: "Places and kinds of repositories", build: func(b *builder) {
			two(b)
			b.write("config", "")
		}, checks: todo()},
	}
}
