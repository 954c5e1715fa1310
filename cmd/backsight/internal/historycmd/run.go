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

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
)

// repository is one argument and what was found in it.
type repository struct {
	arg     string
	label   string   // a short name, see labels
	notices []string // what people should know about the results
	samples []sample
	changes []change
	err     error // with everyCommit: why the changes could not be listed

	ready chan struct{} // closed when the repository has been searched
}

// countHistory counts through the history of the repositories and prints what it found. `complete`
// is false if a sample or a change is partial or failed. An *insights.Error with code Invalid means
// that the options cannot be used, and that nothing was searched. Any other error is
// context.Cause(ctx), or comes from writing the output.
func countHistory(ctx context.Context, o options, stdout, stderr io.Writer) (complete bool, err error) {
	p, err := makePlan(o)
	if err != nil {
		return false, err
	}
	for _, note := range p.question.Query.EmptyNotes() {
		output.Printf(stderr, "%s\n", note)
	}
	if o.ByValue {
		for _, note := range p.question.Query.CaptureNotes() {
			output.Printf(stderr, "%s\n", note)
		}
	}
	return p.run(ctx, o, stdout, stderr)
}

// run searches the repositories and prints the results.
func (p *plan) run(ctx context.Context, o options, stdout, stderr io.Writer) (complete bool, err error) {
	if o.Repositories, err = p.inScope(o.Repositories); err != nil {
		return false, err
	}
	processors := runtime.GOMAXPROCS(0)
	repositories := distinct(o.Repositories)
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
				s := &searcher{plan: p, dir: r.arg, Repo: engine.Repo{
					Workers: max(1, processors/len(repositories)), Progress: func(at history.Progress) { progress.show(r.label, at) },
					Unsearched: new(history.Unsearched),
				}}
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

// run searches a repository. It returns an error only when ctx has ended.
func (s *searcher) run(ctx context.Context, r *repository) (err error) {
	defer s.Close()
	defer func() {
		if err == nil {
			r.notices = append(r.notices, s.notices(ctx)...)
		}
	}()
	if !s.plan.everyCommit {
		r.samples, err = s.samples(ctx)
		return err
	}
	r.err = s.plan.question.Within(ctx, 0, func(ctx context.Context) error {
		found, err := s.changes(ctx)
		if err == nil {
			r.changes = found
		}
		return err
	})
	return context.Cause(ctx)
}

// write prints the repositories in the order of the arguments. As JSON, it prints each repository
// as soon as this one and those before it have been searched; as a table, it prints when all have
// been searched. It calls `before` before each output.
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
			packs, _ := filepath.Glob(filepath.Join(r.arg, pattern)) // the size is only an estimate
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
