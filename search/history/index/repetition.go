package index

import (
	"fmt"

	"github.com/backsight/backsight/gitrepo"
)

// Limits of how many entries may be compared for one commit in one level of folders, although all
// but a part of them were compared before. An index lists each path, and a small repository can
// have billions of paths, because its folders contain equal trees.
const (
	maxRepeated   = 1 << 19
	repeatedShare = 16
)

// checkRepetition returns ErrUnfit if the pairs of one commit repeat each other too often. The
// pairs of a commit are adjacent.
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
		for i := from; i < to; i++ {
			if key := [2]gitrepo.Hash{pairs[i].old, pairs[i].new}; !seen[key] {
				seen[key] = true
				distinct += w.size(&pairs[i])
			}
		}
		if all > repeatedShare*distinct {
			return fmt.Errorf("%w: a commit has equal trees in too many folders, for example in %q", ErrUnfit, pairs[from].folder)
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
