package historycmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history/index"
)

// openIndex opens the history index of the repository and sets the searcher's tip to `tip`. It
// returns false, and changes nothing, when the index cannot be opened, when it has another tip, or
// when the end of the history may have moved since the index was made (the clone is shallow, or the
// index ends before the history did). It starts no git process.
func (s *searcher) openIndex(tip gitrepo.OID) bool {
	x, err := index.Open(s.indexPath())
	if err != nil {
		return false // updateIndex reports what is wrong
	}
	boundary, err := s.Git.Boundary()
	if x.Tip() != tip || x.Cut() || err != nil || len(boundary) > 0 {
		x.Close()
		return false
	}
	s.Index, s.Tip = x, tip
	return true
}

// updateIndex opens the history index of the repository at the searcher's tip. If necessary, it
// first makes or extends the index. The repository is searched without an index if its history
// cannot have one, or if the index is not up to date after half of the query's timeout:. An index
// that cannot be written is an error, because the user asked for it.
func (s *searcher) updateIndex(ctx context.Context) error {
	if s.openIndex(s.Tip) {
		return nil
	}
	timeout, began := s.plan.question.Query.Timeout, time.Now()
	err := s.plan.question.Within(ctx, timeout/2, func(ctx context.Context) error {
		_, err := index.Update(ctx, s.Git, s.Tip, s.indexPath())
		return err
	})
	s.used = time.Since(began)
	if failure := engine.AsFailure(err); failure != nil && failure.Code == insights.ReasonTimeout {
		s.indexNotice = fmt.Sprintf("the update of the history index took longer than half of the query's timeout:%s, so the index stayed as it was and "+
			"the repository was searched without it; to bring the index up to date, run a query with a longer timeout: or without timeout: once", timeout)
		return nil
	}
	if err == nil {
		s.Index, err = index.Open(s.indexPath())
	}
	if errors.Is(err, index.ErrUnfit) {
		return nil
	}
	if _, unreadable := errors.AsType[*gitrepo.Error](err); unreadable {
		return nil // the search without an index says what is wrong with the repository
	}
	return err
}

func (s *searcher) indexPath() string {
	return filepath.Join(s.plan.indexes, indexName(s.Git.Dir(), s.plan.rev))
}

// indexName returns the name of the index file of a repository and a revision. The name is
// readable, and each pair of repository and revision has a different name.
func indexName(dir, rev string) string {
	sum := sha256.Sum256([]byte(dir + "\x00" + rev))
	return filepath.Base(dir) + "-" + hex.EncodeToString(sum[:6]) + ".idx"
}
