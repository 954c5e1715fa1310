package history

import (
	"context"
	"errors"
	"slices"

	"github.com/backsight/backsight/gitrepo"
)

// errBase says that the base cannot be used: either it has too many values, or a file that is not
// the same in all commits, including the base's, could not be searched completely. Then it is not
// known how much this file adds to the base's counts.
var errBase = errors.New("the difference from the base cannot be counted")

// maxBasePaths is the largest number of paths in a tree that is compared with a base. A tree with
// at most this many paths exceeds MaxValue only if its files have more than 500 million matches
// each on average.
const maxBasePaths = 1 << 24

// hasBase reports whether the request has a base that may be usable: one without faults, for a
// query whose value is a sum over files, and at a commit that is not itself requested.
func (s *search) hasBase() bool {
	b := s.request.Base
	return b != nil && len(b.Faults) == 0 && s.request.Matcher.PerFile() && !slices.Contains(s.request.Commits, b.Commit)
}

// readBase reads the base's commit and queues its tree. It returns nil if there is no base, or if
// the base cannot be used.
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
		return nil, err // a base that no longer exists cannot be used
	}
	return &roots[0], nil
}

// runFromBase yields the results, and reads only the files that differ between the commits `base`
// and roots[0], between roots[0] and roots[1], and so on. `used` is false, and nothing was yielded,
// if an object cannot be searched completely, if a tree has too many paths, if the base has too
// many values, or if reading all files of the new trees is cheaper.
func (s *search) runFromBase(ctx context.Context, base root, roots []root, yield func(Result) error) (used bool, err error) {
	if len(s.graph.faults) > 0 || slices.ContainsFunc(roots, func(r root) bool { return r.fault != nil }) {
		return false, nil
	}
	if s.graph.shared {
		paths := newTotals(s.graph, func(int32) int64 { return 1 })
		if slices.ContainsFunc(roots, func(r root) bool { return paths.at(r.node) > maxBasePaths }) {
			return false, nil // only reading the whole tree shows whether the value is too large
		}
	}
	counts, err := s.newCounts(ctx)
	if err != nil {
		return false, err
	}
	defer counts.close() //nolint:errcheck // an unlinked file that is no longer needed
	var batch []int32
	taken := make([]bool, len(s.graph.blobs.All))
	probe := newSweep(s.graph, counts)
	probe.node = base.node
	probe.visit = func(unit int32) {
		if blob := s.graph.units[unit].blob; blob >= 0 && !taken[blob] {
			taken[blob] = true
			batch = append(batch, blob)
		}
	}
	for _, r := range roots {
		probe.moveTo(r.node)
	}
	// A changed file must be read in its old and its new version. If most files changed, reading
	// all files of the new tree is cheaper.
	var whole []int32
	reach := newReach(s.graph)
	for _, r := range roots {
		whole = reach.add(whole, r.node)
	}
	if len(whole) <= len(batch) {
		return false, nil
	}
	s.progress.expect(len(batch))
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

// start sets the sweep's value, and its counts by captured value, to those of a result at the
// sweep's current commit. `complete` is false if the result has too many values.
func (s *sweep) start(at *Result) (complete bool) {
	s.n = at.Value
	return s.by == nil || s.by.Start(at.Values)
}
