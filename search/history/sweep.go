package history

import "github.com/backsight/backsight/search/history/values"

// A sweep moves from commit to commit, and maintains the value at the current one.
type sweep struct {
	graph  *graph
	counts *counts
	node   int32 // the current tree
	n      int64
	by     *values.Sum      // nil unless the matcher counts by value
	met    []int64          // by predicate: the number of files that meet it
	unread []int64          // by reader (see question): how many files and trees it lacks
	lacks  uint64           // the sum of the fingerprints of these files and trees
	visit  func(unit int32) // optional; called for each unit that is added or removed

	limit       *bound           // may be nil
	next, spare []replacement    // the replacements in the next level of folders; memory to reuse
	at          map[[2]int32]int // by old and new node: the index in next; nil if next is short
}

func newSweep(g *graph, c *counts) *sweep {
	s := &sweep{
		graph: g, counts: c, node: emptyNode,
		met: make([]int64, len(g.asked.predicates)), unread: make([]int64, g.asked.readers()),
	}
	if c.values != nil {
		s.by = c.values.NewSum()
	}
	return s
}

// moveTo moves the sweep to another tree. The cost is that of the differences between the trees.
func (s *sweep) moveTo(n int32) {
	s.change(s.node, n, 1)
	s.node = n
	for len(s.next) > 0 {
		level := s.next
		s.next, s.at = s.spare[:0], nil
		for _, c := range level {
			s.replace(c.old, c.new, c.times)
		}
		s.spare = level
	}
}

// A replacement replaces node old with node new at as many paths as `times` says. emptyNode stands
// for a folder that does not exist.
type replacement struct {
	old, new int32
	times    int64
}

// change replaces node a with node b at as many paths as `times` says. If the graph has shared
// nodes (see graph.share), many paths can lead to the same two nodes. Then change only adds the
// replacement to s.next, and merges it with an equal one. moveTo performs it after all replacements
// of the level above.
func (s *sweep) change(a, b int32, times int64) {
	if a == b {
		return
	}
	if !s.graph.shared {
		s.replace(a, b, times)
		return
	}
	if at := s.waiting(a, b); at != nil {
		at.times += times
		return
	}
	if s.at != nil {
		s.at[[2]int32{a, b}] = len(s.next)
	}
	s.next = append(s.next, replacement{a, b, times})
}

// fewReplacements is the number of replacements up to which waiting searches s.next linearly.
const fewReplacements = 16

// waiting returns the replacement of node a with node b in the next level, or nil.
func (s *sweep) waiting(a, b int32) *replacement {
	if s.at == nil && len(s.next) == fewReplacements {
		s.at = map[[2]int32]int{}
		for i, r := range s.next {
			s.at[[2]int32{r.old, r.new}] = i
		}
	}
	if s.at != nil {
		if i, known := s.at[[2]int32{a, b}]; known {
			return &s.next[i]
		}
		return nil
	}
	for i := range s.next {
		if r := &s.next[i]; r.old == a && r.new == b {
			return r
		}
	}
	return nil
}

// replace replaces the children of node a with those of node b.
func (s *sweep) replace(a, b int32, times int64) {
	s.fault(a, -times)
	s.fault(b, times)
	olds, news := s.graph.childrenOf(a), s.graph.childrenOf(b)
	oldLabels, newLabels := s.graph.labelsOf(a), s.graph.labelsOf(b)
	for len(olds) > 0 && len(news) > 0 && olds[0] == news[0] {
		olds, news, oldLabels, newLabels = olds[1:], news[1:], oldLabels[1:], newLabels[1:]
	}
	for len(olds) > 0 && len(news) > 0 && olds[len(olds)-1] == news[len(news)-1] {
		olds, news = olds[:len(olds)-1], news[:len(news)-1]
	}
	// The versions of a folder are compared with each other, so only their differences are visited.
	// Everything else is removed and added; equal files on both sides cancel out.
	versions := s.versions(olds, oldLabels, times)
	for i, child := range news {
		if child >= 0 {
			s.add(child, times)
			continue
		}
		old := int32(emptyNode)
		if len(versions) > 0 {
			place := s.graph.place(newLabels[i])
			if before, ok := versions[place]; ok {
				delete(versions, place)
				old = before
			}
		}
		s.change(old, ^child, times)
	}
	for i, child := range olds {
		if child >= 0 {
			s.add(child, -times)
		} else if place := s.graph.place(oldLabels[i]); versions[place] == ^child {
			delete(versions, place)
			s.change(^child, emptyNode, times)
		}
	}
}

// versions returns the nodes among children by their place. A malformed tree can have a name twice;
// then versions removes the first of the two nodes from the sweep.
func (s *sweep) versions(children, labels []int32, times int64) map[int32]int32 {
	var versions map[int32]int32
	for i, child := range children {
		if child >= 0 {
			continue
		}
		if versions == nil {
			versions = map[int32]int32{}
		}
		place := s.graph.place(labels[i])
		if twice, ok := versions[place]; ok {
			s.change(twice, emptyNode, times)
		}
		versions[place] = ^child
	}
	return versions
}

// add adds a unit the given number of times, which is negative if it is removed.
func (s *sweep) add(child int32, times int64) {
	if s.visit != nil {
		s.visit(child)
	}
	s.n += times * s.counts.n[child]
	if s.by != nil {
		s.by.Add(child, times)
	}
	if s.counts.met != nil {
		for _, p := range s.counts.met[child] {
			s.met[p] += times
		}
	}
	if unit := s.graph.units[child]; unit.blob >= 0 && len(s.counts.faults) > 0 {
		if _, bad := s.counts.faults[unit.blob]; bad {
			s.lacks += uint64(times) * fingerprint(child)
			for _, reader := range s.graph.readers[unit.class] {
				s.unread[reader] += times
			}
		}
	}
}

// fault adds `times` to the unread count of every reader if node n could not be read, because each
// reader might need a file below it.
func (s *sweep) fault(n int32, times int64) {
	if _, bad := s.graph.faults[n]; bad {
		s.lacks += uint64(times) * fingerprint(^n)
		for reader := range s.unread {
			s.unread[reader] += times
		}
	}
}
