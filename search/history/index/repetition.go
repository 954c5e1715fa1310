package index

import (
	"fmt"

	"github.com/backsight/backsight/gitrepo"
)

// The limits apply to one commit and one level of folders, and to the pairs of old and new trees
// that are compared there. All these pairs together may have maxRepeated entries, or repeatedShare
// times as many as the distinct pairs together, whichever is more. There must be limits, because an
// index lists each path, and a small repository can have billions of paths if its folders contain
// equal trees.
const (
	maxRepeated   = 1 << 19
	repeatedShare = 16
)

// checkRepetition returns ErrUnfit if the pairs of one commit exceed these limits. The pairs of a
// commit are adjacent.
func (w *walker) checkRepetition(pairs []pair) error {
	for from, to := 0, 0; from < len(pairs); from = to {
		all := 0
		for to = from; to < len(pairs) && pairs[to].at == pairs[from].at; to++ {
			all += w.size(&pairs[to])
		}
		if all <= maxRepeated {
			continue
		}
		distinct, seen := 0, map[[2]gitrepo.Hash]bool{}
		repeated := from
		for i := from; i < to; i++ {
			key := [2]gitrepo.Hash{pairs[i].old, pairs[i].new}
			if seen[key] {
				repeated = i
				continue
			}
			seen[key] = true
			distinct += w.size(&pairs[i])
		}
		if all > repeatedShare*distinct {
			return fmt.Errorf("%w: a commit has equal trees in too many folders, for example in %q", ErrUnfit, pairs[repeated].folder)
		}
	}
	return nil
}

// size returns the number of entries of a pair.
func (w *walker) size(p *pair) (n int) {
	if p.hasOld {
		t := w.trees[p.old]
		n += int(t.to - t.from)
	}
	if p.hasN {
		t := w.trees[p.new]
		n += int(t.to - t.from)
	}
	return n
}
