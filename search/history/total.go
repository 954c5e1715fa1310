package history

import (
	"fmt"
	"math"

	"github.com/backsight/backsight/insights"
)

// MaxValue is the largest value of a commit: 2^53, because values are stored and sent as
// floating-point numbers, which are exact up to there. A value that would be larger is set to
// MaxValue, and its result has a Fault.
const MaxValue = 1 << 53

// A totals has the number of paths, or the value, of each node, limited to math.MaxInt64-1. It is
// only needed with shared nodes (see graph.share): without them, no tree has so many files that a
// sum overflows.
type totals struct {
	graph *graph
	of    func(unit int32) int64
	n     []int64 // by node: 1 + the total, or 0 if it is not known yet
}

func newTotals(g *graph, of func(unit int32) int64) *totals {
	return &totals{graph: g, of: of, n: make([]int64, len(g.nodes))}
}

func (t *totals) at(n int32) int64 {
	if known := t.n[n]; known > 0 {
		return known - 1
	}
	sum := int64(0)
	for _, child := range t.graph.childrenOf(n) {
		more := int64(0)
		if child < 0 {
			more = t.at(^child)
		} else {
			more = t.of(child)
		}
		sum = min(sum, math.MaxInt64-1-more) + more
	}
	t.n[n] = 1 + sum
	return sum
}

// A bound finds commits whose value or number of paths exceeds MaxValue. It is nil without shared
// nodes (see graph.share), because then there are no such commits.
type bound struct{ paths, value *totals }

func newBound(g *graph, c *counts) *bound {
	if !g.shared {
		return nil
	}
	return &bound{
		paths: newTotals(g, func(int32) int64 { return 1 }),
		value: newTotals(g, func(unit int32) int64 { return c.n[unit] }),
	}
}

// check returns the result of a commit with too many paths or, unless the query counts once per
// repository, too many matches. For any other commit, it returns false.
func (b *bound) check(r root, perRepository bool) (Result, bool) {
	if b == nil {
		return Result{}, false
	}
	value := b.value.at(r.node)
	if b.paths.at(r.node) <= MaxValue && (value <= MaxValue || perRepository) {
		return Result{}, false
	}
	if perRepository {
		value = min(1, value)
	}
	return Result{
		Commit: r.commit, Value: min(value, MaxValue), Unread: fingerprintOf(r.commit),
		Faults: []Fault{{
			Class: string(insights.ReasonTooManyMatches), Object: r.commit,
			Detail: fmt.Sprintf("it has more than %d matches or paths", int64(MaxValue)),
		}},
	}, true
}
