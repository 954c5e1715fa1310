package testgit

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The modes of a Change.
const (
	File       = "100644" // the default
	Executable = "100755"
	Symlink    = "120000"
	Submodule  = "160000" // Content is the id of a commit, which need not exist
)

// Change is one change of one path.
type Change struct {
	Path    string // any bytes but NUL
	Mode    string
	Content string
	Delete  bool // deletes a file, or a folder and everything in it
}

// Commit describes a commit. Its tree is the first parent's tree with Changes applied in order.
type Commit struct {
	// Parents are indices of earlier commits of the same Import. nil means the previous commit of
	// the Import; for the first commit it means the tip of the branch before the Import, if there
	// is one. Root means no parents.
	Parents []int
	// the author date and the committer date; zero means Epoch plus one hour for each earlier
	// commit of the Import
	Time    time.Time
	Author  string // "Ann Author <ann@example.com>" when empty
	Message string
	Changes []Change
}

// Root is the value of Parents for a commit without parents.
var Root = []int{}

// Import writes the commits to a branch, with one git process, and returns their ids. The objects
// go into a pack if `packed` is true; otherwise they are loose.
func (r *Repo) Import(t TB, branch string, packed bool, commits ...Commit) []string {
	t.Helper()
	ref := "refs/heads/" + branch
	var in bytes.Buffer
	for i, c := range commits {
		when := c.Time
		if when.IsZero() {
			when = Epoch.Add(time.Duration(i) * time.Hour)
		}
		author := c.Author
		if author == "" {
			author = "Ann Author <ann@example.com>"
		}
		if c.Parents != nil && len(c.Parents) == 0 {
			fmt.Fprintf(&in, "reset %s\n\n", ref)
		}
		fmt.Fprintf(&in, "commit %s\nmark :%d\nauthor %s %d +0000\ncommitter Carl Committer <carl@example.com> %d +0000\ndata %d\n%s\n",
			ref, i+1, author, when.Unix(), when.Unix(), len(c.Message), c.Message)
		switch {
		case len(c.Parents) > 0:
			fmt.Fprintf(&in, "from :%d\n", c.Parents[0]+1)
			for _, p := range c.Parents[1:] {
				fmt.Fprintf(&in, "merge :%d\n", p+1)
			}
		case c.Parents == nil && i > 0:
			fmt.Fprintf(&in, "from :%d\n", i)
		case c.Parents == nil && r.exists(ref):
			fmt.Fprintf(&in, "from %s^0\n", ref)
		}
		for _, change := range c.Changes {
			writeChange(&in, change)
		}
		in.WriteByte('\n')
	}
	marks := filepath.Join(r.Dir, "marks")
	limit := "fastimport.unpackLimit=1000000"
	if packed {
		limit = "fastimport.unpackLimit=1"
	}
	r.run(t, in.Bytes(), "-c", limit, "-c", "core.fsync=none", "fast-import", "--quiet", "--force", "--export-marks="+marks)
	return readMarks(t, marks, len(commits))
}

func writeChange(in *bytes.Buffer, c Change) {
	mode := c.Mode
	if mode == "" {
		mode = File
	}
	switch {
	case c.Delete:
		fmt.Fprintf(in, "D %s\n", quote(c.Path))
	case mode == Submodule:
		fmt.Fprintf(in, "M %s %s %s\n", mode, c.Content, quote(c.Path))
	default:
		fmt.Fprintf(in, "M %s inline %s\ndata %d\n%s\n", mode, quote(c.Path), len(c.Content), c.Content)
	}
}

// quote returns a path in C style: every byte that is not a letter, digit or one of "/._- " is
// written in octal.
func quote(path string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/._- ", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func readMarks(t TB, path string, n int) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("testgit: %v", err)
	}
	ids := make([]string, n)
	for line := range strings.Lines(string(text)) {
		var mark int
		var id string
		if _, err := fmt.Sscanf(line, ":%d %s", &mark, &id); err != nil || mark < 1 || mark > n {
			t.Fatalf("testgit: unexpected mark %q", line)
		}
		ids[mark-1] = id
	}
	_ = os.Remove(path) // a file that stays does no harm
	return ids
}

// exists reports whether a ref exists. It looks for a file only, because Import never packs refs.
func (r *Repo) exists(ref string) bool {
	_, err := os.Stat(filepath.Join(r.Dir, filepath.FromSlash(ref)))
	return err == nil
}

// Commit writes one commit to main, on top of main's tip, and returns its id. `files` maps paths to
// new contents; other files stay as they are. Use Import to delete files.
func (r *Repo) Commit(t TB, when time.Time, files map[string]string) string {
	t.Helper()
	var changes []Change
	for _, path := range slices.Sorted(maps.Keys(files)) {
		changes = append(changes, Change{Path: path, Content: files[path]})
	}
	return r.Import(t, "main", false, Commit{Time: when, Changes: changes})[0]
}
