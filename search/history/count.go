package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/match"
)

// counts has the count of each unit.
type counts struct {
	graph   *graph
	n       []int64
	values  *values.Table     // nil unless the matcher counts by value
	counter []*values.Counter // by worker
	// by unit: the predicates that it meets; nil if there are no predicates
	met [][]int32

	mu     sync.Mutex          // guards the fields below: workers find faults concurrently
	faults map[int32]treeFault // by blob
	binary map[int32]bool      // the binary blobs; nil if Request.Unsearched is nil
}

// newCounts returns counts for the given number of concurrent workers. Units that the path alone
// decides are counted already. Callers must close the counts. newCounts returns an error if ctx
// ends.
func newCounts(ctx context.Context, g *graph, workers int, limits values.Limits) (*counts, error) {
	c := &counts{graph: g, n: make([]int64, len(g.units)), faults: map[int32]treeFault{}}
	if m := g.asked.matcher; m != nil && m.ByValue() {
		c.values = values.NewTable(len(g.units), limits)
		for range workers {
			c.counter = append(c.counter, c.values.NewCounter())
		}
	}
	if len(g.asked.predicates) > 0 {
		c.met = make([][]int32, len(g.units))
	}
	for i, u := range g.units {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, errors.Join(context.Cause(ctx), c.close())
		}
		if u.blob < 0 {
			c.record(0, int32(i), nil)
		}
	}
	return c, nil
}

// record stores the count of a unit. `object` is nil if the content was not read; then record
// stores only what the path alone decides.
func (c *counts) record(worker int, u int32, object *gitrepo.Object) {
	path, asked := c.graph.path(c.graph.units[u].path), c.graph.asked
	var content []byte
	if object != nil {
		content = object.Data
	}
	if m := c.graph.matcherOf(u); m != nil && (object != nil || m.Want(path) == match.Path) {
		switch {
		case c.values == nil:
			c.n[u] = m.Match(path, content).N
		case object != nil: // a path alone never has values
			c.value(worker, u, object)
		}
	}
	for i, p := range asked.predicates {
		if (object != nil || p.Want(path) == match.Path) && p.Match(path, content) {
			c.met[u] = append(c.met[u], int32(i))
		}
	}
}

// close releases the disk space of the values.
func (c *counts) close() error {
	if c.values == nil {
		return nil
	}
	return c.values.Close()
}

// err returns why the values cannot be used, or nil.
func (c *counts) err() error {
	if c.values == nil {
		return nil
	}
	return c.values.Err()
}

// tooManyValues is the problem of a file with values that exceeded the limits.
const tooManyValues gitrepo.Problem = "too many distinct values"

// value finds and stores the values of a unit.
func (c *counts) value(worker int, u int32, object *gitrepo.Object) {
	counter, unit := c.counter[worker], c.graph.units[u]
	c.n[u] = c.graph.matcherOf(u).EachValue(c.graph.path(unit.path), object.Data, object.Size, counter.Add)
	c.setValues(u, counter)
}

// setValues stores the values of a unit. If they exceed the limits, the unit's blob gets a fault.
func (c *counts) setValues(u int32, counter *values.Counter) {
	if !c.values.Set(u, counter) {
		limits := c.values.Limits()
		c.fault(c.graph.units[u].blob, tooManyValues, fmt.Sprintf("a search keeps at most %d values, and at most %d MiB of their text", limits.Values, limits.Text>>20))
	}
}

// fault records that a blob was not searched, or not completely.
func (c *counts) fault(blob int32, problem gitrepo.Problem, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[blob] = treeFault{problem: problem, detail: detail}
}

// blob matches a blob once for each class of its paths, and returns the number of these classes. It
// returns 0 if the blob cannot be read; then the blob gets a fault.
func (c *counts) blob(worker int, blob int32, object *gitrepo.Object) (matches int64) {
	problem, detail := object.Problem, object.Detail
	if problem == "" && object.Kind != gitrepo.KindBlob {
		problem, detail = gitrepo.Corrupt, "not a blob"
	}
	if problem == gitrepo.TooLarge && match.IsBinary(object.Data) {
		problem = "" // nothing after the beginning of a binary file matters
	}
	if problem != "" {
		c.fault(blob, problem, detail)
		if len(c.graph.asked.predicates) == 0 {
			return 0
		}
		object = nil
	}
	for u := c.graph.ofBlob[blob]; u >= 0; u = c.graph.units[u].next {
		c.record(worker, u, object)
		if object != nil {
			matches++
		}
	}
	if c.binary != nil && object != nil && match.IsBinary(object.Data) {
		c.mu.Lock()
		c.binary[blob] = true
		c.mu.Unlock()
	}
	return matches
}

// countBlobs reads and matches the blobs of a batch.
func (s *search) countBlobs(ctx context.Context, c *counts, batch []int32) error {
	if len(batch) == 0 {
		return nil
	}
	hashes := make([]gitrepo.Hash, len(batch))
	for i, blob := range batch {
		hashes[i] = s.graph.blobs.All[blob]
	}
	done := func(matches int64) {
		s.progress.matches.Add(matches)
		s.progress.done.Add(1)
		s.progress.report(s.request.Progress, s.objects)
	}
	options := gitrepo.ReadOptions{Workers: s.workers, MaxSize: s.request.MaxBlobSize, Large: func(i int, object *gitrepo.Object, rest io.Reader) error {
		matches, err := c.large(batch[i], object, rest)
		if err != nil {
			return err
		}
		done(matches)
		return nil
	}}
	err := s.objects.Read(ctx, hashes, options, func(worker, i int, object *gitrepo.Object) error {
		done(c.blob(worker, batch[i], object))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	return c.err()
}
