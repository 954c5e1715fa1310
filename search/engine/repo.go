package engine

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// Repo is a repository on this machine. It implements Commits and Searcher. Create one for each
// call of Search, because it keeps the tip that it finds, and adds up its Stats.
type Repo struct {
	Git *gitrepo.Repo
	// Tip is the commit whose history is sampled. "" is the newest commit of the default branch.
	Tip gitrepo.OID

	Index    *index.Index           // optional; see history.Request
	Base     *history.Result        // optional; see history.Request
	Workers  int                    // see history.Request
	Progress func(history.Progress) // optional; see history.Request
	// Unsearched is optional; see history.Request. A query about commits leaves it unchanged.
	Unsearched *history.Unsearched

	// Stats are the counts of work of all searches until now.
	Stats history.Stats
}

// EndsEarly implements Commits.
func (r *Repo) EndsEarly(ctx context.Context, oldest gitrepo.OID) (bool, error) {
	early, err := r.Git.EndsEarly(ctx, oldest)
	return early, Fail(ctx, insights.ReasonUnreadable, err)
}

// FirstParentsSince implements Commits. It reads the commits from the history index if `tip` is the
// index's newest commit, the index reaches back to t or to the first commit of the history, and it
// is not damaged. Otherwise, it reads them from git.
func (r *Repo) FirstParentsSince(ctx context.Context, tip gitrepo.OID, t time.Time) (commits []gitrepo.Commit, err error) {
	if tip = cmp.Or(tip, r.Tip); tip == "" {
		if _, tip, err = Branch(ctx, r.Git); err != nil {
			return nil, err
		}
		r.Tip = tip
	}
	if r.Index != nil && tip == r.Index.Tip() {
		commits, err = r.Index.FirstParentsSince(t)
		// A cut index does not say what is before its oldest commit.
		ended := r.Index.Cut() && (len(commits) == 0 || commits[len(commits)-1].Time.After(t))
		if !ended && !errors.Is(err, index.ErrDamaged) {
			return commits, Fail(ctx, insights.ReasonUnreadable, err)
		}
	}
	commits, err = r.Git.FirstParentsSince(ctx, tip, t)
	return commits, Fail(ctx, insights.ReasonUnreadable, err)
}

// SearchFiles implements Searcher.
func (r *Repo) SearchFiles(ctx context.Context, m *match.Matcher, commits []gitrepo.OID, yield func(history.Result) error) error {
	var stats history.Stats
	err := history.Search(ctx, history.Request{
		Repo: r.Git, Matcher: m, Commits: commits, Workers: r.Workers, Index: r.Index, Base: r.Base, Progress: r.Progress,
		Unsearched: r.Unsearched, Stats: &stats,
	}, yield)
	r.Stats.Add(stats)
	return r.wrap(err)
}

// SearchCommits implements Searcher.
func (r *Repo) SearchCommits(ctx context.Context, m *match.Matcher, chain []gitrepo.Commit, intervals []history.Interval, yield func(history.Result) error) error {
	var stats history.Stats
	err := history.SearchCommits(ctx, history.CommitRequest{
		Repo: r.Git, Matcher: m, Chain: chain, Intervals: intervals, Workers: r.Workers, Progress: r.Progress, Stats: &stats,
	}, yield)
	r.Stats.Add(stats)
	return r.wrap(err)
}

// wrap adds the repository's folder to an error of a search. Damaged content is not an error but a
// fault of a result. So the cause of err is outside the repository's content, such as git being
// killed, and another attempt may succeed.
func (r *Repo) wrap(err error) error {
	if err == nil {
		return nil
	}
	return insights.Errorf(insights.Internal, "repository %s: search: %w", r.Git.Dir(), err)
}
