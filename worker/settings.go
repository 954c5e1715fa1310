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
	syncEvery   time.Duration
	indexBudget int64 // bytes
	snapshots   time.Duration
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
	r.limits.Set(now.frames, now.searches, now.concurrency)
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
	r.Logger.Info("settings applied", "framesPerSecond", now.frames, "searchesPerSecond", now.searches,
		"concurrency", now.concurrency, "syncEvery", now.syncEvery, "indexBudget", now.indexBudget, "snapshotEvery", now.snapshots)
	r.applied = now
	return nil
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
	if s.syncEvery, err = time.ParseDuration(values[store.SettingSyncInterval]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingSyncInterval, err)
	}
	mebibytes, err := strconv.ParseInt(values[store.SettingIndexBudget], 10, 64)
	if err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingIndexBudget, err)
	}
	s.indexBudget = mebibytes << 20
	if s.snapshots, err = time.ParseDuration(values[store.SettingSnapshotInterval]); err != nil {
		return s, fmt.Errorf("setting %s: %w", store.SettingSnapshotInterval, err)
	}
	return s, nil
}
