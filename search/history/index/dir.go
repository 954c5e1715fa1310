package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// Names of files in a Dir: an index, a file that is being written, and the wish for an index that was evicted.
const (
	extension = ".idx"
	temporary = ".tmp-"
	wish      = ".wanted"
)

// abandonedAfter is when a file that was being written is taken for left over by a crash.
const abandonedAfter = 6 * time.Hour

// Dir is a folder of indexes with a bound on what they take on disk together. When they take more, those that were opened
// longest ago are removed; their repositories are searched without an index, until one of them is searched again: the
// next Update then makes its index anew. So a repository that nobody asks about costs nothing, however often it is fetched.
// Safe for concurrent use, by several processes too.
type Dir struct {
	Path     string // is made when needed
	MaxBytes int64  // 0: no bound
}

// file returns where an index lies. Names are the caller's, without slashes.
func (d Dir) file(name string) string { return filepath.Join(d.Path, name+extension) }

// Open opens the index called name. The error is fs.ErrNotExist or ErrDamaged when there is none; then the wish for it
// is noted. Close it after use.
func (d Dir) Open(name string) (*Index, error) {
	x, err := Open(d.file(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
		if noted := d.note(name); noted != nil {
			return nil, errors.Join(err, noted)
		}
	}
	return x, err
}

// Tip returns the commit that the index called name was brought to, "" where there is no index that can be read, and what
// Index.Cut says. It counts as no use and notes no wish.
func (d Dir) Tip(name string) (tip gitrepo.OID, cut bool) {
	x, err := open(d.file(name))
	if err != nil {
		return "", false
	}
	defer x.Close()
	return x.Tip(), x.Cut()
}

func (d Dir) note(name string) error {
	if err := os.MkdirAll(d.Path, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Path, name+wish), nil, 0o644)
}

// Update brings the index called name up to date with tip, as the function Update does, and removes indexes that were used
// least recently where the bound asks for it, perhaps this one. done is false when it made none: it would have to be made
// anew, there is no room, and no search asked for it since it was removed.
func (d Dir) Update(ctx context.Context, repo *gitrepo.Repo, name string, tip gitrepo.OID) (stats Stats, done bool, err error) {
	if made, err := d.wanted(name); err != nil || !made {
		return Stats{}, false, err
	}
	path := d.file(name)
	before, missing := os.Stat(path)
	stats, err = Update(ctx, repo, tip, path)
	if err != nil {
		return stats, false, err
	}
	// Being made counts as a use, being extended does not.
	if missing == nil {
		err = os.Chtimes(path, before.ModTime(), before.ModTime())
	} else {
		err = d.remove(name + wish)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return stats, true, fmt.Errorf("history indexes: %w", err)
	}
	_, err = d.Evict()
	return stats, true, err
}

// wanted reports whether the index called name should be there.
func (d Dir) wanted(name string) (bool, error) {
	if d.MaxBytes == 0 {
		return true, nil
	}
	for _, file := range []string{d.file(name), filepath.Join(d.Path, name+wish)} {
		if _, err := os.Stat(file); err == nil {
			return true, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("history indexes: %w", err)
		}
	}
	_, size, err := d.list()
	return size < d.MaxBytes, err
}

// Delete removes what is kept under name, if anything: the repository is gone.
func (d Dir) Delete(name string) error {
	return errors.Join(d.remove(name+extension), d.remove(name+wish))
}

// Size returns how many indexes there are and the bytes that they take together.
func (d Dir) Size() (indexes int, bytes int64, err error) {
	files, bytes, err := d.list()
	return len(files), bytes, err
}

// Names returns the names of all indexes and wishes, sorted: what somebody who keeps the indexes up to date has to look at.
func (d Dir) Names() ([]string, error) {
	entries, err := os.ReadDir(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("history indexes: %w", err)
	}
	var names []string
	for _, e := range entries {
		for _, suffix := range []string{extension, wish} {
			if name, ok := strings.CutSuffix(e.Name(), suffix); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// indexFile is an index in a Dir.
type indexFile struct {
	name string
	size int64
	used time.Time
}

// list returns the indexes and the bytes that they take. It removes what crashes left.
func (d Dir) list() (files []indexFile, size int64, err error) {
	entries, err := os.ReadDir(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("history indexes: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed by now
		}
		if err != nil {
			return nil, 0, fmt.Errorf("history indexes: %w", err)
		}
		switch {
		case strings.HasSuffix(e.Name(), extension):
			files = append(files, indexFile{e.Name(), info.Size(), info.ModTime()})
			size += info.Size()
		case strings.Contains(e.Name(), extension+temporary) && time.Since(info.ModTime()) > abandonedAfter:
			if err := d.remove(e.Name()); err != nil {
				return nil, 0, err
			}
		}
	}
	return files, size, nil
}

// Evict removes the indexes that were used least recently until the others fit, and returns the names of the removed.
func (d Dir) Evict() (names []string, err error) {
	files, size, err := d.list()
	if err != nil || d.MaxBytes == 0 {
		return nil, err
	}
	slices.SortFunc(files, func(a, b indexFile) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	for _, f := range files {
		if size <= d.MaxBytes {
			break
		}
		if err := d.remove(f.name); err != nil {
			return names, err
		}
		size -= f.size
		names = append(names, strings.TrimSuffix(f.name, extension))
	}
	return names, nil
}

func (d Dir) remove(file string) error {
	if err := os.Remove(filepath.Join(d.Path, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("history indexes: %w", err)
	}
	return nil
}
