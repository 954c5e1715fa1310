package history

import (
	"context"
	"fmt"
	"sync"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// counts holds what was found in each unit.
type counts struct {
	graph  *graph
	n      []int64
	values [][]valueCount // per unit; nil unless the matcher counts by value
	met    [][]int32      // per unit, the predicates that are about it; nil unless there are any

	mu     sync.Mutex // guards what follows: workers find values and faults at the same time
	names  []string
	nameOf map[string]int32
	faults map[int32]treeFault // by blob
}

// valueCount is how often a unit holds a capture value.
type valueCount struct {
	name int32 // index in counts.names
	n    int64
}

func newCounts(g *graph) *counts {
	c := &counts{
		graph:  g,
		n:      make([]int64, len(g.units)),
		nameOf: map[string]int32{},
		faults: map[int32]treeFault{},
	}
	if len(g.asked.predicates) > 0 {
		c.met = make([][]int32, len(g.units))
	}
	for i, u := range g.units {
		if u.blob < 0 {
			c.look(int32(i), nil, false)
		}
	}
	return c
}

// look records what a unit counts. Where its content is not known, that is what its path decides alone.
func (c *counts) look(u int32, content []byte, known bool) {
	path, asked := c.graph.paths[c.graph.units[u].path], c.graph.asked
	if m := asked.matcher; m != nil && (known || m.Want(path) == match.Path) {
		c.set(u, m.Match(path, content))
	}
	for i, p := range asked.predicates {
		if (known || p.Want(path) == match.Path) && p.Match(path, content) {
			c.met[u] = append(c.met[u], int32(i))
		}
	}
}

// set records what was found in a unit.
func (c *counts) set(u int32, found match.Counts) {
	c.n[u] = found.N
	if len(found.Values) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = make([][]valueCount, len(c.n))
	}
	list := make([]valueCount, 0, len(found.Values))
	for value, n := range found.Values {
		list = append(list, valueCount{name: c.name(value), n: n})
	}
	c.values[u] = list
}

// name numbers a capture value. c.mu is held, or no worker runs.
func (c *counts) name(value string) int32 {
	i, ok := c.nameOf[value]
	if !ok {
		i = int32(len(c.names))
		c.names = append(c.names, value)
		c.nameOf[value] = i
	}
	return i
}

// blob matches a blob, once for each class of paths that it has. It returns the number of matches run.
func (c *counts) blob(blob int32, object *gitrepo.Object) (matches int64) {
	problem, detail := object.Problem, object.Detail
	if problem == "" && object.Kind != gitrepo.KindBlob {
		problem, detail = gitrepo.Corrupt, "not a blob"
	}
	if problem == gitrepo.TooLarge && c.graph.asked.headDecides() && match.IsBinary(object.Data) {
		problem = ""
	}
	if problem != "" {
		c.mu.Lock()
		c.faults[blob] = treeFault{problem: problem, detail: detail}
		c.mu.Unlock()
		if len(c.graph.asked.predicates) == 0 {
			return 0
		}
	}
	for u := c.graph.ofBlob[blob]; u >= 0; u = c.graph.units[u].next {
		c.look(u, object.Data, problem == "")
		if problem == "" {
			matches++
		}
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
		hashes[i] = s.graph.blobs[blob]
	}
	err := s.objects.Read(ctx, hashes, gitrepo.ReadOptions{Workers: s.workers, MaxSize: s.request.MaxBlobSize}, func(_, i int, object *gitrepo.Object) error {
		matches := c.blob(batch[i], object)
		s.progress.matches.Add(matches)
		s.progress.done.Add(1)
		s.progress.tell(s.request.Progress, s.objects)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	return nil
}
