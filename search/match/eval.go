package match

// tri is the result of a condition that may be evaluated before everything that it depends on is
// known, such as the content of the file.
type tri int

const (
	no tri = iota
	yes
	unknown // the result depends on something that is not known yet
)

// evaluate evaluates a condition; nil is the one that always holds. `leaf` evaluates a leaf.
func (n *node) evaluate(leaf func(n *node) tri) tri {
	if n == nil {
		return yes
	}
	if n.op == allOf || n.op == anyOf {
		decides, t := no, yes
		if n.op == anyOf {
			decides, t = yes, no
		}
		for _, k := range n.kids {
			switch k.evaluate(leaf) {
			case decides:
				return decides
			case unknown:
				t = unknown
			}
		}
		return t
	}
	return leaf(n)
}

// signed returns the result of a leaf, given its result without its negation.
func (n *node) signed(t tri) tri {
	if n.negated && t != unknown {
		return yes - t
	}
	return t
}

// onPath evaluates a condition with the path and the attributes alone.
func (m *Matcher) onPath(n *node, path string) tri {
	return n.evaluate(func(n *node) tri {
		switch {
		case n.op == isFileFilter:
			return n.signed(n.onFile.onPath(path, m.attributes))
		case n.op == isPattern && m.onPaths:
			return n.signed(triOf(n.pattern.finder.has([]byte(path), m.stop)))
		}
		return unknown
	})
}

func triOf(b bool) tri {
	if b {
		return yes
	}
	return no
}

// A file is one file or commit during matching.
type file struct {
	m       *Matcher
	path    string
	text    []byte // what Decode returns; raw content if patterns search paths
	content []byte // what patterns search: the text, the path, or the message of the commit
	plain   []byte // content without byte order mark and \r before \n; nil until a pattern needs it
	binary  bool
	later   bool    // content is a part of the text, and not the first one
	commit  *Commit // set instead of path and text if commits are searched
	change  *Change // the change to test, if diffs are searched
	found   []tri   // by pattern id; nil until the first pattern is tested
}

// holds reports whether a condition holds.
func (f *file) holds(n *node) bool {
	switch n.op {
	case allOf:
		for _, k := range n.kids {
			if !f.holds(k) {
				return false
			}
		}
		return true
	case anyOf:
		for _, k := range n.kids {
			if f.holds(k) {
				return true
			}
		}
		return false
	case isFileFilter:
		if f.commit != nil {
			return f.changes(n) != n.negated
		}
		return f.meets(n) != n.negated
	case isCommitFilter:
		return n.onCommit(f.commit) != n.negated
	default:
		return f.has(n.pattern) != n.negated
	}
}

// meets reports whether the file meets a filter on files, without its negation. If the content
// decides, a binary file does not.
func (f *file) meets(n *node) bool {
	if f.binary {
		return n.onFile.onPath(f.path, f.m.attributes) == yes
	}
	return n.onFile.holds(f.path, f.text, f.m.attributes)
}

// filtersHold reports whether all filters in n hold. n is an AND of filters and one pattern, or
// only the pattern.
func (f *file) filtersHold(n *node) bool {
	for _, k := range n.kids {
		if k.op != isPattern && !f.holds(k) {
			return false
		}
	}
	return true
}

// has reports whether a pattern has a match. It searches at most once per pattern.
func (f *file) has(p *pattern) bool {
	if f.binary {
		return false
	}
	if f.change != nil {
		return f.change.Lines.has(f.m, p.id, f.m.lines)
	}
	if f.found == nil {
		f.found = make([]tri, f.m.patterns)
		for i := range f.found {
			f.found[i] = unknown
		}
	}
	if f.found[p.id] == unknown {
		f.found[p.id] = triOf(p.finder.has(f.see(p), f.m.stop))
	}
	return f.found[p.id] == yes
}

// see returns the content in the form in which p is matched. It may return nil if p has no match.
func (f *file) see(p *pattern) []byte {
	if f.m.onPaths {
		return f.content
	}
	form := p.form.at(f.later)
	return form.see(f.content, &f.plain)
}

// active appends the patterns whose matches count: the positive ones in the parts of a condition
// that hold, each once. The condition itself must hold.
func (f *file) active(n *node, to []*pattern) []*pattern {
	switch n.op {
	case allOf, anyOf:
		for _, k := range n.kids {
			if n.op == allOf || f.holds(k) {
				to = f.active(k, to)
			}
		}
	case isPattern:
		if n.negated {
			return to
		}
		for _, p := range to {
			if p == n.pattern {
				return to
			}
		}
		to = append(to, n.pattern)
	}
	return to
}
