package activities

import (
	"context"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
)

// prepare opens a repository for the search of samples, which must be sorted newest first. It first
// fetches the mirror and brings the commit index up to date if a sample has no commit yet, or if
// this machine's mirror is behind the commit index. It returns the samples to search and, apart
// from them, those that need no search; see engine.Question.Locate. A failure of this repository is
// returned as an *engine.Failure; any other error concerns all repositories.
func (j *job) prepare(ctx context.Context, r store.Repository, samples []insights.Sample) (git *gitrepo.Repo, located, judged []insights.Sample, err error) {
	unknown := slices.ContainsFunc(samples, func(s insights.Sample) bool {
		return s.Commit == "" && (j.at == nil || s.Time.Equal(*j.at))
	})
	if !unknown {
		git, err = j.Mirrors.Open(ctx, r)
		if err == nil && behind(ctx, r, git, samples) {
			git, err = j.Mirrors.Refresh(ctx, r)
		}
		return git, samples, nil, err
	}
	if git, err = j.Mirrors.Refresh(ctx, r); err != nil {
		return nil, nil, nil, err
	}
	located, judged, err = j.question.Locate(ctx, &engine.Repo{Git: git}, samples)
	return git, located, judged, err
}

// behind reports whether this machine's mirror lacks the newest commit of the samples: another
// worker fetched its own mirror later, and updated the commit index from that mirror.
func behind(ctx context.Context, r store.Repository, git *gitrepo.Repo, samples []insights.Sample) bool {
	for _, s := range samples { // newest first
		if s.Commit != "" && !r.Local {
			_, err := git.FirstParent(ctx, gitrepo.OID(s.Commit))
			return err != nil && gitrepo.AsBrokenHistory(err) == nil && ctx.Err() == nil
		}
	}
	return false
}
