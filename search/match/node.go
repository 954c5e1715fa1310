package match

import (
	"fmt"

	"github.com/backsight/backsight/search/match/internal/dfa"
	"github.com/backsight/backsight/search/query"
)

// A node is a part of a query's expression, with NOTs pushed down to the leaves.
type node struct {
	op   op
	kids []*node

	negated bool // the leaf is under an odd number of NOTs

	pattern  *pattern
	onFile   fileFilter
	pathOnly bool // the path alone decides onFile
	// pathExpr is the regular expression of a filter on paths; "" for any other node
	pathExpr string
	onCommit func(*Commit) bool

	// counted is set if the node is a positive pattern, or an AND of one positive pattern and
	// filters on files: it is that pattern.
	counted *pattern
}

type op int

const (
	allOf op = iota
	anyOf
	isPattern
	isFileFilter
	isCommitFilter
)

// A pattern is a pattern of the query with its finder. A pattern that is in the query twice is in a
// Matcher once.
type pattern struct {
	id       int
	finder   finder
	form     form
	required Requirement
	inLine   bool // each match is within a line, and depends on nothing outside it
}

// Compile prepares a query for matching. It returns an error if the query does not fit the options,
// or if a regular expression is too large, alone or together with the others.
func Compile(q *query.Query, opts Options) (*Matcher, error) {
	m := &Matcher{
		kind:    q.Kind(),
		onPaths: q.Type == query.TypePath,
		whole:   selects(q),
		byValue: opts.ByValue,
		perRepo: q.Select == query.SelectRepo,

		attributes: noAttributes,
	}
	switch q.Select {
	case query.SelectAdded:
		m.lines = addedLines
	case query.SelectRemoved:
		m.lines = removedLines
	}
	if opts.ByValue {
		if err := q.CheckByValue(); err != nil {
			return nil, err
		}
	}
	for _, from := range q.Predicates() {
		p, err := newPredicate(from, q.CaseSensitive)
		if err != nil {
			return nil, fmt.Errorf("query %q: %w", q, err)
		}
		m.predicates = append(m.predicates, p)
	}
	c := compiler{q: q, m: m, known: map[patternKey]*pattern{}}
	var err error
	if q.Expr != nil {
		if m.expr, err = c.node(q.Expr, false); err != nil {
			return nil, fmt.Errorf("query %q: %w", q, err)
		}
		c.shareMemory()
		m.varying = varying(m.expr, m.onPaths)
	}
	if err := m.compileLanguages(q, opts); err != nil {
		return nil, err
	}
	return m, nil
}

type patternKey struct {
	kind query.PatternKind
	text string
}

type compiler struct {
	q     *query.Query
	m     *Matcher
	known map[patternKey]*pattern
	// engines has the engines of the regular expressions, and size is the sum of their sizes.
	engines []*engine
	size    int
}

// add adds the engine of a regular expression. All engines together have the same size limit as
// one.
func (c *compiler) add(e *engine) error {
	c.engines = append(c.engines, e)
	if c.size += e.re.Size(); c.size > dfa.MaxSize {
		return fmt.Errorf("its regular expressions are too large: together they compile to more than %d instructions: repeat fewer times, or use * and +", dfa.MaxSize)
	}
	return nil
}

// shareMemory divides the memory that a single engine may use for tables among all engines.
func (c *compiler) shareMemory() {
	for _, e := range c.engines {
		e.re.Share(len(c.engines))
	}
}

func (c *compiler) node(n query.Node, negated bool) (*node, error) {
	switch n := n.(type) {
	case *query.Not:
		return c.node(n.Node, !negated)
	case *query.And:
		return c.nodes(n.Nodes, allOf, negated)
	case *query.Or:
		return c.nodes(n.Nodes, anyOf, negated)
	case *query.Pattern:
		p, err := c.pattern(n)
		if err != nil {
			return nil, err
		}
		leaf := &node{op: isPattern, pattern: p, negated: negated}
		if !negated {
			leaf.counted = p
		}
		return leaf, nil
	case *query.Filter:
		compile := filters[n.Name]
		if compile == nil {
			return nil, fmt.Errorf("%s cannot be a condition on a file or a commit", n)
		}
		leaf, err := compile(c, n.Value)
		if err != nil {
			return nil, err
		}
		leaf.negated = negated
		return leaf, nil
	default:
		return nil, fmt.Errorf("%s cannot be a condition on a file or a commit", n)
	}
}

// nodes compiles an AND or an OR. Under a NOT, it exchanges them.
func (c *compiler) nodes(nodes []query.Node, op op, negated bool) (*node, error) {
	if negated {
		op = allOf + anyOf - op
	}
	out := &node{op: op}
	only, filters := 0, 0
	for _, n := range nodes {
		kid, err := c.node(n, negated)
		if err != nil {
			return nil, err
		}
		out.kids = append(out.kids, kid)
		switch {
		case kid.counted != nil && kid.op == isPattern:
			only++
			out.counted = kid.counted
		case kid.op == isFileFilter:
			filters++
		}
	}
	if op != allOf || only != 1 || only+filters != len(nodes) {
		out.counted = nil
	}
	return out, nil
}

func (c *compiler) pattern(p *query.Pattern) (*pattern, error) {
	key := patternKey{p.Kind, p.Text}
	if known := c.known[key]; known != nil {
		return known, nil
	}
	f, err := newFinder(p, c.q.CaseSensitive, c.m.byValue)
	if err != nil {
		return nil, err
	}
	if e, ok := f.(*engine); ok {
		if err := c.add(e); err != nil {
			return nil, err
		}
	}
	required, err := requirementOf(p, c.q.CaseSensitive)
	if err != nil {
		return nil, err
	}
	if c.m.onPaths {
		c.m.searchesPaths(p, c.q.CaseSensitive)
	}
	out := &pattern{id: c.m.patterns, finder: f, form: formOf(p, f), required: required, inLine: inLine(p)}
	c.m.patterns++
	c.known[key] = out
	return out, nil
}

// varying returns the leaves that can make the counts of two files with equal content differ
// although Want returns Content for both files. A filter on paths in the top AND cannot: if it does
// not hold, Want returns Skip.
func varying(n *node, onPaths bool) []*node {
	var found []*node
	var walk func(n *node, top bool)
	walk = func(n *node, top bool) {
		switch n.op {
		case allOf, anyOf:
			for _, k := range n.kids {
				walk(k, top && n.op == allOf)
			}
		case isFileFilter:
			if !top || !n.pathOnly {
				found = append(found, n)
			}
		case isPattern:
			if onPaths {
				found = append(found, n)
			}
		}
	}
	walk(n, true)
	return found
}
