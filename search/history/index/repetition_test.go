package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// bombs makes commits whose trees have `levels` levels of folders. Each folder has `width` equal
// folders with names of `name` letters. The deepest folders have one file, whose content differs in
// each commit.
func bombs(t *testing.T, repo *testgit.Repo, commits, levels, width, name int) (tip gitrepo.OID) {
	t.Helper()
	for c := range commits {
		content := fmt.Sprintf("100644 leaf\x00%s", raw(t, repo.RawObject(t, "blob", fmt.Sprintf("text %d\n", c))))
		for range levels {
			id := raw(t, repo.RawObject(t, "tree", content))
			content = ""
			for i := range width {
				content += fmt.Sprintf("40000 %s%02d\x00%s", strings.Repeat("d", name), i, id)
			}
		}
		var parents []string
		if tip != "" {
			parents = []string{string(tip)}
		}
		lines := fmt.Sprintf("author a <a@x> %d +0000\ncommitter a <a@x> %d +0000\n", 1e9+c, 1e9+c)
		tip = gitrepo.OID(repo.RawCommit(t, repo.RawObject(t, "tree", content), parents, lines, "bomb"))
	}
	return tip
}

func raw(t *testing.T, id string) string {
	t.Helper()
	hash, ok := gitrepo.HashOf(gitrepo.OID(id))
	require.True(t, ok)
	return string(hash[:20])
}

// walkAll walks the history of a commit, and returns the walker.
func walkAll(ctx context.Context, t *testing.T, repo *testgit.Repo, tip gitrepo.OID, limits walkLimits) (*walker, error) {
	t.Helper()
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	objects, err := r.Objects()
	require.NoError(t, err)
	defer objects.Close()
	commits, err := r.FirstParents(t.Context(), tip, "")
	require.NoError(t, err)
	slices.Reverse(commits)
	w := &walker{objects: objects, history: newHistory(), hashLen: objects.HashLen(), batch: firstBatch, limits: limits}
	return w, w.walk(ctx, commits, 0, nil)
}

func TestWalk_RecognisesBombsEarly(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ commits, levels, width, name int }{
		"two equal folders, in each of many commits": {20, 36, 2, 1},
		"ten equal folders":                          {3, 36, 10, 1},
		"long names":                                 {3, 36, 2, 250},
		"few paths in each of many commits":          {80, 15, 2, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			w, err := walkAll(t.Context(), t, repo, bombs(t, repo, row.commits, row.levels, row.width, row.name), defaultLimits)
			require.ErrorIs(t, err, ErrUnfit)
			require.ErrorContains(t, err, "equal trees in too many folders")
			require.Less(t, len(err.Error()), 400, "a long path is shortened")
			var compared int64
			for _, s := range w.spent {
				compared += s.compared
			}
			require.Less(t, compared+w.total.named, int64(2*(maxNamed+maxRepeated)))
			require.LessOrEqual(t, w.held, int64(maxRepeated+(1<<20)), "pairs in memory")
		})
	}
}

func TestWalk_EndsInTheMiddleOfALevel(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	tip := bombs(t, repo, 1, 36, 2, 1)
	const many = 1 << 30
	whole := &endsAfter{Context: t.Context(), left: many}
	_, err := walkAll(whole, t, repo, tip, defaultLimits)
	require.ErrorIs(t, err, ErrUnfit)
	asked := many - whole.left
	require.Greater(t, asked, 40, "the walker asks at least once per MiB")
	w, err := walkAll(&endsAfter{Context: t.Context(), left: asked - 3}, t, repo, tip, defaultLimits)
	require.ErrorIs(t, err, errEnded)
	require.Less(t, w.total.named, int64(maxRepeated))
}

// endsAfter is a context that ends when it has been asked a number of times whether it has ended.
type endsAfter struct {
	context.Context
	left int
}

var errEnded = errors.New("ended")

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return errEnded
	}
	return nil
}

func TestWalk_SmallLimitsChangeNothing(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	tip := bombs(t, repo, 9, 5, 3, 1)
	want, err := walkAll(t.Context(), t, repo, tip, defaultLimits)
	require.NoError(t, err)
	for _, limits := range []walkLimits{{1, 1}, {treeBudget, 1}, {1, treeBudget}, {200, 5000}} {
		got, err := walkAll(t.Context(), t, repo, tip, limits)
		require.NoError(t, err)
		require.Equal(t, len(want.history.names), len(got.history.names))
		for i, name := range want.history.names {
			require.Equal(t, want.history.of[i], got.history.of[got.history.pathOf[name]], name)
		}
	}
}

func TestUpdate_StartsNoProcessForDeepFoldersOfLooseObjects(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	const commits, levels = 5, 300
	tip := bombs(t, repo, commits, levels, 1, 1)
	w, err := walkAll(t.Context(), t, repo, tip, defaultLimits)
	require.NoError(t, err)
	stats := w.objects.Stats()
	require.Zero(t, stats.Processes.Load())
	// Each commit and each of its trees (a root and 300 folders) once.
	require.Equal(t, int64(commits*(1+levels+1)), stats.Loose.Load())
}
