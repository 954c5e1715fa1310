package engine

import (
	"context"
	"errors"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

// ErrShallow is the reason of a sample whose time is before the oldest commit of a shallow clone.
var ErrShallow = errors.New("the repository is a shallow clone whose oldest commit is younger than this time: " +
	"fetch its whole history (git fetch --unshallow)")

// Locate finds the commits of those samples that have none. There must be at least one sample, and
// the samples must be newest first; both results are newest first, too. `located` has the samples
// that now have a commit, including those that had one before. `judged` has the samples that need
// no search. Such a sample is absent if the repository had no commit at its time. It is failed if
// the commits of its time cannot be read: a shallow clone lacks them, or they are older than a
// break in the history. Errors are those of Commits, except gitrepo.ErrNoCommits and a
// *gitrepo.BrokenHistory, after which Locate judges the samples without a commit.
func (q *Question) Locate(ctx context.Context, commits Commits, samples []insights.Sample) (located, judged []insights.Sample, err error) {
	_, located, judged, err = q.locate(ctx, commits, samples)
	return located, judged, err
}

// locate does the work of Locate, and also returns the history that it read. This history reaches
// back to the oldest sample or, if the question is about commits, to the beginning of that sample's
// interval.
func (q *Question) locate(ctx context.Context, commits Commits, samples []insights.Sample) (chain []gitrepo.Commit, located, judged []insights.Sample, err error) {
	oldest := samples[len(samples)-1].Time
	if q.PerInterval() {
		oldest = q.previous(oldest)
	}
	chain, err = commits.FirstParentsSince(ctx, "", oldest)
	broken := gitrepo.AsBrokenHistory(err)
	if err != nil && broken == nil && !errors.Is(err, gitrepo.ErrNoCommits) {
		return nil, nil, nil, err
	}
	early := false
	if len(chain) > 0 && chain[len(chain)-1].Time.After(oldest) {
		if early, err = commits.EndsEarly(ctx, chain[len(chain)-1].ID); err != nil {
			return nil, nil, nil, err
		}
	}
	for _, s := range samples {
		if s.Commit == "" {
			commit, _ := gitrepo.AsOf(chain, s.Time)
			s.Commit = string(commit.ID)
		}
		if s.Commit != "" {
			located = append(located, s)
			continue
		}
		s.Outcome = insights.Absent
		switch {
		case broken != nil:
			s.Outcome, s.Code, s.Reason = insights.Failed, insights.ReasonUnreadable, broken.Error()
		case early:
			s.Outcome, s.Code, s.Reason = insights.Failed, insights.ReasonShallow, ErrShallow.Error()
		}
		judged = append(judged, s)
	}
	return chain, located, judged, nil
}
