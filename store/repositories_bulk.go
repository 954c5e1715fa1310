package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// bulk is how many repositories one transaction of AddMany or RecordUnchanged writes. It is small
// enough that other transactions wait only tens of milliseconds for the locked rows. The method
// cancel of ledger locks as many rows with one statement.
const bulk = 1000

// NewRepository is a repository to be registered, under the first of Names that no other repository
// has.
type NewRepository struct {
	Names    []string
	Location string
	Local    bool
}

// AddMany registers many repositories, each like Add. A location that is registered already stays
// as it is. If two repositories of the list have the same name, the first one gets it. AddMany
// takes one transaction of a few statements for each 1,000 repositories. It returns Conflict when
// all names of a repository are taken; then only the repositories of earlier transactions are
// registered.
func (s *Repositories) AddMany(ctx context.Context, list []NewRepository) error {
	for _, r := range list {
		if len(r.Names) == 0 || slices.ContainsFunc(r.Names, func(name string) bool { return strings.TrimSpace(name) == "" }) || strings.TrimSpace(r.Location) == "" {
			return insights.Errorf(insights.Invalid, "a repository needs a name and a location (got names %q, location %q)", r.Names, r.Location)
		}
	}
	for part := range slices.Chunk(list, bulk) {
		err := s.inTx(ctx, func(q *db.Queries) error { return addRepositories(ctx, q, part) })
		if err != nil {
			return classify(err, "%d repositories", len(part))
		}
	}
	return nil
}

func addRepositories(ctx context.Context, q *db.Queries, list []NewRepository) error {
	for round := 0; ; round++ {
		left, removed, err := unregistered(ctx, q, list)
		if err != nil || len(left) == 0 {
			return err
		}
		var p db.AddRepositoriesParams
		for _, r := range left {
			if round == len(r.Names) {
				return insights.Errorf(insights.Conflict, "repository %s: another repository has the name: choose another name for %s", r.Names[round-1], r.Location)
			}
			p.Names = append(p.Names, r.Names[round])
			p.Locations, p.Locals = append(p.Locations, r.Location), append(p.Locals, r.Local)
			p.Identities = append(p.Identities, insights.RepositoryIdentity(r.Location, r.Local))
		}
		if err := q.AddRepoNames(ctx, p.Names); err != nil {
			return err
		}
		for i, r := range left {
			if !removed[r.Location] {
				continue
			}
			if err := q.LockIdentity(ctx, p.Identities[i]); err != nil {
				return err
			}
			if _, err := q.ReviveRepository(ctx, db.ReviveRepositoryParams{Name: p.Names[i], Location: r.Location, Identity: p.Identities[i], IsLocal: r.Local}); err != nil {
				return err
			}
		}
		added, err := q.AddRepositories(ctx, p)
		if err != nil || len(added) == len(left) {
			return err
		}
		list = left
	}
}

// unregistered returns those of the list that are not registered, without duplicates. removed has
// the locations of those that were registered and removed.
func unregistered(ctx context.Context, q *db.Queries, list []NewRepository) (left []NewRepository, removed map[string]bool, err error) {
	locations, identities := make([]string, len(list)), make([]string, len(list))
	for i, r := range list {
		locations[i], identities[i] = r.Location, insights.RepositoryIdentity(r.Location, r.Local)
	}
	known, err := q.KnownLocations(ctx, locations, identities)
	if err != nil {
		return nil, nil, err
	}
	there := make(map[string]bool, len(known))
	removed = map[string]bool{}
	for _, row := range known {
		if row.Removed {
			removed[row.Location] = true
		} else {
			there[row.Location] = true
		}
	}
	given := map[string]bool{} // identities
	for i, r := range list {
		if !there[r.Location] && !given[identities[i]] {
			given[identities[i]] = true
			left = append(left, r)
		}
	}
	return left, removed, nil
}

// Seen is the tip of a repository's default branch, found under the same ref as at the last sync.
type Seen struct {
	RepositoryID int64
	Head         string // hex
}

// RecordUnchanged records, for the repositories whose tips are unchanged, that a sync at the given
// time found their commit indexes complete up to that time. It returns the ids of these
// repositories. The others need a full sync: the index or the last sync ends at another commit, the
// last sync failed, or there is no commit index. RecordUnchanged takes one transaction of two
// statements for each 1,000 repositories.
func (s *Repositories) RecordUnchanged(ctx context.Context, seen []Seen, at time.Time) (map[int64]bool, error) {
	when := instant(at)
	recorded := make(map[int64]bool, len(seen))
	for part := range slices.Chunk(seen, bulk) {
		ids, heads := make([]int32, len(part)), make([][]byte, len(part))
		for i, one := range part {
			head, err := objectID(one.Head)
			if err != nil {
				return nil, err
			}
			ids[i], heads[i] = id32(one.RepositoryID), head
		}
		var stamped []int32
		err := s.inTx(ctx, func(q *db.Queries) error {
			unchanged, err := q.LockUnchanged(ctx, ids, heads)
			if err != nil || len(unchanged) == 0 {
				return err
			}
			stamped, err = q.StampUnchanged(ctx, &when, unchanged)
			return err
		})
		if err != nil {
			return nil, classify(err, "%d repositories", len(part))
		}
		for _, id := range stamped {
			recorded[int64(id)] = true
		}
	}
	return recorded, nil
}

// FirstSync is what the first sync of a repository found.
type FirstSync struct {
	RepositoryID int64
	Sync         SyncResult      // without Err
	Commits      []IndexedCommit // the whole first-parent history up to Sync.At, oldest first
}

// RecordFirstSyncs writes the commit indexes of repositories that have none, and records their
// syncs. It skips repositories that another process has indexed meanwhile, and those that do not
// exist. It takes one transaction of three statements and a COPY.
func (s *Repositories) RecordFirstSyncs(ctx context.Context, list []FirstSync) error {
	if len(list) == 0 {
		return nil
	}
	syncsByID := make(map[int32]FirstSync, len(list))
	ids := make([]int32, len(list))
	for i, one := range list {
		ids[i] = id32(one.RepositoryID)
		syncsByID[ids[i]] = one
	}
	err := s.inTx(ctx, func(q *db.Queries) error {
		if err := q.LockRepositories(ctx, ids); err != nil {
			return err
		}
		unindexed, err := q.Unindexed(ctx, ids)
		if err != nil || len(unindexed) == 0 {
			return err
		}
		var syncs db.RecordFirstSyncsParams
		var rows []db.AppendCommitIndexParams
		for _, id := range unindexed {
			one := syncsByID[id]
			head, err := objectID(one.Sync.Head)
			if err != nil {
				return err
			}
			syncs.RepoIDs, syncs.Branches, syncs.Heads = append(syncs.RepoIDs, id), append(syncs.Branches, one.Sync.DefaultBranch), append(syncs.Heads, head)
			syncs.Sizes, syncs.Ats = append(syncs.Sizes, one.Sync.SizeBytes), append(syncs.Ats, instant(one.Sync.At))
			syncs.Notices = append(syncs.Notices, joinNotices(one.Sync.Notices))
			more, err := appendRows(id, 0, one.Commits)
			if err != nil {
				return err
			}
			rows = append(rows, more...)
		}
		if _, err := q.AppendCommitIndex(ctx, rows); err != nil {
			return err
		}
		return q.RecordFirstSyncs(ctx, syncs)
	})
	return classify(err, "%d repositories", len(list))
}
