package activities

import (
	"context"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
)

// prepare opens a repository for the search of samples, which must be sorted newest first. If a
// sample to be settled has no commit yet, or if this machine's mirror is behind the commit index,
// prepare first refreshes the repository. `located` are the samples with a commit, and `judged`
// those that need no search; see engine.Question.Locate. A failure of this repository is returned
// as an *engine.Failure; any other error concerns all repositories.
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

// behind reports whether the newest commit of the samples cannot be read from this machine's
// mirror. Usually another worker has fetched its own mirror later, and updated the commit index
// from there.
func behind(ctx context.Context, r store.Repository, git *gitrepo.Repo, samples []insights.Sample) bool {
	for _, s := range samples { // newest first
		if s.Commit != "" && !r.Local {
			_, err := git.FirstParent(ctx, gitrepo.OID(s.Commit))
			return err != nil && gitrepo.AsBrokenHistory(err) == nil && ctx.Err() == nil
		}
	}
	return false
}
