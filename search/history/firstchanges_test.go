package history

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// If the first change of nearly every commit decides, only that change is read. Otherwise, all
// changes are read, and the first changes of the probed commits are read twice.
func TestSearchCommits_ReadsTheFirstChangesFirst(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	commits := make([]testgit.Commit, leastForProbing+100)
	rare := int64(0)
	for n := range commits {
		first, last := fmt.Sprintf("word %d\n", n), fmt.Sprintf("word b %d\n", n)
		switch {
		case n%10 == 7:
			first = fmt.Sprintf("%*s\n", n, "") // only spaces: another change decides
		case n%100 == 8:
			last += "TODO\n"
			rare += 2 // added, and removed by the next commit
		}
		commits[n].Changes = []testgit.Change{{Path: "a", Content: first}, {Path: "b", Content: last}, {Path: "c", Content: fmt.Sprint("word c ", n)}}
	}
	repo.Import(t, "main", true, commits...)
	all := int64(3 * len(commits))
	for _, row := range []struct {
		query       string
		value       int64
		least, most int64
	}{
		{`type:diff /\w+/`, int64(len(commits)), all / 3, all / 2},
		{`type:diff TODO`, rare, all, all + 2*probedCommits + 2},
		{`type:diff NOT /qqq/`, int64(len(commits)), all / 3, all/3 + 10},
	} {
		req := commitRequest(t, repo, row.query)
		req.Intervals = []Interval{{0, len(commits)}}
		results := searchCommits(t, req)
		require.Empty(t, results[0].Faults)
		require.Equal(t, row.value, results[0].Value, row.query)
		require.GreaterOrEqual(t, req.Stats.Blobs, row.least, row.query)
		require.LessOrEqual(t, req.Stats.Blobs, row.most, row.query)
	}
}
