package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// ScopeFilter says which repositories a plan covers. The zero filter covers every repository.
// Removed repositories are never covered.
type ScopeFilter struct {
	Names []string // only these; empty: every name
	// Match decides on each repository that Names includes. nil includes all. It is never called
	// concurrently.
	Match func(name string, fork, archived bool) bool
}

const (
	// scopePage is how many repositories are read at a time, at least, when Match has to decide on
	// them.
	scopePage = 2000
	// scopeScan is about how many repositories one call of choose reads at most, even if Match
	// excludes nearly all of them, so that callers can send heartbeats.
	scopeScan = 50_000
)

// choose returns the ids, in ascending order, of the repositories in scope with `after` < id <=
// `through`, at most `limit` of them. If `done` is true, no repository in scope has an id above
// `through`; if it is false, there may be more.
func (f ScopeFilter) choose(ctx context.Context, q *db.Queries, after int32, limit int) (ids []int32, through int32, done bool, err error) {
	page := limit + 1 // one more, to detect whether any repository is left
	if f.Match != nil {
		page = max(page, scopePage)
	}
	through = after
	for scanned := 0; scanned < scopeScan; {
		rows, err := q.ScopeCandidates(ctx, db.ScopeCandidatesParams{After: through, AllNames: len(f.Names) == 0, Names: f.Names, RowLimit: int32(page)})
		if err != nil {
			return nil, after, false, err
		}
		for _, row := range rows {
			if f.Match == nil || f.Match(row.Name, row.Fork, row.Archived) {
				if len(ids) == limit {
					return ids, through, false, nil
				}
				ids = append(ids, row.ID)
			}
			through = row.ID
		}
		if len(rows) < page {
			return ids, through, true, nil
		}
		scanned += len(rows)
	}
	return ids, through, false, nil
}

// HiddenNames returns those of the names that no repository has which the viewer may see. Removed
// repositories count, and earlier names of renamed ones do not.
func (s *Repositories) HiddenNames(ctx context.Context, names []string, who Viewer) ([]string, error) {
	if who.Admin || len(names) == 0 {
		return nil, nil
	}
	hidden, err := s.queries().HiddenNames(ctx, db.HiddenNamesParams{Names: names, SeesAll: who.Admin, Login: who.Login})
	return hidden, classify(err, "names of repositories")
}

// CountInScope returns how many repositories are in scope that the viewer may see.
func (s *Repositories) CountInScope(ctx context.Context, scope ScopeFilter, who Viewer) (int64, error) {
	seen := map[int32]bool{} // not used for administrators
	if !who.Admin {
		visible, err := s.queries().VisibleNames(ctx, db.VisibleNamesParams{Login: who.Login})
		if err != nil {
			return 0, classify(err, "scope")
		}
		for _, id := range visible.IDs {
			seen[id] = true
		}
	}
	var n int64
	after, done := int32(0), false
	for !done {
		var ids []int32
		var err error
		if ids, after, done, err = scope.choose(ctx, s.queries(), after, scopePage); err != nil {
			return 0, classify(err, "scope")
		}
		for _, id := range ids {
			if who.Admin || seen[id] {
				n++
			}
		}
	}
	return n, nil
}
