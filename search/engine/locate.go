package engine

import (
	"context"
	"errors"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

const shallowReason = "the repository is a shallow clone whose oldest commit is younger than this time: " +
	"fetch its whole history (git fetch --unshallow)"

// Locate finds the commits of samples, newest first, that have none. It returns, newest first, the
// samples that now have a commit and, separately, those that are judged without a search: absent,
// because the repository had no commit at their time, or failed, because the commits of that time
// cannot be read: a shallow clone lacks them, or they are before a break in the history. Errors are
// those of Commits.FirstParentsSince, except gitrepo.ErrNoCommits, after which the samples are
// absent, and a *gitrepo.BrokenHistory.
func (q *Question) Locate(ctx context.Context, commits Commits, samples []insights.Sample) (located, judged []insights.Sample, err error) {
	_, located, judged, err = q.locate(ctx, commits, samples)
	return located, judged, err
}

// locate does the work of Locate, and also returns the history that it read, which reaches back to
// the beginning of the oldest sample's interval.
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
		case commits.Shallow():
			s.Outcome, s.Code, s.Reason = insights.Failed, insights.ReasonShallow, shallowReason
		}
		judged = append(judged, s)
	}
	return chain, located, judged, nil
}
