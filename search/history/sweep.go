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
	unread []int64          // by reader: the number of files and trees that could not be read
	lacks  uint64           // the sum of the fingerprints of these files and trees
	visit  func(unit int32) // optional; called for each unit that is added or removed
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
	s.change(s.node, n)
	s.node = n
}

// change replaces node a with node b.
func (s *sweep) change(a, b int32) {
	if a == b {
		return
	}
	s.fault(a, -1)
	s.fault(b, 1)
	olds, news := s.graph.childrenOf(a), s.graph.childrenOf(b)
	for len(olds) > 0 && len(news) > 0 && olds[0] == news[0] {
		olds, news = olds[1:], news[1:]
	}
	for len(olds) > 0 && len(news) > 0 && olds[len(olds)-1] == news[len(news)-1] {
		olds, news = olds[:len(olds)-1], news[:len(news)-1]
	}
	// The versions of a folder are compared with each other, so only their differences are visited.
	// Everything else is removed and added; equal files on both sides cancel out.
	versions := s.versions(olds)
	for _, child := range news {
		if child < 0 {
			if old, ok := versions[s.graph.nodes[^child].folder]; ok {
				delete(versions, s.graph.nodes[^child].folder)
				s.change(old, ^child)
				continue
			}
		}
		s.add(child, 1)
	}
	for _, child := range olds {
		if child < 0 {
			if _, left := versions[s.graph.nodes[^child].folder]; !left {
				continue
			}
		}
		s.add(child, -1)
	}
}

// versions returns the nodes among children by their folder.
func (s *sweep) versions(children []int32) map[*folder]int32 {
	var versions map[*folder]int32
	for _, child := range children {
		if child < 0 {
			if versions == nil {
				versions = map[*folder]int32{}
			}
			versions[s.graph.nodes[^child].folder] = ^child
		}
	}
	return versions
}

// add adds a child sign times: a unit, or everything below a node.
func (s *sweep) add(child int32, sign int64) {
	if child < 0 {
		s.fault(^child, sign)
		for _, below := range s.graph.childrenOf(^child) {
			s.add(below, sign)
		}
		return
	}
	if s.visit != nil {
		s.visit(child)
	}
	s.n += sign * s.counts.n[child]
	if s.by != nil {
		s.by.Add(child, sign)
	}
	if s.counts.met != nil {
		for _, p := range s.counts.met[child] {
			s.met[p] += sign
		}
	}
	if unit := s.graph.units[child]; unit.blob >= 0 && len(s.counts.faults) > 0 {
		if _, bad := s.counts.faults[unit.blob]; bad {
			s.lacks += uint64(sign) * fingerprint(child)
			for _, reader := range s.graph.readers[unit.class] {
				s.unread[reader] += sign
			}
		}
	}
}

// fault adds sign to the unread count of every reader if node n could not be read, because each
// reader might need a file below it.
func (s *sweep) fault(n int32, sign int64) {
	if _, bad := s.graph.faults[n]; bad {
		s.lacks += uint64(sign) * fingerprint(^n)
		for reader := range s.unread {
			s.unread[reader] += sign
		}
	}
}
