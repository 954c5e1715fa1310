package activities

import (
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
)

// Sync fetches mirrors and refreshes commit indexes.
type Sync struct {
	Store   *store.Store
	Mirrors *Mirrors
	// Idle returns which of the shards 0 to shards-1 no worker serves. If Idle is nil, all are
	// served.
	Idle func(ctx context.Context, shards int) ([]int, error)
}

const (
	// listPage is the largest number of activities that one run of a SyncWorkflow starts. Each
	// costs three events of the workflow's history.
	listPage = 400
	// syncBatch is the largest number of local repositories that one activity reads. A small
	// repository takes about a millisecond.
	syncBatch = 50
	// listWithin is the time after which List ends its page, well below the activity's time-out.
	listWithin = 20 * time.Second
)

// List returns the next repositories that must be synced, in order of ids after the cursor. It
// leaves out local repositories that have not changed, and records a sync of each of them about
// once per recordEvery. It also leaves out repositories of a shard that no worker serves, because
// the other repositories would wait for them. So a page can be empty although another page follows.
func (s *Sync) List(ctx context.Context, after int64) (ListResult, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	page, err := s.list(work, after)
	return page, activityError(ctx, err)
}

func (s *Sync) list(ctx context.Context, after int64) (ListResult, error) {
	page := ListResult{Next: after}
	settings, err := s.Store.Settings.All(ctx)
	if err != nil {
		return ListResult{}, err
	}
	if err := settings.Parse(map[string]any{store.SettingShards: &page.Shards, store.SettingSyncWindow: &page.Window}); err != nil {
		return ListResult{}, err
	}
	idle, err := s.idle(ctx, page.Shards)
	if err != nil {
		return ListResult{}, err
	}
	for started := time.Now(); time.Since(started) <= listWithin; {
		room := listPage - len(page.IDs) - len(page.Batches)
		if room < syncBatch { // a nearly full page is not filled repository by repository
			return page, nil
		}
		part, err := s.Store.Repositories.After(ctx, page.Next, room)
		if err != nil {
			return ListResult{}, err
		}
		page.Last = len(part) < room
		if len(part) > 0 {
			page.Next = part[len(part)-1].ID
		}
		part = slices.DeleteFunc(part, func(r store.Repository) bool { return slices.Contains(idle, insights.ShardOf(r.ID, page.Shards)) })
		changed, err := s.Mirrors.changed(ctx, part, recordEvery)
		if err != nil {
			return ListResult{}, err
		}
		page.add(changed)
		page.Unchanged += int64(len(part) - len(changed))
		if page.Last {
			break
		}
	}
	return page, nil
}

// idle returns the shards that no worker serves.
func (s *Sync) idle(ctx context.Context, shards int) ([]int, error) {
	if s.Idle == nil || shards < 2 {
		return nil, nil
	}
	return s.Idle(ctx, shards)
}

// add adds repositories to the page, local ones in groups of one shard each.
func (p *ListResult) add(list []store.Repository) {
	local := make([][]int64, max(1, p.Shards))
	for _, r := range list {
		if r.Local {
			shard := insights.ShardOf(r.ID, p.Shards)
			local[shard] = append(local[shard], r.ID)
		} else {
			p.IDs = append(p.IDs, r.ID)
		}
	}
	for _, ids := range local {
		p.Batches = slices.AppendSeq(p.Batches, slices.Chunk(ids, syncBatch))
	}
}

// One returns a page that consists of one repository, whether or not it has changed.
func (s *Sync) One(ctx context.Context, id int64) (ListResult, error) {
	page := ListResult{IDs: []int64{id}, Last: true}
	err := s.Store.Settings.Read(ctx, store.SettingShards, &page.Shards)
	return page, activityError(ctx, err)
}

// eachRepository calls do for every registered repository, in order of ids.
func eachRepository(ctx context.Context, from *store.Store, do func(store.Repository)) error {
	const page = 2000
	for after := int64(0); ; {
		list, err := from.Repositories.After(ctx, after, page)
		if err != nil {
			return err
		}
		for _, r := range list {
			do(r)
		}
		if len(list) < page {
			return nil
		}
		after = list[len(list)-1].ID
	}
}

// Repository fetches one repository and updates its commit index. A failure of the repository is
// stored with the repository and is not an error of the activity. A repository that was removed
// meanwhile is skipped.
func (s *Sync) Repository(ctx context.Context, id int64) error {
	work, done := untilWorkerStops(ctx)
	defer done()
	r, err := s.Store.Repositories.Get(work, id)
	if insights.ErrorCode(err) == insights.NotFound {
		return nil
	}
	if err != nil {
		return activityError(ctx, err)
	}
	if r.DeletedAt != nil {
		return nil
	}
	if _, err := s.Mirrors.Refresh(work, r); err != nil && engine.AsFailure(err) == nil {
		return activityError(ctx, err)
	}
	return nil
}

// Repositories does the same as Repository for several local repositories.
func (s *Sync) Repositories(ctx context.Context, ids []int64) error {
	work, done := untilWorkerStops(ctx)
	defer done()
	found, err := s.Store.Repositories.ByID(work, ids)
	if err != nil {
		return activityError(ctx, err)
	}
	var list []store.Repository
	for _, id := range ids {
		if r, ok := found[id]; ok && r.DeletedAt == nil {
			list = append(list, r)
		}
	}
	return activityError(ctx, s.Mirrors.RefreshAll(work, list, nil))
}
