package worker

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows"
)

// settingsEvery is how soon a changed setting acts.
const settingsEvery = 2 * time.Second

// settings are those that act outside of activities.
type settings struct {
	read        bool
	frames      float64
	searches    float64
	concurrency int
	shards      int
	clusterRate float64 // batches per second of all workers together
	syncEvery   time.Duration
	indexBudget int64 // bytes
	snapshots   time.Duration
	retention   string // points and grace
}

// applySettings reads the settings and puts what changed into force.
func (r *runner) applySettings(ctx context.Context) error {
	values, err := r.Store.Settings(ctx)
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
	if r.fatal != nil { // else the worker is starting, and does it then
		if err := r.serveShards(ctx, now.shards); err != nil {
			return err
		}
	}
	if now.clusterRate != r.applied.clusterRate || now.shards != r.applied.shards && now.clusterRate > 0 {
		if err := r.workflows.LimitSearches(ctx, now.clusterRate, now.shards); err != nil {
			return err
		}
	}
	r.indexes.SetBudget(now.indexBudget)
	if !r.applied.read || now.syncEvery != r.applied.syncEvery {
		if err := r.workflows.EnsureSchedule(ctx, workflows.SyncSchedule, now.syncEvery); err != nil {
			return err
		}
	}
	if !r.applied.read || now.snapshots != r.applied.snapshots {
		if err := r.workflows.EnsureSchedule(ctx, workflows.SnapshotSchedule, now.snapshots); err != nil {
			return err
		}
	}
	if !r.applied.read {
		if err := r.workflows.EnsureSchedule(ctx, workflows.RetentionSchedule, workflows.RetentionEvery); err != nil {
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

// atATime is how many searches run at a time; 0: as many as are taken. Where a worker takes those of several shards, it takes
// more than it has slots.
func (s settings) atATime(slots int) int {
	if s.shards > 1 && (s.concurrency == 0 || s.concurrency > slots) {
		return slots
	}
	return s.concurrency
}

// parseSettings reads what the store has validated.
func parseSettings(values map[string]string) (settings, error) {
	s := settings{read: true}
	var err error
	if s.frames, err = strconv.ParseFloat(values[store.SettingFrameRate], 64); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingFrameRate, err)
	}
	if s.searches, err = strconv.ParseFloat(values[store.SettingSearchRate], 64); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingSearchRate, err)
	}
	if s.concurrency, err = strconv.Atoi(values[store.SettingConcurrency]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingConcurrency, err)
	}
	if s.shards, err = strconv.Atoi(values[store.SettingShards]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingShards, err)
	}
	if s.clusterRate, err = strconv.ParseFloat(values[store.SettingClusterRate], 64); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingClusterRate, err)
	}
	if s.syncEvery, err = time.ParseDuration(values[store.SettingSyncInterval]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingSyncInterval, err)
	}
	mebibytes, err := strconv.ParseInt(values[store.SettingIndexBudget], 10, 64)
	if err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingIndexBudget, err)
	}
	s.indexBudget = mebibytes << 20
	s.retention = values[store.SettingRetentionPoints] + " " + values[store.SettingRetentionGrace]
	if s.snapshots, err = time.ParseDuration(values[store.SettingSnapshotInterval]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingSnapshotInterval, err)
	}
	return s, nil
}
