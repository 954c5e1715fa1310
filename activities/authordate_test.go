package activities_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// "As of" always uses the committer's date. A change written years before it reached the branch
// counts from the time when it reached the branch, and so does a change whose author's clock was
// ahead.
func TestAuthorDatesDoNotMatter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	blob := r.Commit(t, shortlyBefore(-9), map[string]string{"a.go": "TODO\n"})
	tree := strings.TrimSpace(r.Git(t, "rev-parse", blob+"^{tree}"))
	for i, author := range []time.Time{shortlyBefore(0).AddDate(-9, 0, 0), shortlyBefore(0).AddDate(9, 0, 0)} {
		cmd := exec.Command("git", "--git-dir="+r.Dir, "commit-tree", tree, "-m", fmt.Sprint(i))
		cmd.Env = append(testgit.Env(), fmt.Sprintf("GIT_AUTHOR_DATE=%d +0000", author.Unix()), fmt.Sprintf("GIT_COMMITTER_DATE=%d +0000", shortlyBefore(-1).Unix()))
		commit, err := cmd.Output()
		require.NoError(t, err)
		r.Git(t, "update-ref", fmt.Sprintf("refs/heads/main%d", i), strings.TrimSpace(string(commit)))
	}
	for i := range 2 {
		r.Git(t, "symbolic-ref", "HEAD", fmt.Sprintf("refs/heads/main%d", i))
		name := fmt.Sprint("author ", i)
		repository := b.local(name, r)
		if i == 0 {
			b.synced(repository) // the search asks git about the other
		}
		series := b.series("TODO repo:^author.*" + fmt.Sprint(i))
		b.backfill(series)
		require.Equal(t, []string{"counted 1", "reused 1", "absent"}, b.outcomes(series)[name])
		require.NoError(t, b.store.Repositories.Remove(t.Context(), name))
	}
}
