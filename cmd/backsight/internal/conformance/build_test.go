package conformance

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// builder writes the repository of a fixture. Its methods fail the test when git fails.
type builder struct {
	*testgit.Repo
	t       testing.TB
	root    string   // a folder for this fixture alone; the repository is root/NAME.git
	path    string   // what Backsight is given; the repository's folder unless build changes it
	made    int      // the number of commits that the method history has written
	asLoose bool     // the method history writes loose objects instead of a pack
	written []string // the ids of the objects that the method object has written
}

// month returns noon of the 15th of a month; 0 is January 2024. Every commit is dated so unless a
// fixture says otherwise.
func month(n int) time.Time {
	return time.Date(2024, time.January, 15, 12, 0, 0, 0, time.UTC).AddDate(0, n, 0)
}

// files maps paths to contents.
type files map[string]string

// deleted is the content of a path that a commit deletes.
const deleted = "\x00deleted"

// changes converts files to changes in the order of their paths, deletions first.
func (f files) changes() (changes []testgit.Change) {
	for path, content := range f {
		c := testgit.Change{Path: path, Content: content}
		if content == deleted {
			c.Content, c.Delete = "", true
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b testgit.Change) int {
		if a.Delete != b.Delete {
			return map[bool]int{true: -1, false: 1}[a.Delete]
		}
		return strings.Compare(a.Path, b.Path)
	})
	return changes
}

// history adds a commit to main for each argument, one month after the other, and returns the ids.
func (b *builder) history(commits ...files) []string {
	b.t.Helper()
	list := make([]testgit.Commit, len(commits))
	for i, f := range commits {
		list[i] = testgit.Commit{Message: fmt.Sprintf("commit %d", b.made), Changes: f.changes(), Time: month(b.made)}
		b.made++
	}
	return b.Import(b.t, "main", !b.asLoose, list...)
}

// git runs git on the repository and returns its output without the last line feed.
func (b *builder) git(args ...string) string {
	b.t.Helper()
	return b.Git(b.t, args...)
}

// in runs git in a folder, with the time of month n as the date of author and committer.
func (b *builder) in(dir string, n int, args ...string) string {
	b.t.Helper()
	out, err := runGit(dir, nil, []string{"GIT_AUTHOR_DATE=" + month(n).Format(time.RFC3339), "GIT_COMMITTER_DATE=" + month(n).Format(time.RFC3339)},
		append([]string{"-c", "protocol.file.allow=always"}, args...)...)
	require.NoError(b.t, err)
	return strings.TrimSuffix(out, "\n")
}

// object writes a loose object with any content, valid or not, and returns its id. It starts no
// process, because fixtures write many objects.
func (b *builder) object(kind, content string) string {
	b.t.Helper()
	text := fmt.Sprintf("%s %d\x00%s", kind, len(content), content)
	id := fmt.Sprintf("%x", sha1.Sum([]byte(text)))
	b.loose(id, text)
	b.written = append(b.written, id)
	return id
}

// pack moves the objects in b.written into a pack, which is faster to read.
func (b *builder) pack() {
	b.t.Helper()
	ids := []byte(strings.Join(b.written, "\n") + "\n")
	_, err := runGit(b.Dir, ids, nil, "--git-dir="+b.Dir, "-c", "core.fsync=none", "pack-objects", "-q", filepath.Join(b.Dir, "objects", "pack", "pack"))
	require.NoError(b.t, err)
	for _, id := range b.written {
		b.remove("objects/" + id[:2])
	}
	b.written = nil
}

// loose writes the file of a loose object, whose id and header may be wrong.
func (b *builder) loose(id, text string) {
	b.t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, err := w.Write([]byte(text))
	require.NoError(b.t, err)
	require.NoError(b.t, w.Close())
	b.write("objects/"+id[:2]+"/"+id[2:], packed.String())
}

// entry is an entry of a tree, in the form in which git stores it.
type entry struct{ mode, name, id string }

// tree writes a tree with the entries in the given order, without any check.
func (b *builder) tree(entries ...entry) string {
	b.t.Helper()
	var content bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&content, "%s %s\x00", e.mode, e.name)
		for i := 0; i < len(e.id); i += 2 {
			v, err := strconv.ParseUint(e.id[i:i+2], 16, 8)
			require.NoError(b.t, err)
			content.WriteByte(byte(v))
		}
	}
	return b.object("tree", content.String())
}

// raw describes a commit that is written without any check.
type raw struct {
	tree      string
	parents   []string
	author    string // "Ann Author <ann@example.com>" when empty
	stamp     string // seconds and zone of author and committer, such as "0 +0000"; required
	committed string // the same for the committer alone; stamp when empty
	headers   string // further header lines, each with a line feed
	message   string
}

// commit writes a commit without any check and returns its id.
func (b *builder) commit(c raw) string {
	b.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "tree %s\n", c.tree)
	for _, p := range c.parents {
		fmt.Fprintf(&text, "parent %s\n", p)
	}
	if c.author == "" {
		c.author = "Ann Author <ann@example.com>"
	}
	if c.committed == "" {
		c.committed = c.stamp
	}
	fmt.Fprintf(&text, "author %s %s\ncommitter Carl Committer <carl@example.com> %s\n%s\n%s", c.author, c.stamp, c.committed, c.headers, c.message)
	return b.object("commit", text.String())
}

// stamp returns the time of month n as a commit stores it.
func stamp(n int) string { return fmt.Sprintf("%d +0000", month(n).Unix()) }

// chain writes a commit for each tree, one month after its parent, the commit of the tree before.
// It sets main to the last one.
func (b *builder) chain(trees ...string) (ids []string) {
	b.t.Helper()
	for i, tree := range trees {
		c := raw{tree: tree, stamp: stamp(i), message: fmt.Sprintf("commit %d\n", i)}
		if i > 0 {
			c.parents = ids[i-1 : i]
		}
		ids = append(ids, b.commit(c))
	}
	b.setMain(ids[len(ids)-1])
	return ids
}

// setMain writes the file of refs/heads/main, as git would, but without a check.
func (b *builder) setMain(id string) { b.write("refs/heads/main", id+"\n") }

// write writes a file below the git directory.
func (b *builder) write(name, content string) {
	b.t.Helper()
	path := filepath.Join(b.Dir, name)
	require.NoError(b.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(b.t, os.WriteFile(path, []byte(content), 0o644))
}

// remove removes a file or a folder below the git directory.
func (b *builder) remove(name string) {
	b.t.Helper()
	require.NoError(b.t, os.RemoveAll(filepath.Join(b.Dir, name)))
}

// runGit runs git in a folder and returns its standard output. The error contains git's message.
func runGit(dir string, stdin []byte, env []string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "safe.directory=*"}, args...)...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	cmd.Env = append(testgit.Env(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("git %.300s: %w: %.300s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), err
}

// move renames a folder below the git directory, and makes an empty objects/pack if there is none
// then.
func (b *builder) move(from, to string) {
	b.t.Helper()
	require.NoError(b.t, os.Rename(filepath.Join(b.Dir, from), filepath.Join(b.Dir, to)))
	require.NoError(b.t, os.MkdirAll(filepath.Join(b.Dir, "objects", "pack"), 0o755))
}

// adopt replaces the repository by another one in root.
func (b *builder) adopt(name string) {
	b.t.Helper()
	require.NoError(b.t, os.Rename(b.Dir, b.Dir+".origin"))
	require.NoError(b.t, os.Rename(filepath.Join(b.root, name), b.Dir))
}
