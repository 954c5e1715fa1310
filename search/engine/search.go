package engine

import (
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/values"
)

// Request says which samples of one repository are wanted, and with what to search.
type Request struct {
	Question *Question
	Commits  Commits
	Searcher Searcher
	// Samples are the wanted samples, newest first, at least one. Commit is set where it is known.
	Samples []insights.Sample
	// Final is true when the caller makes no further attempt. Then Search does not return an error
	// that a further attempt might avoid; instead, the samples that are not judged yet become
	// failed.
	Final bool
	// Used is optional. It returns how much of the query's timeout: the caller has used already,
	// for example to update a history index. Search calls it at most once, after the lookup of
	// commits.
	Used func() time.Duration
}

// Yield receives samples that were judged together: those of one group (see Group), or all that
// need no search. `counts` has the values that were counted for them; it is empty unless the
// question counts by value.
type Yield func(judged []insights.Sample, counts values.Values) error

// Search judges the samples of one repository. It first yields the samples that need no search, and
// then the others, newest group first (see Group), each group as soon as its value is known. If the
// first sample of a group is counted, the others are reused; otherwise, all have the same outcome.
// The Duration of the first sample is the time since the previous group was judged or, for the
// first group, since Search was called; but it is the timeout if the timeout made the sample
// partial, and 0 if the sample is failed. The Duration of the others is 0. Series, repository and
// time are those of the wanted samples, and so is the commit, if it is set.
//
// The query's timeout: limits the search, but not the preceding lookup of commits. When the timeout
// ends the search, the samples that are not judged yet become partial. When Commits or Searcher
// returns a *Failure, these samples become failed. Search returns three kinds of errors: the cause
// of ctx, errors of yield and, unless Final, errors that a further attempt might avoid. Samples
// that were yielded before an error are correct.
func Search(ctx context.Context, request Request, yield Yield) error {
	s := &search{Request: request, yield: yield, since: time.Now(), left: request.Question.Group(request.Samples)}
	err := s.run(ctx)
	if err == nil && len(s.left) > 0 { // the Searcher is defective
		err = insights.Errorf(insights.Internal, "the search ended before %d of the commits were counted", len(s.left))
	}
	switch {
	case s.yieldErr != nil:
		return s.yieldErr
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case AsFailure(err) == nil && !request.Final:
		return err
	}
	failure := FailureOf(err)
	ended := insights.Sample{Outcome: insights.Failed, Code: failure.Code, Reason: failure.Error()}
	if failure.Code == insights.ReasonTimeout {
		ended.Outcome, ended.Duration = insights.Partial, request.Question.Query.Timeout
	}
	for len(s.left) > 0 {
		if err := s.settle(ended, values.Values{}); err != nil {
			return err
		}
	}
	return nil
}

// search is the state of one Search.
type search struct {
	Request
	yield    Yield
	yieldErr error
	since    time.Time           // when the last group was judged; at first, when Search was called
	left     [][]insights.Sample // groups that are not judged yet
	chain    []gitrepo.Commit    // the history that was read last
}

func (s *search) run(ctx context.Context) error {
	if slices.ContainsFunc(s.Samples, func(x insights.Sample) bool { return x.Commit == "" }) {
		chain, located, judged, err := s.Question.locate(ctx, s.Commits, s.Samples)
		if err != nil {
			return err
		}
		s.chain, s.left = chain, s.Question.Group(located)
		if err := s.tell(judged, values.Values{}); err != nil {
			return err
		}
	}
	if len(s.left) == 0 {
		return nil
	}
	work, used := s.searchFiles, time.Duration(0)
	if s.Question.PerInterval() {
		work = s.searchIntervals
	}
	if s.Used != nil {
		used = s.Used()
	}
	return s.Question.Within(ctx, used, work)
}

func (s *search) searchFiles(ctx context.Context) error {
	commits := make([]gitrepo.OID, len(s.left))
	for i, g := range s.left {
		commits[i] = gitrepo.OID(g[0].Commit)
	}
	return s.Searcher.SearchFiles(ctx, s.Question.Matcher, commits, s.take)
}

// searchIntervals counts the commits in the intervals that end at the samples. Samples whose
// commits are on one first-parent history are searched together. There are several histories when a
// branch was rewritten after the commits of some samples were found.
func (s *search) searchIntervals(ctx context.Context) (err error) {
	previous := s.Question.previous
	oldest := previous(s.left[len(s.left)-1][0].Time)
	for len(s.left) > 0 {
		tip := gitrepo.OID(s.left[0][0].Commit)
		i := slices.IndexFunc(s.chain, func(c gitrepo.Commit) bool { return c.ID == tip })
		if i < 0 {
			// The interval in which a broken history ends is partial; see history.SearchCommits.
			s.chain, err = s.Commits.FirstParentsSince(ctx, tip, oldest)
			if err != nil && gitrepo.AsBrokenHistory(err) == nil {
				return err
			}
			i = 0
		}
		chain := s.chain[i:]
		var intervals []history.Interval
		for _, g := range s.left {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			interval, ok := history.Between(chain, previous(g[0].Time), g[0].Time)
			if !ok || string(chain[interval.First].ID) != g[0].Commit {
				break
			}
			intervals = append(intervals, interval)
		}
		if len(intervals) == 0 {
			return insights.Errorf(insights.Internal, "commit %s: it is younger than its sample at %s", tip, s.left[0][0].Time.Format(time.RFC3339))
		}
		after := len(s.left) - len(intervals)
		err = s.Searcher.SearchCommits(ctx, s.Question.Matcher, chain, intervals, s.take)
		if err != nil || len(s.left) != after {
			return err
		}
	}
	return nil
}

// take judges the next group by a result.
func (s *search) take(result history.Result) error {
	found, now := s.Question.judge(result), time.Now()
	found.Duration, s.since = now.Sub(s.since), now
	return s.settle(found, result.Values)
}

// settle judges the next group: its first sample gets the outcome of `found`. The others get the
// same outcome, but Reused instead of Counted.
func (s *search) settle(found insights.Sample, counts values.Values) error {
	if len(s.left) == 0 {
		return insights.Errorf(insights.Internal, "the search yielded more results than were asked for")
	}
	group := s.left[0]
	s.left = s.left[1:]
	judged := make([]insights.Sample, len(group))
	for i, x := range group {
		judged[i] = found
		judged[i].SeriesID, judged[i].RepositoryID, judged[i].Time, judged[i].Commit = x.SeriesID, x.RepositoryID, x.Time, x.Commit
		if i > 0 {
			judged[i].Duration = 0
			if found.Outcome == insights.Counted {
				judged[i].Outcome = insights.Reused
			}
		}
	}
	return s.tell(judged, counts)
}

// tell yields samples, if any, and keeps the error of yield apart from those of the search.
func (s *search) tell(judged []insights.Sample, counts values.Values) error {
	if len(judged) > 0 {
		s.yieldErr = s.yield(judged, counts)
	}
	return s.yieldErr
}
