package gitrepo_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// A named pipe in the place of a file of a repository is an error, or is not read at all. Before,
// the read waited for ever, and no context could end it.
func TestNamedPipesAreNotOpened(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{
		"HEAD": true, "config": true, "config.worktree": true, "commondir": true, "shallow": true, "packed-refs": true,
		"info/grafts": true, "objects/info/alternates": false, "refs/heads/main": true, "refs/heads/other": false, "FETCH_HEAD": false, "info/attributes": false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			repo.Commit(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a": "TODO"})
			path := filepath.Join(repo.Dir, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			if err := os.Remove(path); err != nil {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
			require.NoError(t, syscall.Mkfifo(path, 0o600))
			err := searchable(t.Context(), repo.Dir)
			if !refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "not a regular file")
		})
	}
}

// The refs of a linked work tree, other than HEAD, are in the folder of the main work tree.
func TestNamedPipesAreNotOpenedForALinkedWorkTree(t *testing.T) {
	t.Parallel()
	origin := testgit.New(t)
	origin.Commit(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a": "TODO"})
	dir := t.TempDir()
	clone, linked := filepath.Join(dir, "clone"), filepath.Join(dir, "linked")
	origin.Git(t, "clone", "-q", origin.Dir, clone)
	origin.Git(t, "--git-dir="+filepath.Join(clone, ".git"), "worktree", "add", "-q", "--detach", linked)
	require.NoError(t, searchable(t.Context(), linked))
	head := filepath.Join(clone, ".git/refs/remotes/origin/HEAD")
	require.NoError(t, os.Remove(head))
	require.NoError(t, syscall.Mkfifo(head, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.ErrorContains(t, searchable(ctx, linked), "not a regular file")
}

// searchable does what precedes a search.
func searchable(ctx context.Context, dir string) error {
	r, err := gitrepo.Open(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := r.Unapplied(ctx); err != nil {
		return err
	}
	_, tip, err := r.DefaultBranch(ctx)
	if err != nil {
		return err
	}
	_, err = r.FirstParents(ctx, tip, "")
	return err
}
