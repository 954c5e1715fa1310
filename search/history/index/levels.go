package index

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/backsight/backsight/gitrepo"
)

// walkLimits are how many bytes of one level the walker may hold, unless a single commit needs
// more.
type walkLimits struct {
	trees int64 // contents of trees
	pairs int64 // pairs of the level below
}

var defaultLimits = walkLimits{trees: treeBudget, pairs: 16 << 20}

// checkEvery is about how many bytes of trees are compared between two checks whether the context
// has ended.
const checkEvery = 1 << 20

// descend records how the files of the pairs and of all folders below differ. The pairs are sorted
// by their commits. If a level needs too much memory, descend finishes the older commits first,
// down to the deepest folders, and then reads the level again for the newer ones. So the changes of
// each path are recorded in the order of commits.
func (w *walker) descend(ctx context.Context, pairs []pair) error {
	var left [][]pair
	if len(pairs) > 0 {
		left = append(left, pairs)
	}
	for len(left) > 0 {
		now := left[len(left)-1]
		left = left[:len(left)-1]
		below, newer, err := w.level(ctx, now)
		if err != nil {
			return err
		}
		if len(newer) > 0 {
			left = append(left, newer)
		}
		if len(below) > 0 {
			left = append(left, below)
		}
	}
	return nil
}

// level reads the trees of the pairs of as many commits as the limits allow, at least one, and
// records how their files differ. It returns the pairs for the folders below that differ, and the
// pairs of the newer commits, which it left out.
func (w *walker) level(ctx context.Context, pairs []pair) (below, newer []pair, err error) {
	all := pairs
	for {
		err := w.readTrees(ctx, pairs)
		if err == nil {
			break
		}
		if !errors.Is(err, errTooLarge) {
			return nil, nil, err
		}
		half := commitEnd(pairs, len(pairs)/2)
		if half == len(pairs) {
			half = commitStart(pairs, len(pairs)-1)
		}
		pairs = pairs[:half]
	}
	w.held = 0
	done := 0
	for done < len(pairs) && (done == 0 || w.held <= w.limits.pairs) {
		end := commitEnd(pairs, done+1)
		if below, err = w.commit(ctx, pairs[done:end], below); err != nil {
			return nil, nil, err
		}
		done = end
	}
	// A copy, so that the pairs that are done do not stay in memory.
	return below, slices.Clone(all[done:]), nil
}

// commitEnd returns the end of the pairs that have the same commit as pair at-1.
func commitEnd(pairs []pair, at int) int {
	for at < len(pairs) && pairs[at].at == pairs[at-1].at {
		at++
	}
	return at
}

// commitStart returns the index of the first pair that has the same commit as pair i.
func commitStart(pairs []pair, i int) int {
	for i > 0 && pairs[i-1].at == pairs[i].at {
		i--
	}
	return i
}

// commit records how the files of the pairs of one commit and one level differ. It appends to
// `below` the pairs for the folders below that differ.
func (w *walker) commit(ctx context.Context, pairs, below []pair) ([]pair, error) {
	s := &w.spent[pairs[0].at-w.first]
	few := len(pairs) <= fewPairs
	if !few {
		w.countDistinct(s, pairs)
	}
	checked := s.compared + s.named
	for i := range pairs {
		p := &pairs[i]
		below = w.compare(p, below)
		n := w.size(p)
		s.compared += n
		if few {
			s.distinct += n
			w.total.distinct += n
		}
		if now := s.compared + s.named; now-checked > checkEvery {
			checked = now
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
		if err := w.checkRepetition(s, p); err != nil {
			return nil, err
		}
	}
	return below, nil
}

// errTooLarge means that the trees of a level exceed the limit.
var errTooLarge = errors.New("the trees of the commits exceed the limit")

// readTrees reads the trees of the pairs. It returns errTooLarge if they exceed the limit and are
// of more than one commit.
func (w *walker) readTrees(ctx context.Context, pairs []pair) error {
	w.arena, w.entries, w.trees = w.arena[:0], w.entries[:0], make(map[gitrepo.Hash]tree, min(len(pairs)+1, 1<<14))
	var ids []gitrepo.Hash
	need := func(hash gitrepo.Hash) {
		if _, known := w.trees[hash]; !known {
			w.trees[hash] = tree{}
			ids = append(ids, hash)
		}
	}
	for i := range pairs {
		p := &pairs[i]
		if p.hasOld {
			need(p.old)
		}
		if p.hasN {
			need(p.new)
		}
	}
	several := pairs[0].at != pairs[len(pairs)-1].at
	err := w.objects.Read(ctx, ids, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		if object.Problem != "" || object.Kind != gitrepo.KindTree {
			return fmt.Errorf("%w: tree %s: %s", ErrUnfit, w.objects.OID(ids[i]), problemOr(object.Problem, "not a tree"))
		}
		from := int32(len(w.entries))
		if several && int64(len(w.arena)+len(object.Data)) > w.limits.trees {
			return errTooLarge
		}
		if !w.parse(object.Data) {
			return fmt.Errorf("%w: tree %s: malformed", ErrUnfit, w.objects.OID(ids[i]))
		}
		w.trees[ids[i]] = tree{from, int32(len(w.entries)), int64(len(object.Data))}
		return nil
	})
	w.walked += int64(len(w.arena))
	return err
}
