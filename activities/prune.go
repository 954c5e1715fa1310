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

// Suffixes of files and folders next to a mirror.
const (
	asideSuffix  = ".broken-" // followed by the time of the renaming, in nanoseconds
	partSuffix   = ".part-"   // a clone that runs (gitrepo.CloneMirror), or whose worker was killed
	prunedSuffix = ".pruned"  // a mirror that is being deleted
)

// maxCloneAge is the age after which a clone no longer counts as running. It is far longer than
// cloneTimeout.
const maxCloneAge = 24 * time.Hour

// Prune deletes three things on this machine: mirrors of repositories that were removed more than
// the grace period before now, broken mirrors that were renamed more than the grace period before
// now, and, regardless of the grace period, folders that killed workers left. With the grace period
// 0 it deletes only these folders. It keeps a mirror whose repository is not in the database. Local
// repositories are not below Dir and are never touched.
func (m *Mirrors) Prune(ctx context.Context, now time.Time) error {
	var grace time.Duration
	if err := m.Store.Settings.Read(ctx, store.SettingRetentionGrace, &grace); err != nil {
		return err
	}
	entries, err := os.ReadDir(m.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing has been cloned yet
	}
	if err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	before := now.Add(-grace)
	if grace == 0 { // no mirror is ever deleted
		before = time.Time{}
	}
	var ids []int64
	for _, entry := range entries {
		number, rest, found := strings.Cut(entry.Name(), ".git")
		id, err := strconv.ParseInt(number, 10, 64)
		switch {
		case !found || err != nil: // not a mirror
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

// leftover reports whether a folder next to a mirror is not needed any more.
func leftover(entry fs.DirEntry, suffix string, before, now time.Time) bool {
	if at, ok := strings.CutPrefix(suffix, asideSuffix); ok {
		nanoseconds, err := strconv.ParseInt(at, 10, 64)
		return err == nil && time.Unix(0, nanoseconds).Before(before)
	}
	if strings.HasPrefix(suffix, partSuffix) {
		info, err := entry.Info()
		return err == nil && info.ModTime().Before(now.Add(-maxCloneAge))
	}
	return suffix == prunedSuffix
}

// prune renames a mirror before it deletes it, so that no process opens a partly deleted mirror.
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
