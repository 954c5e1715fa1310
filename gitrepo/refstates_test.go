package gitrepo

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

func init() { testgit.Cases("100") }

// refStates is a repository with refs in random states, and says what each ref is.
type refStates struct {
	dir     string            // the git directory
	head    string            // the content of HEAD, of the linked work tree if there is one
	loose   map[string]string // by ref: the content of its file
	packed  map[string]string // by ref: its id in packed-refs
	bare    bool
	damaged bool // at least one ref is damaged
	commits []string
}

// In whatever state the refs of a repository are, the default branch is the one that the rules of
// DefaultBranch give. A ref that is stored but damaged is an error, and never counts as absent.
func TestDefaultBranch_InAnyStateOfTheRefs(t *testing.T) {
	t.Parallel()
	objects := testgit.New(t)
	commits := objects.Import(t, "main", true, testgit.Commit{}, testgit.Commit{Message: "two"}, testgit.Commit{Message: "three"})
	blob := objects.RawObject(t, "blob", "text")
	root := t.TempDir()
	n, kinds := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(root, fmt.Sprint(n))
		defer os.RemoveAll(dir)
		s := drawRefs(rt, dir, objects, commits, blob)
		opened := dir
		if rapid.IntRange(0, 3).Draw(rt, "linked work tree") == 0 {
			opened = s.link(rt)
		}
		require.Equal(rt, CommonDir(dir), CommonDir(opened))
		kinds[s.check(rt, opened)]++
	})
	if n >= 1000 { // the rarest kind is 1 case of 100
		for _, kind := range []string{"found", "instead", "damaged", "no commits", "unclear"} {
			require.Positive(t, kinds[kind], "%s: %v", kind, kinds)
		}
	}
}

// drawRefs writes a repository in dir, with the objects of another one.
func drawRefs(rt *rapid.T, dir string, objects *testgit.Repo, commits []string, blob string) *refStates {
	s := &refStates{dir: dir, loose: map[string]string{}, packed: map[string]string{}, commits: commits, bare: rapid.Bool().Draw(rt, "bare")}
	if !s.bare {
		s.dir = filepath.Join(dir, ".git")
	}
	names := []string{"refs/heads/main", "refs/heads/master", "refs/heads/a/b", "refs/heads/c"}
	remote := rapid.SampledFrom([]string{"origin", "upstream"}).Draw(rt, "remote")
	for _, name := range []string{"/main", "/a"} {
		names = append(names, "refs/remotes/"+remote+name)
	}
	for _, name := range names {
		switch rapid.SampledFrom([]string{"absent", "absent", "loose", "packed", "both"}).Draw(rt, name) {
		case "both":
			s.packed[name] = s.id(rt)
			fallthrough
		case "loose":
			s.loose[name] = s.id(rt) + "\n"
		case "packed":
			s.packed[name] = s.id(rt)
		}
	}
	s.head = "ref: " + rapid.SampledFrom(append([]string{"refs/heads/none", "refs/heads/main"}, names...)).Draw(rt, "HEAD") + "\n"
	if rapid.IntRange(0, 5).Draw(rt, "detached") == 0 {
		s.head = s.id(rt) + "\n"
	}
	if rapid.Bool().Draw(rt, "HEAD of the remote") {
		s.loose["refs/remotes/"+remote+"/HEAD"] = "ref: refs/remotes/" + remote + rapid.SampledFrom([]string{"/main", "/none"}).Draw(rt, "it names") + "\n"
	}
	if loose := slices.Sorted(maps.Keys(s.loose)); len(loose) > 0 && rapid.IntRange(0, 2).Draw(rt, "damaged") == 0 {
		name := rapid.SampledFrom(loose).Draw(rt, "damaged ref")
		s.damaged = true
		s.loose[name] = rapid.SampledFrom([]string{"", strings.Repeat("\x00", 41), commits[0][:20], "garbage\n", strings.Repeat("1", 40) + "\n", blob + "\n"}).Draw(rt, "damage")
	}
	s.write(rt, "config", fmt.Sprintf("[core]\n\trepositoryformatversion = 0\n\tbare = %t\n", s.bare))
	s.write(rt, "HEAD", s.head)
	s.write(rt, "refs/heads/.keep.lock", "")
	for name, text := range s.loose {
		s.write(rt, name, text)
	}
	if len(s.packed) > 0 {
		text := "# pack-refs with: peeled fully-peeled sorted \n"
		for _, name := range slices.Sorted(maps.Keys(s.packed)) {
			text += s.packed[name] + " " + name + "\n"
		}
		s.write(rt, "packed-refs", text)
	}
	require.NoError(rt, os.Symlink(filepath.Join(objects.Dir, "objects"), filepath.Join(s.dir, "objects")))
	return s
}

func (s *refStates) id(rt *rapid.T) string { return rapid.SampledFrom(s.commits).Draw(rt, "commit") }

func (s *refStates) write(rt *rapid.T, name, text string) {
	path := filepath.Join(s.dir, name)
	require.NoError(rt, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(rt, os.WriteFile(path, []byte(text), 0o644))
}

// link makes a linked work tree as git does, and returns its folder.
func (s *refStates) link(rt *rapid.T) string {
	tree := s.dir + ".linked"
	s.write(rt, "worktrees/w/HEAD", s.head)
	s.write(rt, "worktrees/w/commondir", "../..\n")
	s.write(rt, "worktrees/w/gitdir", filepath.Join(tree, ".git")+"\n")
	require.NoError(rt, os.MkdirAll(tree, 0o755))
	require.NoError(rt, os.WriteFile(filepath.Join(tree, ".git"), []byte("gitdir: "+filepath.Join(s.dir, "worktrees/w")+"\n"), 0o644))
	s.bare = false
	return tree
}

// resolve follows a ref. The id is "" when the last ref is absent.
func (s *refStates) resolve(name string) (ref, id string, damaged bool) {
	text := s.head
	if name != "HEAD" {
		var ok bool
		if text, ok = s.loose[name]; !ok {
			return name, s.packed[name], false
		}
	}
	if target, symbolic := strings.CutPrefix(text, "ref: "); symbolic {
		return s.resolve(strings.TrimSuffix(target, "\n"))
	}
	id = strings.TrimSuffix(text, "\n")
	return name, id, !slices.Contains(s.commits, id)
}

// want returns the default branch by the rules of DefaultBranch, or the kind of error.
func (s *refStates) want() (kind, ref, id string) {
	candidates := []string{"HEAD"}
	for name := range s.loose {
		if strings.HasSuffix(name, "/HEAD") && !s.bare {
			candidates = []string{name, "HEAD"}
		}
	}
	for _, name := range candidates {
		switch ref, id, damaged := s.resolve(name); {
		case damaged:
			return "damaged", "", ""
		case id != "":
			return "found", ref, id
		}
	}
	var local, remote []string
	for name := range s.names() {
		_, id, damaged := s.resolve(name)
		switch {
		case damaged && !OID(id).Valid():
			return "damaged", "", "" // even if this is not the default branch
		case strings.HasSuffix(name, "/HEAD"):
		case strings.HasPrefix(name, "refs/heads/"):
			local = append(local, name)
		default:
			remote = append(remote, name)
		}
	}
	for _, list := range [][]string{local, remote} {
		if len(list) == 0 {
			continue
		}
		chosen := list[0]
		if len(list) > 1 {
			named := slices.IndexFunc(list, func(name string) bool { return strings.HasSuffix(name, "/main") })
			if named < 0 {
				named = slices.Index(list, "refs/heads/master")
			}
			if named < 0 {
				return "unclear", "", ""
			}
			chosen = list[named]
		}
		_, id, damaged := s.resolve(chosen)
		if damaged {
			return "damaged", "", ""
		}
		return "instead", chosen, id
	}
	return "no commits", "", ""
}

// names returns the refs that are stored.
func (s *refStates) names() map[string]bool {
	names := map[string]bool{}
	for name := range s.loose {
		names[name] = true
	}
	for name := range s.packed {
		names[name] = true
	}
	return names
}

// check compares DefaultBranch with want, and the commit that want returns with git's.
func (s *refStates) check(rt *rapid.T, dir string) (kind string) {
	kind, wantRef, wantID := s.want()
	quick, err := Open(rt.Context(), dir)
	require.NoError(rt, err)
	for _, r := range []*Repo{quick, slowly(rt, quick)} {
		ref, tip, err := r.DefaultBranch(rt.Context())
		switch kind {
		case "found", "instead":
			require.NoError(rt, err)
			require.Equal(rt, []string{wantRef, wantID}, []string{ref, string(tip)})
			_, err = r.BranchNotice(rt.Context(), ref, tip)
			require.True(rt, err == nil || s.damaged, "%v", err)
		case "no commits":
			require.ErrorIs(rt, err, ErrNoCommits)
		case "unclear":
			require.Equal(rt, insights.NotFound, insights.ErrorCode(err), "%v", err)
		case "damaged":
			require.Equal(rt, insights.Unavailable, insights.ErrorCode(err), "%v", err)
			require.NotErrorIs(rt, err, ErrNoCommits)
		}
	}
	if ref, tip, ok := quick.Tip(); ok && kind != "damaged" {
		require.Equal(rt, []string{wantRef, wantID}, []string{ref, string(tip)})
	}
	if wantRef != "" {
		cmd := exec.Command("git", "--git-dir="+findGitDir(dir), "rev-parse", "--verify", wantRef+"^{commit}")
		cmd.Env = testgit.Env()
		out, err := cmd.Output()
		require.NoError(rt, err)
		require.Equal(rt, wantID, strings.TrimSpace(string(out)))
	}
	return kind
}
