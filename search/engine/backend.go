package engine

import (
	"context"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/match"
)

// Commits lists the commits of one repository.
type Commits interface {
	// FirstParentsSince lists the first-parent history of tip, newest first, up to and including
	// the first commit that is not younger than t, or to its end if there is none. The tip ""
	// stands for the newest commit of the branch that is sampled. FirstParentsSince returns
	// gitrepo.ErrNoCommits for an empty repository, and a *Failure when the history cannot be read.
	// If the cause of the Failure is a *gitrepo.BrokenHistory, it also returns the commits from the
	// tip to the break.
	FirstParentsSince(ctx context.Context, tip gitrepo.OID, t time.Time) ([]gitrepo.Commit, error)
	// EndsEarly reports whether a history that FirstParentsSince listed, and that ends with the
	// commit `oldest`, continues before it, but not in this repository. Errors are *Failure unless
	// ctx has ended.
	EndsEarly(ctx context.Context, oldest gitrepo.OID) (bool, error)
}

// Searcher searches one repository. Both methods yield results from the goroutine of the caller,
// each as soon as it is known. They stop at the first error of yield, and return it or an error
// that wraps it. An object that cannot be searched is a fault of the results that it concerns, not
// an error.
type Searcher interface {
	// SearchFiles counts in the files of each commit. It yields one result for each commit, in the
	// order of the commits.
	SearchFiles(ctx context.Context, m *match.Matcher, commits []gitrepo.OID, yield func(history.Result) error) error
	// SearchCommits counts the matching commits in each interval of a first-parent history. It
	// yields one result for each interval, in the order of the intervals.
	SearchCommits(ctx context.Context, m *match.Matcher, chain []gitrepo.Commit, intervals []history.Interval, yield func(history.Result) error) error
}
