package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// The functions of this file refresh many repositories together. In a large installation most
// repositories do not change and are small. To find that a local repository has not changed takes
// some tens of microseconds and no process, and the first syncs of small repositories share a
// transaction.

// recordEvery is how often the time of the last sync is recorded for a repository that does not
// change. A plan that needs a newer time records it itself (see planRefresh). So a round of syncs
// of all repositories need not write tens of thousands of rows.
const recordEvery = time.Hour

// changed returns the repositories of the list that must be refreshed. The others are local, and
// their default branch names the same commit as at their last sync. If the last sync is more than
// `recordAfter` ago, changed records a sync now, so that the commit index is complete for every
// time up to the call.
func (m *Mirrors) changed(ctx context.Context, list []store.Repository, recordAfter time.Duration) (changed []store.Repository, err error) {
	at := time.Now() // before reading, because the index may lack later commits
	var seen []store.Seen
	recent := make(map[int64]bool)
	for _, r := range list {
		switch {
		case !unchangedNow(r):
		case r.IndexedAt.Add(recordAfter).After(at):
			recent[r.ID] = true
		default:
			seen = append(seen, store.Seen{RepositoryID: r.ID, Head: r.Head})
		}
	}
	unchanged, err := m.Store.Repositories.RecordUnchanged(ctx, seen, at)
	if err != nil {
		return nil, err
	}
	m.Metrics.Synced(telemetry.Unchanged, len(unchanged)+len(recent))
	for _, r := range list {
		if !unchanged[r.ID] && !recent[r.ID] {
			changed = append(changed, r)
		}
	}
	return changed, ctx.Err()
}

// unchangedNow reports whether a local repository needs no refresh: its last sync succeeded, and
// its default branch still names the same commit. It is false for a repository with notices,
// because a change outside that branch may end them.
func unchangedNow(r store.Repository) bool {
	if !r.Local || r.Head == "" || r.IndexedAt == nil || r.Error != "" || len(r.Notices) > 0 {
		return false
	}
	branch, tip, ok := gitrepo.TipOf(r.Location)
	return ok && branch == r.DefaultBranch && string(tip) == r.Head
}

// writeCommits is the number of commits above which RefreshAll writes the first syncs that it has
// read so far. A transaction with this number of commits takes about a tenth of a second.
const writeCommits = 20_000

// RefreshAll refreshes some repositories, one after the other; see Refresh. The failure of a
// repository is stored with the repository and is not an error. Results of first syncs share
// transactions. RefreshAll starts no further refresh after `late` has returned true; if `late` is
// nil, it refreshes all repositories.
func (m *Mirrors) RefreshAll(ctx context.Context, list []store.Repository, late func() bool) error {
	var syncs []store.FirstSync
	commits := 0
	flush := func() error {
		err := m.Store.Repositories.RecordFirstSyncs(ctx, syncs)
		if err == nil {
			m.Metrics.Synced(telemetry.Fetched, len(syncs))
		}
		syncs, commits = nil, 0
		return err
	}
	for _, r := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if late != nil && late() {
			break
		}
		activity.RecordHeartbeat(ctx, "refresh "+r.Name)
		read, ok, err := m.firstSync(ctx, r)
		switch {
		case err != nil:
			return err
		case ok:
			syncs = append(syncs, read)
			commits += len(read.Commits)
		default:
			if _, err := m.Refresh(ctx, r); err != nil && engine.AsFailure(err) == nil {
				return err
			}
		}
		if commits > writeCommits {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// firstSync reads a local repository that has no commit index. `ok` is false for any other
// repository, for one that cannot be read, and for a shallow clone whose history is cut. Refresh
// then syncs it, or finds and records the reason.
func (m *Mirrors) firstSync(ctx context.Context, r store.Repository) (read store.FirstSync, ok bool, err error) {
	if !r.Local || r.IndexedAt != nil {
		return read, false, nil
	}
	err = heartbeatWhile(ctx, "read "+r.Name, func() error {
		read.RepositoryID, read.Sync.At = r.ID, time.Now()
		git, err := gitrepo.Open(ctx, r.Location)
		if err != nil {
			return ctx.Err()
		}
		read.Sync.SizeBytes = objectStoreSize(git.Dir())
		branch, tip, err := git.DefaultBranch(ctx)
		if errors.Is(err, gitrepo.ErrNoCommits) {
			ok = true
			return nil
		}
		if err != nil {
			return ctx.Err()
		}
		read.Sync.DefaultBranch, read.Sync.Head = branch, string(tip)
		commits, err := git.FirstParents(ctx, tip, "")
		if err != nil {
			return ctx.Err()
		}
		if early, err := git.EndsEarly(ctx, commits[len(commits)-1].ID); err != nil || early {
			return ctx.Err()
		}
		read.Sync.Notices = engine.Notices(ctx, git, branch, tip, "")
		read.Commits, ok = oldestFirst(commits), true
		return nil
	})
	return read, ok, err
}
