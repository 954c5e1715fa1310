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
