package historycmd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/query"
)

// change is a commit that changed the count.
type change struct {
	time    time.Time
	commit  gitrepo.OID
	author  string
	subject string
	delta   int64
	value   int64 // after it
	outcome insights.Outcome
	reason  string // why delta and value are not exact
}

// changes returns the first-parent commits that changed the count, newest first. Two neighbours that lack the same
// objects still differ by an exact delta, so only where what is lacking changes is a change partial for its delta; its
// value is a lower bound wherever anything is lacking.
func (s *searcher) changes(ctx context.Context, dir string) ([]change, error) {
	repo, tip, x, err := s.open(ctx, dir)
	if errors.Is(err, gitrepo.ErrNoCommits) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if x != nil {
		defer x.Close()
	}
	commits, err := commitsSince(ctx, repo, x, tip, beginning)
	if err != nil {
		return nil, err
	}
	for len(commits) > 0 && commits[0].Time.After(s.plan.until) {
		commits = commits[1:]
	}
	if len(commits) == 0 {
		return nil, nil
	}
	if s.plan.matcher.Kind() != query.Files {
		found, err := s.matching(ctx, repo, commits)
		if err != nil {
			return nil, err
		}
		return found, describe(ctx, repo, found)
	}
	ids := make([]gitrepo.OID, len(commits))
	for i, c := range commits {
		ids[i] = c.ID
	}
	var found []change
	var newer history.Result
	i := 0
	compare := func(older history.Result) { // newer is commits[i-1]
		if c, ok := changeBetween(older, newer); ok && (s.plan.limit == 0 || len(found) < s.plan.limit) {
			c.time = commits[i-1].Time
			found = append(found, c)
		}
	}
	err = history.Search(ctx, history.Request{
		Repo: repo, Matcher: s.plan.matcher, Commits: ids, Workers: s.workers, Progress: s.progress, Index: x,
	}, func(result history.Result) error {
		if i > 0 {
			compare(result)
		}
		newer = result
		i++
		return nil
	})
	if err != nil {
		return nil, err
	}
	before := history.Result{} // nothing
	if repo.Shallow() {
		before.Faults = []history.Fault{{Class: "shallow clone", Object: ids[len(ids)-1], Detail: "the commits before this one are not in the repository"}}
	}
	compare(before)
	return found, describe(ctx, repo, found)
}

// matching lists the commits that match a query about commits. The value at one is how many there are up to it.
func (s *searcher) matching(ctx context.Context, repo *gitrepo.Repo, chain []gitrepo.Commit) (found []change, err error) {
	req := history.CommitRequest{Repo: repo, Matcher: s.plan.matcher, Chain: chain, Workers: s.workers, Progress: s.progress}
	for i := range chain {
		req.Intervals = append(req.Intervals, history.Interval{First: i, End: i + 1})
	}
	at := 0
	err = history.SearchCommits(ctx, req, func(result history.Result) error {
		c := change{commit: result.Commit, time: chain[at].Time, delta: result.Value, outcome: insights.Counted}
		at++
		if len(result.Faults) > 0 {
			c.outcome, c.reason = insights.Partial, reasonOf(result.Faults)
		}
		if c.delta > 0 || c.outcome != insights.Counted {
			found = append(found, c)
		}
		return nil
	})
	value, reason := int64(0), ""
	for i := len(found) - 1; i >= 0; i-- {
		c := &found[i]
		if value += c.delta; c.outcome == insights.Partial {
			reason = c.reason
		} else if reason != "" {
			c.outcome, c.reason = insights.Partial, "an earlier commit: "+reason
		}
		c.value = value
	}
	if n := s.plan.limit; n > 0 && len(found) > n {
		found = found[:n]
	}
	return found, err
}

// changeBetween compares the results of a commit and its first parent.
func changeBetween(older, newer history.Result) (change, bool) {
	c := change{commit: newer.Commit, delta: newer.Value - older.Value, value: newer.Value, outcome: insights.Counted}
	sameFaults := slices.Equal(older.Faults, newer.Faults)
	if c.delta == 0 && sameFaults {
		return change{}, false
	}
	switch {
	case len(newer.Faults) > 0:
		c.outcome, c.reason = insights.Partial, reasonOf(newer.Faults)
	case !sameFaults:
		c.outcome, c.reason = insights.Partial, "the commit before: "+reasonOf(older.Faults)
	}
	return c, true
}

// describe fills in authors and subjects.
func describe(ctx context.Context, repo *gitrepo.Repo, changes []change) error {
	var ids []gitrepo.OID
	var of []int
	for i, c := range changes {
		ids, of = append(ids, c.commit), append(of, i)
	}
	descriptions, err := repo.Describe(ctx, ids)
	if err != nil {
		return err
	}
	for k, d := range descriptions {
		changes[of[k]].author, changes[of[k]].subject = d.Author, d.Subject
	}
	return nil
}
