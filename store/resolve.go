package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/store/internal/db"
)

// resolution holds the commits of some repositories at some times, as the commit index has them.
type resolution struct {
	index   map[int64]int // by Unix microseconds: the index of each time in the lists of commits
	commits map[int32][]resolved
}

// resolved is the commit of a repository at a time. `right` is false if the commit is unknown,
// because the commit index was not refreshed at or after the time. If `right` is true and `commit`
// is "", the repository had no commit.
type resolved struct {
	right  bool
	commit string // raw bytes
}

// resolve looks up the commits of repositories at the times, in one statement. The times must be
// sorted and distinct.
func resolve(ctx context.Context, q *db.Queries, repos []int32, times []time.Time) (resolution, error) {
	r := resolution{index: make(map[int64]int, len(times)), commits: make(map[int32][]resolved, len(repos))}
	for i, t := range times {
		r.index[t.UnixMicro()] = i
	}
	rows, err := q.ResolveCommits(ctx, times, repos)
	if err != nil {
		return r, err
	}
	for _, row := range rows {
		list := r.commits[row.RepoID]
		if list == nil {
			list = make([]resolved, len(times))
			r.commits[row.RepoID] = list
		}
		commit := string(row.CommitBytea)
		for i := row.Above; i < *row.Through; i++ {
			list[i] = resolved{right: true, commit: commit}
		}
	}
	return r, nil
}

func (r resolution) at(repo int32, t time.Time) resolved {
	list := r.commits[repo]
	if list == nil {
		return resolved{}
	}
	return list[r.index[t.UnixMicro()]]
}
