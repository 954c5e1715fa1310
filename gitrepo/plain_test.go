package gitrepo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Every repository that Open reads without git must have the properties that git reports, and
// ordinary repositories must be read without git.
func TestOpen_PlainRepositoriesEqualGit(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, repo *testgit.Repo, name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, name), []byte(text), 0o644))
	}
	for _, row := range []struct {
		name   string
		change func(*testing.T, *testgit.Repo)
		plain  bool
	}{
		{"as it is", func(*testing.T, *testgit.Repo) {}, true},
		{"mirror", func(t *testing.T, r *testgit.Repo) {
			r.Git(t, "config", "remote.origin.url", "https://example.com/a/b.git")
			r.Git(t, "config", "remote.origin.mirror", "true")
		}, true},
		{"partial clone", func(t *testing.T, r *testgit.Repo) {
			r.Git(t, "config", "remote.origin.promisor", "true")
		}, true},
		{"packed refs", func(t *testing.T, r *testgit.Repo) { r.Git(t, "pack-refs", "--all") }, true},
		{"detached", func(t *testing.T, r *testgit.Repo) { r.Git(t, "update-ref", "--no-deref", "HEAD", "main~1") }, true},
		{"unborn", func(t *testing.T, r *testgit.Repo) { r.Git(t, "symbolic-ref", "HEAD", "refs/heads/none") }, false},
		{"shallow", func(t *testing.T, r *testgit.Repo) { write(t, r, "shallow", r.ObjectAt(t, "main")+"\n") }, false},
		{"extension", func(t *testing.T, r *testgit.Repo) {
			r.Git(t, "config", "core.repositoryformatversion", "1")
			r.Git(t, "config", "extensions.partialclone", "origin")
		}, false},
		{"include", func(t *testing.T, r *testgit.Repo) {
			write(t, r, "more", "[remote \"origin\"]\n\tpromisor = true\n")
			r.Git(t, "config", "include.path", "more")
		}, false},
		{"not bare", func(t *testing.T, r *testgit.Repo) { r.Git(t, "config", "core.bare", "false") }, false},
		{"bare by another word", func(t *testing.T, r *testgit.Repo) { r.Git(t, "config", "core.bare", "yes") }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			repo.Import(t, "main", true, testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "1"}}},
				testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "2"}}})
			row.change(t, repo)
			quick, err := Open(t.Context(), repo.Dir)
			require.NoError(t, err)
			ref, tip, _ := quick.plainBranch(t.Context(), "HEAD")
			require.Equal(t, row.plain, quick.plain && tip != "")

			slow := &Repo{dir: quick.dir, gitDir: quick.gitDir}
			require.NoError(t, slow.openByGit(t.Context()))
			wantRef, wantTip, wantErr := slow.DefaultBranch(t.Context())
			if row.plain {
				require.NoError(t, wantErr)
				require.Equal(t, wantRef, ref)
				require.Equal(t, wantTip, tip)
			}
			gotRef, gotTip, gotErr := quick.DefaultBranch(t.Context())
			require.Equal(t, wantRef, gotRef)
			require.Equal(t, wantTip, gotTip)
			require.Equal(t, wantErr == nil, gotErr == nil)
			plain := *quick
			plain.plain = false
			require.Equal(t, *slow, plain)
		})
	}
}

func TestParsePlainConfig_RefusesWhatIsNotPlain(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"[core]\nbare = true\n[include]\npath = x\n", "[core] bare = true\n", "[core]\nbare\n", "[core]\nbare = \"true\"\n",
		"[core]\nbare = true # yes\n", "[core \"x\"]\nbare = true\n", "[core]\nworktree = /x\n", "[extensions]\nobjectformat = sha256\n",
		"[remote \"o\"]\nurl = x\\\ny\n", "[remote.o]\npromisor = true\n", "[includeIf \"onbranch:x\"]\npath = y\n", "bare = true\n",
	} {
		_, ok := parsePlainConfig([]byte(text))
		require.False(t, ok, "%q", text)
	}
	c, ok := parsePlainConfig([]byte("# hello\n[Core]\n\tBare = true\n[core]\n\tbare = false\n[remote \"o\"]\n\tpartialCloneFilter = blob:none\n"))
	require.True(t, ok)
	require.Equal(t, plainConfig{bare: "false", promisor: true}, c, "the last value applies")
}

func TestReadRef_RefusesWhatIsNotAPlainRef(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	id := repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	r, err := Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	for _, text := range []string{"ref: ../x\n", "ref: refs/../x\n", "ref: refs/heads/a b\n", "ref: main\n", id, "ref: refs/heads/main", strings.ToUpper(id) + "\n", ""} {
		require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "HEAD"), []byte(text), 0o644))
		_, _, ok := r.readRef("HEAD")
		require.False(t, ok, "%q", text)
	}
	require.NoError(t, os.Remove(filepath.Join(repo.Dir, "HEAD")))
	require.NoError(t, os.Symlink("refs/heads/main", filepath.Join(repo.Dir, "HEAD")))
	_, _, ok := r.readRef("HEAD")
	require.False(t, ok)
}
