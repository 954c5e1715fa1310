package history

import (
	"context"
	"errors"
	"slices"

	"github.com/backsight/backsight/gitrepo"
)

// errBase says that something that changed since the base cannot be read: what the base counted of it is not known.
var errBase = errors.New("the difference to the base cannot be counted")

// hasBase reports whether the request has a base that is of use.
func (s *search) hasBase() bool {
	b := s.request.Base
	return b != nil && len(b.Faults) == 0 && !s.request.Matcher.PerRepository() && len(s.request.Matcher.Predicates()) == 0 && !slices.Contains(s.request.Commits, b.Commit)
}

// readBase reads the base's commit and queues its tree. It returns nil when there is no base of use.
func (s *search) readBase(ctx context.Context) (*root, error) {
	if !s.hasBase() {
		return nil, nil
	}
	hash, ok := gitrepo.HashOf(s.request.Base.Commit)
	if !ok || len(s.request.Base.Commit) != 2*s.objects.HashLen() {
		return nil, nil
	}
	roots, err := s.readCommits(ctx, []gitrepo.OID{s.request.Base.Commit}, []gitrepo.Hash{hash})
	if err != nil || roots[0].fault != nil {
		return nil, err // a base that is gone is of no use
	}
	return &roots[0], nil
}

// runFromBase counts what differs between neighbours in base, roots[0], roots[1], … and yields the results. used is false
// when something of that cannot be read, or would save nothing; nothing was yielded then.
func (s *search) runFromBase(ctx context.Context, base root, roots []root, yield func(Result) error) (used bool, err error) {
	if len(s.graph.faults) > 0 || slices.ContainsFunc(roots, func(r root) bool { return r.fault != nil }) {
		return false, nil
	}
	counts := s.newCounts()
	defer counts.close() //nolint:errcheck // a file without a name, of which all was read
	var batch []int32
	taken := make([]bool, len(s.graph.blobs.All))
	look := newSweep(s.graph, counts)
	look.node = base.node
	look.visit = func(unit int32) {
		if blob := s.graph.units[unit].blob; blob >= 0 && !taken[blob] {
			taken[blob] = true
			batch = append(batch, blob)
		}
	}
	for _, r := range roots {
		look.moveTo(r.node)
	}
	// A file that changed is read as it was and as it is. Where most of them did, everything as it is costs less.
	var whole []int32
	reach := newReach(s.graph)
	for _, r := range roots {
		whole = reach.add(whole, r.node)
	}
	if len(whole) <= len(batch) {
		return false, nil
	}
	s.progress.total.Store(int64(len(batch)))
	if err := s.countBlobs(ctx, counts, batch); err != nil {
		return false, err
	}
	if len(counts.faults) > 0 {
		return false, nil
	}
	sweep := newSweep(s.graph, counts)
	sweep.node = base.node
	if !sweep.start(s.request.Base) {
		return false, nil
	}
	for _, r := range roots {
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		sweep.moveTo(r.node)
		if err := s.yield(counts, sweep.result(r.commit, sweep.verdict()), yield); err != nil {
			return true, err
		}
	}
	return true, nil
}

// start makes the sweep begin with the result of the commit where it stands. complete is false when that has too many
// values.
func (s *sweep) start(at *Result) (complete bool) {
	s.n = at.Value
	return s.by == nil || s.by.Start(at.Values)
}
