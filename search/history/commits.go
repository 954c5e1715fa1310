package history

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// A CommitRequest says which commits to search.
type CommitRequest struct {
	Repo    *gitrepo.Repo
	Matcher *match.Matcher // of the kind query.Commits or query.Diffs
	// Chain is a first-parent history, newest first, as returned by gitrepo.Repo.FirstParentsSince,
	// even if that also returns a *gitrepo.BrokenHistory. If an interval contains the last commit
	// of Chain, the history must end there: with a root, with the end of a shallow clone, or with a
	// break. In the last two cases, the value of the interval is a lower bound.
	Chain []gitrepo.Commit
	// Intervals are the parts of Chain to count. Results are yielded in their order.
	Intervals []Interval

	// Workers, MaxBlobSize, Progress and Stats are as in Request.
	Workers     int
	MaxBlobSize int64
	Progress    func(Progress)
	Stats       *Stats
}

// An Interval is a part of a chain: the commits from the index First up to but excluding the index
// End. It may be empty, but First must be a valid index of the chain.
type Interval struct{ First, End int }

// Between returns the interval from the commit as of the time `until` back to, but excluding, the
// commit as of the time `since`, or to the end of the chain if there is no such commit.
// gitrepo.AsOf defines the commit as of a time. So consecutive intervals count each commit once,
// whatever the commits' dates. ok is false if there is no commit as of `until`.
func Between(chain []gitrepo.Commit, since, until time.Time) (i Interval, ok bool) {
	place := func(t time.Time) int {
		if i := slices.IndexFunc(chain, func(c gitrepo.Commit) bool { return !c.Time.After(t) }); i >= 0 {
			return i
		}
		return len(chain)
	}
	i = Interval{First: place(until), End: place(since)}
	return i, i.First < len(chain)
}

// SearchCommits counts, for each interval, the commits that match. The changes of a commit are its
// differences from its first parent. SearchCommits yields one Result per interval, in the order of
// the intervals, with Chain[First] as its commit. The query's predicates apply to the files of that
// commit. Errors and faults are as for Search. A commit is not counted if it cannot be known
// whether it matches; then the object that cannot be read is a Fault.
func SearchCommits(ctx context.Context, req CommitRequest, yield func(Result) error) error {
	if req.Matcher.Kind() == query.Files {
		return insights.Errorf(insights.Internal, "the query searches files: use Search")
	}
	for _, i := range req.Intervals {
		if i.First < 0 || i.First >= len(req.Chain) || i.End < i.First || i.End > len(req.Chain) {
			return insights.Errorf(insights.Internal, "repository %s: interval %d to %d is not inside the chain of %d commits", req.Repo.Dir(), i.First, i.End, len(req.Chain))
		}
	}
	if len(req.Intervals) == 0 {
		return nil
	}
	objects, err := req.Repo.Objects()
	if err != nil {
		return err
	}
	defer objects.Close()
	matcher, release := stoppable(ctx, req.Matcher)
	defer release()
	req.Matcher = matcher
	request := Request{
		Repo: req.Repo, Matcher: req.Matcher, Workers: req.Workers, MaxBlobSize: req.MaxBlobSize, Progress: req.Progress, Stats: req.Stats,
	}
	c := &commitSearch{
		search: &search{
			request: request, objects: objects, workers: max(1, req.Workers), graph: newGraph(askChanges(req.Matcher), objects.HashLen()),
		},
		chain: req.Chain, intervals: req.Intervals, commits: make([]*commit, len(req.Chain)),
		faults: map[int32]treeFault{}, filters: map[version]match.Filters{}, pathsOf: map[int32][]version{},
	}
	c.pairs = newPairs(req.Matcher, c.workers, heldBytes)
	if req.Stats != nil {
		defer c.report()
	}
	if err := c.evaluatePredicates(ctx); err != nil {
		return err
	}
	if err := c.read(ctx); err != nil {
		return err
	}
	return c.run(ctx, yield)
}

// A commitSearch is the state of one call of SearchCommits.
type commitSearch struct {
	*search
	chain     []gitrepo.Commit
	intervals []Interval
	// by commit: the result of the predicates; nil if there are no predicates
	given map[gitrepo.OID]Result
	// by index in the chain; nil if no interval contains the commit
	commits []*commit

	pairs   *pairs              // the changes of the current batch whose lines are wanted
	mu      sync.Mutex          // guards faults and filters during concurrent reads
	faults  map[int32]treeFault // by blob
	filters map[version]match.Filters
	queued  []bool              // by blob: it is in the current batch
	pathsOf map[int32][]version // by blob of the current batch: those whose filters are wanted
}

// evaluatePredicates evaluates the query's predicates at the first (newest) commit of each
// interval.
func (c *commitSearch) evaluatePredicates(ctx context.Context) error {
	predicates := c.request.Matcher.Predicates()
	if len(predicates) == 0 {
		return nil
	}
	c.given = map[gitrepo.OID]Result{}
	request, stats := c.request, Stats{}
	request.Stats = &stats
	for _, i := range c.intervals {
		id := c.chain[i.First].ID
		if _, known := c.given[id]; !known {
			c.given[id] = Result{}
			request.Commits = append(request.Commits, id)
		}
	}
	err := searchFiles(ctx, request, &question{predicates: predicates}, func(r Result) error {
		c.given[r.Commit] = r
		return nil
	})
	c.before = stats
	return err
}

// run reads the changed contents in batches, and yields the results of the intervals that each
// batch completes.
func (c *commitSearch) run(ctx context.Context, yield func(Result) error) error {
	c.queued = make([]bool, len(c.graph.blobs.All))
	for from := 0; from < len(c.intervals); {
		var batch []*commit
		to, blobs := from, 0
		for to < len(c.intervals) && blobs < blobsPerBatch {
			for at := c.intervals[to].First; at < c.intervals[to].End; at++ {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if one := c.commits[at]; c.compare(one) {
					batch = append(batch, one)
					blobs += 2 * len(one.changes)
				}
			}
			to++
		}
		if err := c.readChanges(ctx, batch); err != nil {
			return err
		}
		for _, i := range c.intervals[from:to] {
			result := c.result(ctx, i)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := yield(result); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// result counts the commits of an interval. The result is meaningless if ctx has ended.
func (c *commitSearch) result(ctx context.Context, i Interval) Result {
	result := Result{Commit: c.chain[i.First].ID}
	given, conditional := c.given[result.Commit]
	if conditional && given.Value == 0 && len(given.Faults) == 0 {
		return result
	}
	told := map[gitrepo.OID]bool{}
	for at := i.First; at < i.End && ctx.Err() == nil; at++ {
		matches, faults := c.judge(c.commits[at])
		if matches {
			result.Value++
			continue
		}
		for _, f := range faults {
			if !told[f.Object] {
				told[f.Object] = true
				result.Faults = append(result.Faults, f)
			}
		}
	}
	if i.End == len(c.chain) && i.End > i.First && c.commits[i.End-1].cut != nil {
		result.Faults = append(result.Faults, *c.commits[i.End-1].cut)
	}
	if c.request.Matcher.PerRepository() {
		result.Value = min(1, result.Value)
	}
	if len(given.Faults) > 0 && (result.Value > 0 || len(result.Faults) > 0) {
		found := result.Faults
		result.Value, result.Faults = 0, slices.Clone(given.Faults)
		for _, f := range found {
			if !slices.ContainsFunc(given.Faults, func(g Fault) bool { return g.Object == f.Object }) {
				result.Faults = append(result.Faults, f)
			}
		}
	}
	return result
}

// fail records that a blob was not searched.
func (c *commitSearch) fail(blob int32, problem gitrepo.Problem, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[blob] = treeFault{problem: problem, detail: detail}
}

// readBlobs reads the contents of a batch, compares those of the pairs, and finds the filters that
// hold for the contents.
func (c *commitSearch) readBlobs(ctx context.Context, batch []int32) error {
	if len(batch) == 0 {
		return nil
	}
	hashes := make([]gitrepo.Hash, len(batch))
	for i, blob := range batch {
		hashes[i] = c.graph.blobs.All[blob]
	}
	c.progress.total.Add(int64(len(batch)))
	options := gitrepo.ReadOptions{Workers: c.workers, MaxSize: c.request.MaxBlobSize, Large: func(i int, object *gitrepo.Object, rest io.Reader) error {
		return c.readLarge(batch[i], object, rest)
	}}
	err := c.objects.Read(ctx, hashes, options, func(worker, i int, object *gitrepo.Object) error {
		problem, detail := object.Problem, object.Detail
		if problem == "" && object.Kind != gitrepo.KindBlob {
			problem, detail = gitrepo.Corrupt, "not a blob"
		}
		if problem != "" {
			c.fail(batch[i], problem, detail)
		} else {
			c.match(worker, batch[i], object.Data)
		}
		c.done(problem == "")
		return nil
	})
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	c.pairs.finish()
	for _, blob := range batch {
		c.queued[blob] = false
	}
	clear(c.pathsOf)
	return nil
}

// done counts a blob that was read, and perhaps matched.
func (c *commitSearch) done(matched bool) {
	if matched {
		c.progress.matches.Add(1)
	}
	c.progress.done.Add(1)
	c.progress.report(c.request.Progress, c.objects)
}

// match stores what the query needs to know about the content of a blob.
func (c *commitSearch) match(worker int, blob int32, content []byte) {
	c.pairs.take(worker, blob, content)
	c.filter(blob, content)
}

// filter stores which filters hold for a blob at each path where this is wanted. The beginning of
// the content suffices.
func (c *commitSearch) filter(blob int32, content []byte) {
	for _, v := range c.pathsOf[blob] {
		if hold := c.graph.asked.as(v.attributes).Filters(v.path, content); hold != nil {
			c.mu.Lock()
			c.filters[v] = hold
			c.mu.Unlock()
		}
	}
}
