package historycmd

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/search/history"
)

// repository is an argument of the command with its results.
type repository struct {
	arg     string
	label   string // a short name; distinct unless an argument is repeated
	samples []sample
	changes []change
	err     error // with everyCommit: the reason why there are no changes

	ready chan struct{} // closed when the search has ended
}

// Run counts through the history of the repositories and prints the samples. complete is false when
// any sample is partial or failed. The error has the code Invalid when the options are wrong;
// nothing has been searched then. Other errors come from ctx or from writing the output.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) (complete bool, err error) {
	p, err := makePlan(o)
	if err != nil {
		return false, err
	}
	return p.run(ctx, o, stdout, stderr)
}

// run searches the repositories and prints the results.
func (p *plan) run(ctx context.Context, o Options, stdout, stderr io.Writer) (complete bool, err error) {
	processors := o.Parallel
	if processors <= 0 {
		processors = runtime.GOMAXPROCS(0)
	}
	repositories := make([]*repository, len(o.Repositories))
	for i, label := range labels(o.Repositories) {
		repositories[i] = &repository{arg: o.Repositories[i], label: label, ready: make(chan struct{})}
	}
	progress := newProgress(stderr, len(repositories))
	ctx, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel(nil)
	order := largestFirst(repositories)
	var turn atomic.Int64
	for range min(processors, len(repositories)) {
		group.Go(func() {
			for i := int(turn.Add(1)) - 1; i < len(order); i = int(turn.Add(1)) - 1 {
				r := order[i]
				s := &searcher{plan: p, workers: max(1, processors/len(repositories)), progress: func(at history.Progress) { progress.show(r.label, at) }}
				if err := s.run(ctx, r); err != nil {
					cancel(err)
					return
				}
				progress.done()
				close(r.ready)
			}
		})
	}
	complete, err = write(ctx, p, o.JSON, repositories, stdout, progress.clear)
	progress.clear()
	return complete, err
}

// run searches a repository. Its error is the cause for which ctx ended.
func (s *searcher) run(ctx context.Context, r *repository) error {
	if !s.plan.everyCommit {
		return s.samples(ctx, r.arg, func(x sample) { r.samples = append(r.samples, x) })
	}
	searching, cancel := s.limited(ctx)
	defer cancel()
	r.changes, r.err = s.changes(searching, r.arg)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if searching.Err() != nil {
		r.changes, r.err = nil, s.timedOut()
	}
	return nil
}

// write prints the repositories in the order of the arguments: JSON as soon as a repository and all
// before it are done, a table after all are done.
func write(ctx context.Context, p *plan, asJSON bool, repositories []*repository, stdout io.Writer, before func()) (complete bool, err error) {
	complete = true
	for _, r := range repositories {
		select {
		case <-r.ready:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
		complete = complete && r.complete()
		if asJSON {
			before()
			if err := p.writeJSON(stdout, r); err != nil {
				return false, err
			}
		}
	}
	if asJSON {
		return complete, nil
	}
	before()
	if p.inventory != nil {
		return complete, writeInventory(stdout, p, repositories)
	}
	if p.everyCommit {
		return complete, writeChanges(stdout, p, repositories)
	}
	return complete, writeTable(stdout, p, repositories)
}

// complete reports whether all results of the repository are exact.
func (r *repository) complete() bool {
	return r.err == nil &&
		!slices.ContainsFunc(r.samples, func(x sample) bool { return !x.outcome.Exact() }) &&
		!slices.ContainsFunc(r.changes, func(c change) bool { return !c.outcome.Exact() })
}

// largestFirst orders repositories by the size of their packs, so that the longest search does not
// begin last.
func largestFirst(repositories []*repository) []*repository {
	sizes := map[*repository]int64{}
	for _, r := range repositories {
		for _, pattern := range []string{"objects/pack/*.pack", ".git/objects/pack/*.pack"} {
			packs, _ := filepath.Glob(filepath.Join(r.arg, pattern)) // a repository that cannot be read counts as empty
			for _, pack := range packs {
				if info, err := os.Stat(pack); err == nil {
					sizes[r] += info.Size()
				}
			}
		}
	}
	order := slices.Clone(repositories)
	slices.SortStableFunc(order, func(a, b *repository) int { return cmp.Compare(sizes[b], sizes[a]) })
	return order
}
