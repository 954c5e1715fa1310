package historycmd

import (
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history/values"
)

// sample is one repository at one time.
type sample struct {
	time    time.Time
	commit  gitrepo.OID
	outcome insights.Outcome
	code    insights.ReasonCode
	reason  string
	value   int64
	values  values.Values
}

// searcher searches one repository. It opens the repository at the first call of FirstParentsSince,
// so that the engine turns an error of opening into failed samples. Callers must call Close.
type searcher struct {
	engine.Repo
	plan *plan
	dir  string
	ref  string // the default branch; "" with --rev

	used        time.Duration // how long the update of the index took
	indexNotice string        // says that the index is not up to date, or ""
}

// Close closes the repository's history index, if one is open.
func (s *searcher) Close() {
	if s.Index != nil {
		s.Index.Close()
	}
}

// samples returns the samples of the plan's times, newest first. An error of the repository gives
// samples the outcome failed. The returned error is nil or, if ctx has ended, context.Cause(ctx).
func (s *searcher) samples(ctx context.Context) (samples []sample, err error) {
	wanted := make([]insights.Sample, len(s.plan.times))
	for i, t := range s.plan.times {
		wanted[i].Time = t
	}
	request := engine.Request{Question: s.plan.question, Commits: s, Searcher: s, Samples: wanted, Final: true, Used: func() time.Duration { return s.used }}
	err = engine.Search(ctx, request, func(judged []insights.Sample, counts values.Values) error {
		for _, x := range judged {
			samples = append(samples, sample{x.Time, gitrepo.OID(x.Commit), x.Outcome, x.Code, x.Reason, int64(x.Value), counts})
		}
		return nil
	})
	slices.SortFunc(samples, func(a, b sample) int { return b.time.Compare(a.time) })
	return samples, err
}

// FirstParentsSince implements engine.Commits.
func (s *searcher) FirstParentsSince(ctx context.Context, tip gitrepo.OID, t time.Time) ([]gitrepo.Commit, error) {
	if s.Git == nil {
		if err := s.open(ctx); err != nil {
			return nil, err
		}
	}
	return s.Repo.FirstParentsSince(ctx, tip, t)
}

// open opens the repository and its index, and finds the commit whose history is read.
func (s *searcher) open(ctx context.Context) (err error) {
	if s.Git, err = engine.Open(ctx, s.dir); err != nil {
		return err
	}
	if s.plan.rev != "" {
		s.Tip, err = s.Git.Resolve(ctx, s.plan.rev)
	} else {
		// If the index has this tip, the commit need not be read from the repository.
		if ref, tip, ok := s.Git.Tip(); ok && s.plan.indexes != "" && s.openIndex(tip) {
			s.ref = ref
			return nil
		}
		s.ref, s.Tip, err = engine.Branch(ctx, s.Git)
	}
	if err != nil || s.plan.indexes == "" {
		return err
	}
	return s.updateIndex(ctx)
}

// notices returns what people should know about the branch, the history and the files that were
// searched.
func (s *searcher) notices(ctx context.Context) []string {
	if s.Git == nil { // the repository could not be opened
		return nil
	}
	notices := engine.Notices(ctx, s.Git, s.ref, s.Tip, "; to search another branch, use --rev")
	if s.indexNotice != "" {
		notices = append(notices, s.indexNotice)
	}
	if notice := engine.UnsearchedNotice(*s.Unsearched); notice != "" {
		notices = append(notices, notice)
	}
	return notices
}
