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

// openIndex returns the history index of the repository at tip. It creates or extends the index
// where necessary. It returns nil without an error when the options ask for no indexes, or when the
// history cannot have one. Failing to write an index is an error, because the user asked for it.
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

// openIndexed returns the index of the repository when the index is up to date with the default
// branch, and nil when only openIndex can tell. It is fast, because it starts no git process: the
// index has the commits.
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
		return nil // openIndex returns the error
	}
	if x.Tip() != tip || x.Cut() {
		x.Close()
		return nil
	}
	return x
}

// beginning is earlier than every time that a commit can have.
var beginning = time.Unix(-1<<40, 0)

// indexName returns the name of the index file. It begins with the repository's folder, and differs
// for each repository and revision.
func indexName(dir, rev string) string {
	sum := sha256.Sum256([]byte(dir + "\x00" + rev))
	return filepath.Base(dir) + "-" + hex.EncodeToString(sum[:6]) + ".idx"
}

// commitsSince lists the first-parent history of tip, newest first, through the first commit that
// is not newer than t.
func commitsSince(ctx context.Context, repo *gitrepo.Repo, x *index.Index, tip gitrepo.OID, t time.Time) ([]gitrepo.Commit, error) {
	if x != nil {
		commits, err := x.FirstParentsSince(t)
		if err == nil || !errors.Is(err, index.ErrDamaged) {
			return commits, err
		}
	}
	return repo.FirstParentsSince(ctx, tip, t)
}
