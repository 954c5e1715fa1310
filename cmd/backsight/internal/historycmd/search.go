package historycmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/query"
)

// sample is one repository at one time.
type sample struct {
	time    time.Time
	commit  gitrepo.OID
	outcome insights.Outcome
	reason  string
	value   int64
	values  values.Values
}

// searcher searches one repository.
type searcher struct {
	plan     *plan
	workers  int
	progress func(history.Progress)
}

// errShallow is the reason of samples from before the history begins that a shallow clone has.
var errShallow = errors.New("the clone is shallow: nothing is known about this time")

// samples yields the samples of the plan's times, newest first, each as soon as it is known. Whatever goes wrong with
// the repository is a sample with the outcome failed; the error is ctx's alone.
func (s *searcher) samples(ctx context.Context, dir string, yield func(sample)) error {
	done := 0
	put := func(x sample) {
		x.time = s.plan.times[done]
		done++
		yield(x)
	}
	searching, cancel := s.limited(ctx)
	defer cancel()
	err := s.search(searching, dir, func() int { return done }, put)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for done < len(s.plan.times) {
		switch {
		case errors.Is(err, gitrepo.ErrNoCommits):
			put(sample{outcome: insights.Absent})
		case searching.Err() != nil:
			put(sample{outcome: insights.Partial, reason: s.timedOut().Error() + " before this time was counted"})
		case err != nil:
			put(sample{outcome: insights.Failed, reason: err.Error()})
		default:
			return fmt.Errorf("repository %s: %d of %d samples came", dir, done, len(s.plan.times))
		}
	}
	return nil
}

// limited is ctx within the query's timeout.
func (s *searcher) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.plan.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.plan.timeout)
}

func (s *searcher) timedOut() error {
	return fmt.Errorf("the query's timeout:%s ended the search", s.plan.timeout)
}

func (s *searcher) search(ctx context.Context, dir string, done func() int, put func(sample)) error {
	repo, tip, x, err := s.open(ctx, dir)
	if err != nil {
		return err
	}
	times := s.plan.times
	if x != nil {
		defer x.Close()
	}
	if s.plan.matcher.Kind() != query.Files {
		return s.searchCommits(ctx, repo, x, tip, put)
	}
	commits, err := commitsSince(ctx, repo, x, tip, times[len(times)-1])
	if err != nil {
		return err
	}
	at := make([]gitrepo.OID, len(times)) // "" where there was no commit
	var distinct []gitrepo.OID
	uses := map[gitrepo.OID]bool{}
	for i, t := range times {
		if c, ok := gitrepo.AsOf(commits, t); ok {
			at[i] = c.ID
			if !uses[c.ID] {
				uses[c.ID] = true
				distinct = append(distinct, c.ID)
			}
		}
	}
	results := map[gitrepo.OID]history.Result{}
	used := map[gitrepo.OID]bool{}
	// flush puts the samples whose commits are known.
	flush := func() {
		for i := done(); i < len(times); i = done() {
			if at[i] == "" {
				put(s.beforeHistory(repo))
				continue
			}
			result, known := results[at[i]]
			if !known {
				return
			}
			x := s.sampleOf(result)
			if used[at[i]] && x.outcome == insights.Counted {
				x.outcome = insights.Reused
			}
			used[at[i]] = true
			put(x)
		}
	}
	flush()
	return history.Search(ctx, history.Request{
		Repo: repo, Matcher: s.plan.matcher, Commits: distinct, Workers: s.workers, Progress: s.progress, Index: x,
	}, func(result history.Result) error {
		results[result.Commit] = result
		flush()
		return nil
	})
}

// searchCommits counts, for each time, the commits since the time before.
func (s *searcher) searchCommits(ctx context.Context, repo *gitrepo.Repo, x *index.Index, tip gitrepo.OID, put func(sample)) error {
	chain, err := commitsSince(ctx, repo, x, tip, s.plan.starts[len(s.plan.starts)-1])
	if err != nil {
		return err
	}
	req := history.CommitRequest{Repo: repo, Matcher: s.plan.matcher, Chain: chain, Workers: s.workers, Progress: s.progress}
	before := 0 // how many times are older than the history: the last ones
	for i, t := range s.plan.times {
		if interval, ok := history.Between(chain, s.plan.starts[i], t); ok {
			req.Intervals = append(req.Intervals, interval)
		} else {
			before++
		}
	}
	err = history.SearchCommits(ctx, req, func(result history.Result) error {
		put(s.sampleOf(result))
		return nil
	})
	if err != nil {
		return err
	}
	for range before {
		put(s.beforeHistory(repo))
	}
	return nil
}

// open opens the repository and its index, nil where there is none, and finds the commit that its history is read from. Close the index.
func (s *searcher) open(ctx context.Context, dir string) (repo *gitrepo.Repo, tip gitrepo.OID, x *index.Index, err error) {
	if repo, err = gitrepo.Open(ctx, dir); err != nil {
		return nil, "", nil, err
	}
	if x = s.openIndexed(repo); x != nil {
		return repo, x.Tip(), x, nil
	}
	if s.plan.rev != "" {
		tip, err = repo.Resolve(ctx, s.plan.rev)
	} else {
		_, tip, err = repo.DefaultBranch(ctx)
	}
	if err == nil {
		x, err = s.openIndex(ctx, repo, tip)
	}
	return repo, tip, x, err
}

// beforeHistory is the sample of a time before the oldest commit.
func (s *searcher) beforeHistory(repo *gitrepo.Repo) sample {
	if repo.Shallow() {
		return sample{outcome: insights.Failed, reason: errShallow.Error()}
	}
	return sample{outcome: insights.Absent}
}

func (s *searcher) sampleOf(result history.Result) sample {
	x := sample{commit: result.Commit, outcome: insights.Counted, value: result.Value, values: result.Values}
	if limit := s.plan.count; limit > 0 && x.value > limit {
		x.outcome, x.reason = insights.Partial, fmt.Sprintf("the query's count:%d cut a value of %d", limit, x.value)
		if !s.plan.matcher.ByValue() {
			x.value = limit
		}
	}
	if len(result.Faults) > 0 {
		x.outcome, x.reason = insights.Partial, reasonOf(result.Faults)
	}
	return x
}

// reasonOf says what could not be searched: how much, and the first of it by name.
func reasonOf(faults []history.Fault) string {
	if len(faults) == 1 {
		return "not searched: " + faults[0].String()
	}
	return fmt.Sprintf("%d files or folders not searched, the first: %s", len(faults), faults[0])
}
