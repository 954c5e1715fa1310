package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/store"
)

// What lies beside a mirror, by the end of its name.
const (
	asideSuffix  = ".broken-" // and when it was put aside, in nanoseconds
	partSuffix   = ".part-"   // a clone that is under way (gitrepo.CloneMirror), or whose worker was killed
	prunedSuffix = ".pruned"  // what is being deleted
)

// partsStay is how long a clone is taken to be under way: far longer than cloneTimeout.
const partsStay = 24 * time.Hour

// Prune deletes the mirrors on this machine of repositories that were removed more than the grace period before now, broken ones that were
// put aside as long ago and, whatever the grace period, what a worker left that was killed. A mirror whose repository the database
// does not know is left alone. Local repositories are not below Dir and are never touched.
func (m *Mirrors) Prune(ctx context.Context, now time.Time) error {
	var grace time.Duration
	if err := m.Store.Settings.Read(ctx, store.SettingRetentionGrace, &grace); err != nil {
		return err
	}
	entries, err := os.ReadDir(m.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was cloned yet
	}
	if err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	before := now.Add(-grace)
	if grace == 0 { // nothing is ever pruned
		before = time.Time{}
	}
	var ids []int64
	for _, entry := range entries {
		number, rest, found := strings.Cut(entry.Name(), ".git")
		id, err := strconv.ParseInt(number, 10, 64)
		switch {
		case !found || err != nil: // not ours
		case rest == "":
			ids = append(ids, id)
		case leftover(entry, rest, before, now):
			if err := os.RemoveAll(filepath.Join(m.Dir, entry.Name())); err != nil {
				return fmt.Errorf("mirrors: %w", err)
			}
		}
	}
	known, err := m.Store.Repositories.ByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if r, ok := known[id]; ok && !r.Local && r.DeletedAt != nil && r.DeletedAt.Before(before) {
			if err := m.prune(ctx, r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftover reports whether nobody needs what lies beside a mirror any more.
func leftover(entry fs.DirEntry, suffix string, before, now time.Time) bool {
	if at, ok := strings.CutPrefix(suffix, asideSuffix); ok {
		nanoseconds, err := strconv.ParseInt(at, 10, 64)
		return err == nil && time.Unix(0, nanoseconds).Before(before)
	}
	if strings.HasPrefix(suffix, partSuffix) {
		info, err := entry.Info()
		return err == nil && info.ModTime().Before(now.Add(-partsStay))
	}
	return suffix == prunedSuffix
}

// prune renames a mirror before it deletes it, so that nobody opens a half of one.
func (m *Mirrors) prune(ctx context.Context, id int64) error {
	unlock, err := m.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	aside := m.path(id) + prunedSuffix
	if err := errors.Join(os.RemoveAll(aside), os.Rename(m.path(id), aside), os.RemoveAll(aside)); err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	return nil
}
