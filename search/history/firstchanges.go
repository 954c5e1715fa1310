package history

import (
	"context"

	"github.com/backsight/backsight/search/query"
)

// A commit matches a query about diffs if one of its changes does. If the pattern matches nearly
// everywhere, the first change of a commit nearly always decides, so only that one is read first.
const (
	// probedCommits is how many commits show whether the first change mostly decides.
	probedCommits = 64
	// If there are fewer commits than leastForProbing, all of their changes are read at once.
	leastForProbing = 1000
	// If the first change leaves more than mostUndecided of the probed commits undecided, all
	// changes of the other commits are read at once.
	mostUndecided = probedCommits / 4
)

// readChanges reads what is needed to judge commits.
func (c *commitSearch) readChanges(ctx context.Context, commits []*commit) (err error) {
	if c.request.Matcher.Kind() == query.Diffs && c.request.Matcher.NeedsLines() && len(commits) >= leastForProbing {
		left, err := c.readFirstChanges(ctx, commits[:probedCommits])
		if err != nil {
			return err
		}
		rest := commits[probedCommits:]
		if len(left) <= mostUndecided {
			if rest, err = c.readFirstChanges(ctx, rest); err != nil {
				return err
			}
		}
		commits = append(left, rest...)
	}
	var batch []int32
	for _, one := range commits {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		batch = c.want(one.changes, batch)
	}
	return c.readBlobs(ctx, batch)
}

// readFirstChanges reads the first change of each commit, and decides the commits that match
// because of this change. It returns the others.
func (c *commitSearch) readFirstChanges(ctx context.Context, commits []*commit) (left []*commit, err error) {
	var batch []int32
	for _, one := range commits {
		batch = c.want(one.changes[:min(1, len(one.changes))], batch)
	}
	if err := c.readBlobs(ctx, batch); err != nil {
		return nil, err
	}
	for _, one := range commits {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if matches, _ := c.judgeChanges(one, one.changes[:min(1, len(one.changes))]); matches {
			one.decided, one.matches = true, true
			one.changes = nil
		} else {
			left = append(left, one)
		}
	}
	return left, nil
}
