package historycmd

import (
	"context"
	"errors"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
)

// change is a commit that changed the count. If it is partial, its delta or value is not exact, and
// it may not have changed the count.
type change struct {
	time    time.Time
	commit  gitrepo.OID
	author  string
	subject string
	delta   int64
	value   int64 // the count at the commit
	outcome insights.Outcome
	code    insights.ReasonCode // why delta or value is not exact
	reason  string
}

// changes returns the first-parent commits that changed the count or, for a query about commits,
// that match: newest first, at most plan.limit. With --until, it begins at the commit as of this
// time. Where objects cannot be searched, values are lower bounds and changes are partial. A value
// above the query's count: is cut to it, and its change is partial.
func (s *searcher) changes(ctx context.Context) ([]change, error) {
	commits, err := s.FirstParentsSince(ctx, "", beginning)
	if errors.Is(err, gitrepo.ErrNoCommits) {
		return nil, nil
	}
	broken := gitrepo.AsBrokenHistory(err)
	if err != nil && broken == nil {
		return nil, err
	}
	oldest := commits[len(commits)-1].ID
	early, err := s.EndsEarly(ctx, oldest)
	if err != nil {
		return nil, err
	}
	for len(commits) > 0 && !s.plan.until.IsZero() && commits[0].Time.After(s.plan.until) {
		commits = commits[1:]
	}
	switch {
	case len(commits) > 0:
	case broken != nil:
		return nil, engine.Fail(ctx, insights.ReasonUnreadable, broken)
	case early:
		return nil, engine.Fail(ctx, insights.ReasonShallow, engine.ErrShallow)
	default:
		return nil, nil
	}
	if s.plan.question.PerInterval() {
		found, err := s.matching(ctx, commits)
		if err != nil {
			return nil, err
		}
		return found, s.describe(ctx, found)
	}
	ids := make([]gitrepo.OID, len(commits))
	for i, c := range commits {
		ids[i] = c.ID
	}
	var found []change
	var newer history.Result
	i := 0
	compare := func(older history.Result) { // newer is commits[i-1]
		if c, ok := s.plan.changeBetween(older, newer); ok && (s.plan.limit == 0 || len(found) < s.plan.limit) {
			c.time = commits[i-1].Time
			found = append(found, c)
		}
	}
	err = s.SearchFiles(ctx, s.plan.question.Matcher, ids, func(result history.Result) error {
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
	before := history.Result{} // the empty tree
	switch {
	case broken != nil:
		before.Faults = []history.Fault{history.BrokenFault(broken)}
	case early:
		before.Faults = []history.Fault{history.ShallowFault(oldest)}
	}
	compare(before)
	return found, s.describe(ctx, found)
}

// matching lists the commits that match a query about commits, and those that may match because
// objects cannot be read. The value of a change is the number of matching commits up to and
// including the commit.
func (s *searcher) matching(ctx context.Context, chain []gitrepo.Commit) (found []change, err error) {
	intervals := make([]history.Interval, len(chain))
	for i := range chain {
		intervals[i] = history.Interval{First: i, End: i + 1}
	}
	at := 0
	err = s.SearchCommits(ctx, s.plan.question.Matcher, chain, intervals, func(result history.Result) error {
		c := change{commit: result.Commit, time: chain[at].Time, delta: result.Value, outcome: insights.Counted}
		at++
		if len(result.Faults) > 0 {
			c.unread(result.Faults, "")
		}
		if c.delta > 0 || c.outcome != insights.Counted {
			found = append(found, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	found = s.plan.addUp(found)
	if n := s.plan.limit; n > 0 && len(found) > n {
		found = found[:n]
	}
	return found, nil
}

// addUp sets the values of matching commits, which are in the order newest first. A commit after a
// partial one becomes partial. Once the sum has exceeded the query's count:, addUp leaves out all
// newer commits, because they do not change it.
func (p *plan) addUp(found []change) []change {
	first, sum, code, reason := 0, int64(0), insights.ReasonCode(""), ""
	for i := len(found) - 1; i >= 0; i-- {
		c := &found[i]
		if c.outcome == insights.Partial {
			code, reason = c.code, c.reason
		} else if reason != "" {
			c.partial(code, "an earlier commit: "+reason)
		}
		value, cut := p.question.Cut(sum + c.delta)
		c.value, c.delta, sum = value, value-sum, value
		if cut != "" {
			c.partial(insights.ReasonCountLimit, cut)
			first = i
			break
		}
	}
	return found[first:]
}

// changeBetween compares the results of a commit (newer) and of its first parent (older), each cut
// to the query's count:. It returns false if the count certainly did not change: the values are
// equal, both commits lack the same objects or none, and both values were cut or neither. If the
// query does not count per file, missing objects may hide a change, so it returns true.
func (p *plan) changeBetween(older, newer history.Result) (change, bool) {
	before, cutBefore := p.question.Cut(older.Value)
	value, cut := p.question.Cut(newer.Value)
	c := change{commit: newer.Commit, delta: value - before, value: value, outcome: insights.Counted}
	sameFaults := older.Unread == newer.Unread && (len(older.Faults) > 0) == (len(newer.Faults) > 0)
	exact := sameFaults && (len(newer.Faults) == 0 || p.question.Matcher.PerFile())
	if c.delta == 0 && exact && (cut == "") == (cutBefore == "") {
		return change{}, false
	}
	switch {
	case len(newer.Faults) > 0:
		c.unread(newer.Faults, "")
	case cut != "":
		c.partial(insights.ReasonCountLimit, cut)
	case !sameFaults:
		c.unread(older.Faults, "the commit before: ")
	case cutBefore != "":
		c.partial(insights.ReasonCountLimit, "the commit before: "+cutBefore)
	}
	return c, true
}

// unread makes the change partial because of faults.
func (c *change) unread(faults []history.Fault, where string) {
	c.partial(insights.ReasonCode(faults[0].Class), where+engine.FaultReason(faults))
}

func (c *change) partial(code insights.ReasonCode, reason string) {
	c.outcome, c.code, c.reason = insights.Partial, code, reason
}

// describe sets authors and subjects.
func (s *searcher) describe(ctx context.Context, changes []change) error {
	ids := make([]gitrepo.OID, len(changes))
	for i, c := range changes {
		ids[i] = c.commit
	}
	descriptions, err := s.Git.Describe(ctx, ids)
	for i, d := range descriptions {
		changes[i].author, changes[i].subject = d.Author, d.Subject
	}
	return err
}
