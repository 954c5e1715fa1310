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
	graph   *graph
	matcher *match.Matcher
	n       []int64
	values  [][]valueCount // per unit; nil unless the matcher counts by value

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

func newCounts(g *graph, m *match.Matcher) *counts {
	c := &counts{
		graph:   g,
		matcher: m,
		n:       make([]int64, len(g.units)),
		nameOf:  map[string]int32{},
		faults:  map[int32]treeFault{},
	}
	for i, u := range g.units {
		if u.blob < 0 {
			c.set(int32(i), m.Match(g.paths[u.path], nil))
		}
	}
	return c
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
	if problem != "" {
		if problem == gitrepo.TooLarge && c.matcher.ContentOnly() && match.IsBinary(object.Data) {
			// Of a binary file nothing else is looked at, so its beginning counts like the whole.
			c.set(c.graph.ofBlob[blob], c.matcher.Match(c.graph.paths[c.graph.units[c.graph.ofBlob[blob]].path], object.Data))
			return 1
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.faults[blob] = treeFault{problem: problem, detail: detail}
		return 0
	}
	for u := c.graph.ofBlob[blob]; u >= 0; u = c.graph.units[u].next {
		c.set(u, c.matcher.Match(c.graph.paths[c.graph.units[u].path], object.Data))
		matches++
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
