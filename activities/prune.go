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
)

// Prune deletes the mirrors on this machine of repositories that were removed more than the grace period before now, and what is left
// of broken ones that were put aside as long ago. A mirror whose repository the database does not know is left alone. Local
// repositories are not below Dir and are never touched.
func (m *Mirrors) Prune(ctx context.Context, now time.Time) error {
	grace, err := graceOf(ctx, m.Store)
	if err != nil || grace == 0 {
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
	var ids []int64
	for _, entry := range entries {
		name, id, ok := mirrorName(entry.Name())
		switch {
		case !ok:
		case name == entry.Name():
			ids = append(ids, id)
		default: // put aside (clearBroken), or half deleted (below)
			info, err := entry.Info()
			if err != nil || !info.ModTime().Before(before) {
				continue
			}
			if err := os.RemoveAll(filepath.Join(m.Dir, entry.Name())); err != nil {
				return fmt.Errorf("mirrors: %w", err)
			}
		}
	}
	known, err := m.Store.RepositoriesByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if r, ok := known[id]; ok && !r.Local && r.DeletedAt != nil && r.DeletedAt.Before(before) {
			if err := m.prune(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune renames a mirror before it deletes it, so that nobody opens a half of one.
func (m *Mirrors) prune(ctx context.Context, id int64) error {
	unlock, err := m.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	dir := filepath.Join(m.Dir, fmt.Sprintf("%d.git", id))
	aside := dir + ".pruned"
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	if err := os.Rename(dir, aside); err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("mirrors: %w", err)
	}
	return nil
}

// mirrorName splits "12.git", "12.git.broken-345" and "12.git.pruned". ok is false for anything that is not ours.
func mirrorName(entry string) (mirror string, id int64, ok bool) {
	number, rest, found := strings.Cut(entry, ".git")
	id, err := strconv.ParseInt(number, 10, 64)
	return number + ".git", id, found && err == nil && (rest == "" || rest == ".pruned" || strings.HasPrefix(rest, ".broken-"))
}
