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

// This file refreshes many repositories at a time. Most of a large installation rests, and most of it is small: finding that
// nothing happened costs some tens of microseconds and no process, and what is small is written together.

// stampEvery is how long a repository at rest goes without a new stamp of when it was looked at. A plan that needs a newer one gets
// it (see lookAhead), so stamping tens of thousands of rows at every sync would buy nothing.
const stampEvery = time.Hour

// changed returns those of the repositories that have to be refreshed. The others are local and have their default branch where
// it was at their last sync. Where that sync is longer ago than the given time, this one is recorded, and the commit index answers
// for every instant up to the call.
func (m *Mirrors) changed(ctx context.Context, list []store.Repository, stampAfter time.Duration) (changed []store.Repository, err error) {
	at := time.Now() // before anything is read: what is pushed meanwhile is not in the index
	var seen []store.Seen
	young := make(map[int64]bool)
	for _, r := range list {
		switch {
		case !restsNow(r):
		case r.IndexedAt.Add(stampAfter).After(at):
			young[r.ID] = true
		default:
			seen = append(seen, store.Seen{RepositoryID: r.ID, Head: r.Head})
		}
	}
	unchanged, err := m.Store.Repositories.RecordUnchanged(ctx, seen, at)
	if err != nil {
		return nil, err
	}
	m.Metrics.Synced(telemetry.Unchanged, len(unchanged)+len(young))
	for _, r := range list {
		if !unchanged[r.ID] && !young[r.ID] {
			changed = append(changed, r)
		}
	}
	return changed, ctx.Err()
}

// restsNow reports whether a repository is certainly as it was at its last sync.
func restsNow(r store.Repository) bool {
	if !r.Local || r.Head == "" || r.IndexedAt == nil || r.Error != "" {
		return false
	}
	branch, tip, ok := gitrepo.TipOf(r.Location)
	return ok && branch == r.DefaultBranch && string(tip) == r.Head
}

// writeCommits is how many commits of repositories that are read for the first time are written together: about a tenth of a second.
const writeCommits = 20_000

// RefreshAll is Refresh for some repositories, one after the other. A repository's own trouble is recorded with it and is no
// error. What it reads for the first time it writes together. It begins none after late says so; nil never does.
func (m *Mirrors) RefreshAll(ctx context.Context, list []store.Repository, late func() bool) error {
	var readings []store.FirstSync
	commits := 0
	flush := func() error {
		err := m.Store.Repositories.RecordFirstSyncs(ctx, readings)
		if err == nil {
			m.Metrics.Synced(telemetry.Fetched, len(readings))
		}
		readings, commits = nil, 0
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
		reading, ok, err := m.firstReading(ctx, r)
		switch {
		case err != nil:
			return err
		case ok:
			readings = append(readings, reading)
			commits += len(reading.Commits)
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

// firstReading reads a local repository that has no commit index. ok is false where something is in the way, which Refresh
// will find and record.
func (m *Mirrors) firstReading(ctx context.Context, r store.Repository) (reading store.FirstSync, ok bool, err error) {
	if !r.Local || r.IndexedAt != nil {
		return reading, false, nil
	}
	err = heartbeatWhile(ctx, "read "+r.Name, func() error {
		reading.RepositoryID, reading.Sync.At = r.ID, time.Now()
		git, err := gitrepo.Open(ctx, r.Location)
		if err != nil || git.Shallow() {
			return ctx.Err()
		}
		reading.Sync.SizeBytes = objectStoreSize(git.Dir())
		branch, tip, err := git.DefaultBranch(ctx)
		if errors.Is(err, gitrepo.ErrNoCommits) {
			ok = true
			return nil
		}
		if err != nil {
			return ctx.Err()
		}
		reading.Sync.DefaultBranch, reading.Sync.Head = branch, string(tip)
		commits, err := git.FirstParents(ctx, tip, "")
		if err != nil {
			return ctx.Err()
		}
		reading.Commits, ok = oldestFirst(commits), true
		return nil
	})
	return reading, ok, err
}
