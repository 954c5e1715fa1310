package historycmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/backsight/backsight/search/history/index"
)

// openIndex returns the history index of the repository at its tip. It makes or extends the index
// first when that is necessary. It returns nil when the plan wants no indexes, or when the history
// cannot have one. An index that cannot be written is an error, because the user asked for it.
func (s *searcher) openIndex(ctx context.Context) (*index.Index, error) {
	if s.plan.indexes == "" {
		return nil, nil
	}
	path := s.indexPath()
	x, err := index.Open(path)
	if err == nil && x.Tip() == s.Tip && !x.Cut() {
		return x, nil
	}
	if err == nil {
		x.Close()
	} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, index.ErrDamaged) {
		return nil, err
	}
	if _, err := index.Update(ctx, s.Git, s.Tip, path); err != nil {
		if errors.Is(err, index.ErrUnfit) {
			return nil, nil
		}
		return nil, err
	}
	return index.Open(path)
}

func (s *searcher) indexPath() string {
	return filepath.Join(s.plan.indexes, indexName(s.Git.Dir(), s.plan.rev))
}

// openIndexed returns the index of a repository whose default branch has not moved since the index
// was made. It starts no git process. It returns nil in every other case, and openIndex then reports
// what is wrong.
func (s *searcher) openIndexed() *index.Index {
	if s.plan.indexes == "" || s.plan.rev != "" {
		return nil
	}
	_, tip, ok := s.Git.Tip()
	if !ok {
		return nil
	}
	x, err := index.Open(s.indexPath())
	if err != nil {
		return nil
	}
	if x.Tip() != tip || x.Cut() {
		x.Close()
		return nil
	}
	return x
}

// indexName returns the name of the index file of a repository and a revision. People can read it, and
// no two pairs share one.
func indexName(dir, rev string) string {
	sum := sha256.Sum256([]byte(dir + "\x00" + rev))
	return filepath.Base(dir) + "-" + hex.EncodeToString(sum[:6]) + ".idx"
}
