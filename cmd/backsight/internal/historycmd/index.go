package historycmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/index"
)

// openIndex returns the history index of the repository at tip, made or extended when it is not there yet; nil when no
// indexes are wanted, or the history cannot have one. An index that cannot be written is an error: it was asked for.
func (s *searcher) openIndex(ctx context.Context, repo *gitrepo.Repo, tip gitrepo.OID) (*index.Index, error) {
	if s.plan.indexes == "" {
		return nil, nil
	}
	path := s.indexPath(repo)
	x, err := index.Open(path)
	if err == nil && x.Tip() == tip && !x.Cut() {
		return x, nil
	}
	if err == nil {
		x.Close()
	} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, index.ErrDamaged) {
		return nil, err
	}
	if _, err := index.Update(ctx, repo, tip, path); err != nil {
		if errors.Is(err, index.ErrUnfit) {
			return nil, nil
		}
		return nil, err
	}
	return index.Open(path)
}

func (s *searcher) indexPath(repo *gitrepo.Repo) string {
	return filepath.Join(s.plan.indexes, indexName(repo.Dir(), s.plan.rev))
}

// openIndexed returns the index of a repository whose default branch is where the index was brought to; nil when it has to be looked
// closer. Nobody has to look for the commit then: the index has it.
func (s *searcher) openIndexed(repo *gitrepo.Repo) *index.Index {
	if s.plan.indexes == "" || s.plan.rev != "" {
		return nil
	}
	_, tip, ok := repo.Tip()
	if !ok {
		return nil
	}
	x, err := index.Open(s.indexPath(repo))
	if err != nil {
		return nil // openIndex will say what is wrong
	}
	if x.Tip() != tip || x.Cut() {
		x.Close()
		return nil
	}
	return x
}

// beginning is before every commit that git can date.
var beginning = time.Unix(-1<<40, 0)

// indexName is the name of the index's file: readable, and another one for each repository and revision.
func indexName(dir, rev string) string {
	sum := sha256.Sum256([]byte(dir + "\x00" + rev))
	return filepath.Base(dir) + "-" + hex.EncodeToString(sum[:6]) + ".idx"
}

// commitsSince lists the first-parent history of tip, newest first, up to the first commit that is not younger than t.
func commitsSince(ctx context.Context, repo *gitrepo.Repo, x *index.Index, tip gitrepo.OID, t time.Time) ([]gitrepo.Commit, error) {
	if x != nil {
		commits, err := x.FirstParentsSince(t)
		if err == nil || !errors.Is(err, index.ErrDamaged) {
			return commits, err
		}
	}
	return repo.FirstParentsSince(ctx, tip, t)
}
