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

// Suffixes of files in a Dir: of an index, of a file that is being written (a number follows), and
// of a request for an index.
const (
	extension = ".idx"
	temporary = ".tmp-"
	wish      = ".wanted"
)

// abandonedAfter is the age at which a file that was being written is considered left over by a
// crash.
const abandonedAfter = 6 * time.Hour

// A Dir is a folder of indexes with a limit on their total size. If they exceed the limit, those
// that were made or last opened longest ago are removed. Their repositories are then searched
// without an index. The first such search requests a new index, and the next Update makes it. So
// after the limit has been reached, a repository that is fetched but never searched gets no index.
// A Dir is safe for concurrent use, also by several processes.
type Dir struct {
	Path     string // created when needed
	MaxBytes int64  // 0 means no limit
}

// file returns the path of an index. The caller chooses the names, which must not contain slashes.
func (d Dir) file(name string) string { return filepath.Join(d.Path, name+extension) }

// Open opens the index called `name`. It returns fs.ErrNotExist or ErrDamaged if there is no valid
// index, and then requests one. Callers must close the index.
func (d Dir) Open(name string) (*Index, error) {
	x, err := Open(d.file(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
		if noted := d.note(name); noted != nil {
			return nil, errors.Join(err, noted)
		}
	}
	return x, err
}

// Tip returns the results of Index.Tip and Index.Cut for the index called `name`, or "" and false
// if this index cannot be opened. A call of Tip does not count as a use, and does not request an
// index.
func (d Dir) Tip(name string) (tip gitrepo.OID, cut bool) {
	x, err := open(d.file(name))
	if err != nil {
		return "", false
	}
	defer x.Close()
	return x.Tip(), x.Cut()
}

// note requests the index called `name`.
func (d Dir) note(name string) error {
	if err := os.MkdirAll(d.Path, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Path, name+wish), nil, 0o644)
}

// Update brings the index called `name` up to date with `tip`, like the function Update. If the
// indexes then exceed the limit, it removes the least recently used ones, possibly also this one.
// `done` reports whether the index was brought up to date. It is false after an error of the
// function Update. It is also false, and nothing happens, if this index does not exist, the limit
// is reached, and no search has requested this index.
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
	// Making an index counts as a use, extending it does not.
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

// wanted reports whether the index called `name` should exist.
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

// Delete removes the index called `name`, and the request for it. Use it when the repository is
// deleted. Idempotent.
func (d Dir) Delete(name string) error {
	return errors.Join(d.remove(name+extension), d.remove(name+wish))
}

// Size returns the number of indexes and their total size in bytes.
func (d Dir) Size() (indexes int, bytes int64, err error) {
	files, bytes, err := d.list()
	return len(files), bytes, err
}

// Names returns the names of all indexes and of all requested indexes, sorted, each once.
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

// An indexFile is an index in a Dir.
type indexFile struct {
	name string
	size int64
	used time.Time
}

// list returns the indexes and their total size. It removes files that were left over by crashes.
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
			continue // it has been removed in the meantime
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

// Evict removes the least recently used indexes until the others fit into MaxBytes, and returns the
// names of the removed ones.
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
