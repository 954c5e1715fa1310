package index

import (
	"fmt"

	"github.com/backsight/backsight/gitrepo"
)

// The limits of what equal trees in several folders may cost, in bytes. There must be limits,
// because an index lists each path, and a small repository can have billions of paths if its
// folders contain equal trees. Work above a limit is allowed if it is at most repeatedShare times
// the size of the distinct trees that it is done for: an ordinary repository may have any size.
const (
	// maxRepeated limits the sum of two sizes: of the trees that one commit makes the walker
	// compare, and of the names of the paths that differ there (spent.named).
	maxRepeated = 64 << 20
	// maxNamed limits the size of the names of the paths that differ, summed over all commits of
	// one Update.
	maxNamed      = 256 << 20
	repeatedShare = 16
	// Up to fewPairs pairs of a commit and a level of folders are not examined for equal ones.
	fewPairs = 64
	// entryCost is about the memory in bytes that a path or a folder takes, without its name.
	entryCost = 96
)

// A spent is how much work the walker has done, in bytes.
type spent struct {
	distinct int64 // sizes of the trees of distinct pairs
	compared int64 // sizes of the trees of all pairs
	named    int64 // names of the paths and folders that differ, and entryCost for each
}

// countDistinct adds the sizes of the distinct pairs among the many pairs of one commit and level.
func (w *walker) countDistinct(s *spent, pairs []pair) {
	seen := make(map[[2]gitrepo.Hash]struct{}, fewPairs)
	for i := range pairs {
		key := [2]gitrepo.Hash{pairs[i].old, pairs[i].new}
		if _, known := seen[key]; known {
			continue
		}
		seen[key] = struct{}{}
		n := w.size(&pairs[i])
		s.distinct += n
		w.total.distinct += n
	}
}

// checkRepetition returns ErrUnfit if the work done for one commit, or that for all commits,
// exceeds the limits. p is the pair that was compared last.
func (w *walker) checkRepetition(s *spent, p *pair) error {
	one := s.compared + s.named
	if (one <= maxRepeated || one <= repeatedShare*s.distinct) &&
		(w.total.named <= maxNamed || w.total.named <= repeatedShare*w.total.distinct) {
		return nil
	}
	return fmt.Errorf("%w: commits have equal trees in too many folders, for example in %q", ErrUnfit, shortened(p.folder))
}

// shortened cuts a long path, for an error message.
func shortened(path string) string {
	const most = 100
	if len(path) <= most {
		return path
	}
	return path[:most] + "…"
}

// size returns the size of a pair's trees in bytes.
func (w *walker) size(p *pair) (n int64) {
	if p.hasOld {
		n += w.trees[p.old].size
	}
	if p.hasN {
		n += w.trees[p.new].size
	}
	return n
}
