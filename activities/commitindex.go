package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
)

// index brings the commit index of a repository up to the commit `tip`. If `tip` is "", the
// repository has no commits. If the repository has a commit index and its history was not
// rewritten, only the new commits are read. `at` must be a time before the repository was read.
//
// A history that a shallow clone cuts is not indexed: the commits before its oldest one are
// unknown, and with an index, samples at earlier times would become absent. The same applies to a
// history with a commit that cannot be read. In both cases, an index that already has a later
// commit of this history is extended.
func (m *Mirrors) index(ctx context.Context, id int64, git *gitrepo.Repo, tip gitrepo.OID, at time.Time) error {
	for attempt := 1; ; attempt++ {
		from, commits, err := m.unindexed(ctx, id, git, tip)
		if errors.Is(err, errUnknownPast) {
			return nil
		}
		if err != nil {
			return err
		}
		err = m.Store.Commits.Replace(ctx, id, from, commits, at)
		// Another process has changed the index since unindexed read it: read it again.
		if insights.ErrorCode(err) == insights.Conflict && attempt < 3 {
			continue
		}
		return err
	}
}

// errUnknownPast says that a history cannot be indexed: its first commits are not in the
// repository, or a commit of it cannot be read.
var errUnknownPast = errors.New("the first commits of the history are unknown")

// unindexed returns the commits that the index lacks, oldest first, and the position of the first
// of them. If the index has commits at or after that position, the history no longer contains them.
// The error is errUnknownPast if the history cannot be indexed; see index.
func (m *Mirrors) unindexed(ctx context.Context, id int64, git *gitrepo.Repo, tip gitrepo.OID) (from int, commits []store.IndexedCommit, err error) {
	if tip == "" {
		return 0, nil, nil
	}
	known, err := m.Store.Commits.Tip(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	var stop gitrepo.OID
	if len(known) > 0 {
		stop = gitrepo.OID(known[0].Commit)
		if stop == tip {
			return known[0].Seq + 1, nil, nil
		}
	}
	read, err := git.FirstParents(ctx, tip, stop)
	broken := gitrepo.AsBrokenHistory(err)
	if err != nil && broken == nil {
		return 0, nil, engine.Fail(ctx, insights.ReasonUnreadable, err)
	}
	if stop != "" && broken == nil {
		grown, err := follows(ctx, git, read, stop)
		if err != nil {
			return 0, nil, err
		}
		if grown {
			return known[0].Seq + 1, oldestFirst(read), nil
		}
	}
	// This is the first index, or history was rewritten. In both cases, the variable read holds the
	// whole history or, if it is broken, the part that can be read. Keep the commits that the index
	// and the history share.
	places := make(map[gitrepo.OID]int, len(known))
	for _, k := range known {
		places[gitrepo.OID(k.Commit)] = k.Seq
	}
	for i, c := range read {
		if place, ok := places[c.ID]; ok {
			return place + 1, oldestFirst(read[:i]), nil
		}
	}
	switch {
	case broken != nil && len(known) > 0:
		return 0, nil, engine.Fail(ctx, insights.ReasonUnreadable, broken)
	case broken != nil:
		return 0, nil, errUnknownPast
	}
	early, err := git.EndsEarly(ctx, read[len(read)-1].ID)
	switch {
	case err != nil:
		return 0, nil, engine.Fail(ctx, insights.ReasonUnreadable, err)
	case early:
		return 0, nil, errUnknownPast
	}
	return 0, oldestFirst(read), nil
}

// follows reports whether the oldest of the commits is a child of stop. If it is, FirstParents
// ended at stop and not at the root.
func follows(ctx context.Context, git *gitrepo.Repo, newestFirst []gitrepo.Commit, stop gitrepo.OID) (bool, error) {
	if len(newestFirst) == 0 {
		return false, nil
	}
	parent, err := git.FirstParent(ctx, newestFirst[len(newestFirst)-1].ID)
	return parent == stop, engine.Fail(ctx, insights.ReasonUnreadable, err)
}

func oldestFirst(commits []gitrepo.Commit) []store.IndexedCommit {
	list := make([]store.IndexedCommit, len(commits))
	for i, c := range commits {
		list[i] = store.IndexedCommit{Commit: string(c.ID), Time: c.Time}
	}
	slices.Reverse(list)
	return list
}
