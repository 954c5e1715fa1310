package worker

import (
	"context"
	"time"

	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// settingsEvery is how often settings are read, and so how soon a change takes effect.
const settingsEvery = 2 * time.Second

// settings are the settings that the worker applies. Activities read the others from the database.
type settings struct {
	read        bool
	frames      float64 // samples settled per second
	searches    float64 // started per second
	concurrency int
	shards      int
	clusterRate float64 // batches per second, for all workers together
	syncEvery   time.Duration
	indexBudget int64 // bytes
	snapshots   time.Duration
	retention   string // points and grace
}

// unset is a clusterRate that differs from every setting, so that it is applied again.
const unset = -1

// applySettings reads the settings and applies those that have changed.
func (r *runner) applySettings(ctx context.Context) error {
	values, err := r.Store.Settings.All(ctx)
	if err != nil {
		return err
	}
	now, err := parseSettings(values)
	if err != nil {
		return err
	}
	if now == r.applied {
		return nil
	}
	r.limits.Set(now.frames, now.searches, now.atATime(r.Slots))
	if r.fatal != nil { // nil while the worker starts; Run serves the shards later
		if err := r.serveShards(now.shards); err != nil {
			return err
		}
	}
	// The server keeps a limit that was set by workers that have ended, so the first call always
	// sets the limit, or removes it if the setting is 0.
	if !r.applied.read || now.clusterRate != r.applied.clusterRate || now.shards != r.applied.shards && now.clusterRate > 0 {
		if err := r.workflows.LimitSearches(ctx, now.clusterRate, now.shards); err != nil {
			// The server keeps the limit that it has. Temporal's development server can refuse
			// every change of a queue until it is started again. The worker must start all the
			// same, and apply the other settings.
			r.Logger.Warn("the limit of searches could not be set; trying again", "error", err)
			now.clusterRate = unset
			if now == r.applied {
				return nil
			}
		}
	}
	r.indexes.SetBudget(now.indexBudget)
	if !r.applied.read || now.syncEvery != r.applied.syncEvery {
		if err := r.workflows.EnsureSchedule(ctx, contract.SyncSchedule, now.syncEvery); err != nil {
			return err
		}
	}
	if !r.applied.read || now.snapshots != r.applied.snapshots {
		if err := r.workflows.EnsureSchedule(ctx, contract.SnapshotSchedule, now.snapshots); err != nil {
			return err
		}
	}
	if !r.applied.read {
		if err := r.workflows.EnsureSchedule(ctx, contract.RetentionSchedule, contract.RetentionEvery); err != nil {
			return err
		}
	} else if now.retention != r.applied.retention {
		if err := r.workflows.Retain(ctx); err != nil {
			return err
		}
	}
	r.Logger.Info("settings applied", "framesPerSecond", now.frames, "searchesPerSecond", now.searches,
		"concurrency", now.concurrency, "shards", now.shards, "batchesPerSecondOfAll", now.clusterRate, "syncEvery", now.syncEvery, "indexBudget", now.indexBudget, "snapshotEvery", now.snapshots, "retention", now.retention)
	r.applied = now
	return nil
}

// atATime returns the largest number of concurrent searches; 0 means as many as the queue delivers.
// A worker receives up to `slots` searches from the queue of each shard.
func (s settings) atATime(slots int) int {
	if s.shards > 1 && (s.concurrency == 0 || s.concurrency > slots) {
		return slots
	}
	return s.concurrency
}

func parseSettings(values store.SettingValues) (settings, error) {
	s := settings{read: true, retention: values[store.SettingRetentionPoints] + " " + values[store.SettingRetentionGrace]}
	err := values.Parse(map[string]any{
		store.SettingFrameRate: &s.frames, store.SettingSearchRate: &s.searches, store.SettingConcurrency: &s.concurrency,
		store.SettingShards: &s.shards, store.SettingClusterRate: &s.clusterRate, store.SettingSyncInterval: &s.syncEvery,
		store.SettingIndexBudget: &s.indexBudget, store.SettingSnapshotInterval: &s.snapshots,
	})
	s.indexBudget <<= 20
	return s, err
}
