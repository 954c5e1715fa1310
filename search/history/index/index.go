package index

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// An Index is an open history index. It is safe for concurrent use, and does not change if Update
// replaces the file.
type Index struct {
	path   string
	file   *os.File
	header *header
	chain  chain
	layers []layer
}

// Open opens the index in the file at path. If the error is fs.ErrNotExist or ErrDamaged, there is
// no valid index; callers should search without one, and call Update later. Opening counts as a use
// for Dir. It reads the list of commits and the directories of the layers, not the whole file.
// Callers must close the index.
func Open(path string) (*Index, error) {
	x, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("history index: %w", err)
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // on a read-only disk, the time of last use is not recorded
	return x, nil
}

func open(path string) (*Index, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	x := &Index{path: path, file: file}
	if err := x.load(); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

func (x *Index) load() error {
	info, err := x.file.Stat()
	if err != nil {
		return err
	}
	if x.header, err = readHeader(x.file, info.Size()); err != nil {
		return err
	}
	h := x.header
	if h.hashLen != 20 && h.hashLen != 32 {
		return fmt.Errorf("%w: an object id would have %d bytes", ErrDamaged, h.hashLen)
	}
	data, err := x.section(chainSection)
	if err != nil {
		return err
	}
	var ok bool
	if x.chain, ok = decodeChain(data, h.commits, h.hashLen); !ok {
		return fmt.Errorf("%w: the list of commits cannot be read", ErrDamaged)
	}
	next := 0
	for i, at := range h.layers {
		l := layer{index: x, header: at, number: i}
		if l.directory, err = x.section(layerSection(i, directoryPart)); err != nil {
			return err
		}
		if l.runs, err = x.blocks(layerSection(i, runsPart), layerSection(i, runsTablePart)); err != nil {
			return err
		}
		if at.first != next || len(l.directory)%directoryEntry != 0 {
			return fmt.Errorf("%w: layer %d cannot be read", ErrDamaged, i)
		}
		next += at.blobs
		x.layers = append(x.layers, l)
	}
	if next != h.blobs {
		return fmt.Errorf("%w: the layers have %d blobs, but the header says %d", ErrDamaged, next, h.blobs)
	}
	return nil
}

// Close closes the file.
func (x *Index) Close() { x.file.Close() }

// read reads a part of the file.
func (x *Index) read(offset, size int64) ([]byte, error) {
	data := make([]byte, size)
	if _, err := x.file.ReadAt(data, offset); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return data, nil
}

// section reads a section, and verifies its checksum.
func (x *Index) section(number int) ([]byte, error) {
	s := x.header.sections[number]
	data, err := x.read(s.offset, s.size)
	if err != nil {
		return nil, err
	}
	if checksum(data) != s.sum {
		return nil, fmt.Errorf("%w: the checksum of section %d is wrong", ErrDamaged, number)
	}
	return data, nil
}

// Tip returns the newest indexed commit.
func (x *Index) Tip() gitrepo.OID {
	var tip gitrepo.OID
	x.chain.newestFirst(func(c gitrepo.Commit) bool { tip = c.ID; return false })
	return tip
}

// Cut reports whether the history continued beyond the oldest commit when the index was made,
// because the repository was a shallow clone or a commit could not be read. The repository may have
// more commits now; Update checks.
func (x *Index) Cut() bool { return x.header.cut }

// FirstParentsSince is like gitrepo.Repo.FirstParentsSince for the indexed tip, but does not run
// git. It returns the commits, newest first, up to and including the first one that is not younger
// than t. If there is no such commit and Cut returns true, the history continues, but the index
// does not have the rest.
func (x *Index) FirstParentsSince(t time.Time) ([]gitrepo.Commit, error) {
	var commits []gitrepo.Commit
	if !x.chain.newestFirst(func(c gitrepo.Commit) bool {
		commits = append(commits, c)
		return c.Time.After(t)
	}) {
		return nil, fmt.Errorf("history index %s: %w: the times of the commits cannot be read", x.path, ErrDamaged)
	}
	return commits, nil
}

// Positions returns the positions of commits in the chain, where 0 is the oldest commit. ok is
// false if a commit is not indexed, or is given twice.
func (x *Index) Positions(commits []gitrepo.OID) (at []int, ok bool) {
	return x.chain.positions(commits)
}

// HashLen returns the length of object ids in bytes.
func (x *Index) HashLen() int { return x.header.hashLen }

// Commits returns the number of indexed commits.
func (x *Index) Commits() int { return x.header.commits }

// EachLifetime calls visit for each lifetime of each path, in the byte order of paths. It returns
// ErrDamaged if the file is damaged, possibly after some calls of visit.
func (x *Index) EachLifetime(visit func(Lifetime)) error {
	data, err := x.section(changesSection)
	if err != nil {
		return err
	}
	if !eachLifetime(data, x.header.paths, x.header.commits, x.header.blobs, true, visit) {
		return fmt.Errorf("%w: the changes of the paths cannot be read", ErrDamaged)
	}
	return nil
}

// EachLifetimeOf is EachLifetime for the given paths, which must be in the order of their numbers.
// visit also gets the name of the path. After the first error of visit, EachLifetimeOf does not
// call it again, and returns the error. The cost is that of the index's paths up to the last given
// one.
func (x *Index) EachLifetimeOf(paths []NamedPath, visit func(l Lifetime, name string) error) error {
	if len(paths) == 0 {
		return nil
	}
	data, err := x.section(changesSection)
	if err != nil {
		return err
	}
	var failed error
	if !eachLifetime(data, paths[len(paths)-1].Path+1, x.header.commits, x.header.blobs, false, func(l Lifetime) {
		for len(paths) > 0 && paths[0].Path < l.Path {
			paths = paths[1:]
		}
		if failed == nil && paths[0].Path == l.Path {
			failed = visit(l, paths[0].Name)
		}
	}) {
		return fmt.Errorf("%w: the changes of the paths cannot be read", ErrDamaged)
	}
	return failed
}

// Paths looks up the names of paths.
type Paths struct{ table pathTable }

// Paths reads the names of all paths into memory. It returns ErrDamaged if the file is damaged.
func (x *Index) Paths() (*Paths, error) {
	data, err := x.section(pathsSection)
	if err != nil {
		return nil, err
	}
	table, ok := decodePaths(data, x.header.paths)
	if !ok {
		return nil, fmt.Errorf("%w: the paths cannot be read", ErrDamaged)
	}
	return &Paths{table}, nil
}

// Name returns the path with the given number. It returns ErrDamaged if the file is damaged.
func (p *Paths) Name(path int) (string, error) {
	name, ok := p.table.at(path)
	if !ok {
		return "", fmt.Errorf("%w: the paths cannot be read", ErrDamaged)
	}
	return name, nil
}

// A NamedPath is the number and the name of a path.
type NamedPath struct {
	Path int
	Name string
}

// Named returns the paths of the files with the given name in any folder, in order. It returns
// ErrDamaged if the file is damaged. The cost is a few nanoseconds for each path of the index.
func (p *Paths) Named(base string) ([]NamedPath, error) {
	found, ok := p.table.named(base)
	if !ok {
		return nil, fmt.Errorf("%w: the paths cannot be read", ErrDamaged)
	}
	return found, nil
}

// kinds returns the kinds section.
func (x *Index) kinds() (encodedKinds, error) {
	data, err := x.section(kindsSection)
	if err != nil {
		return encodedKinds{}, err
	}
	k, ok := splitKinds(data, x.header.blobs)
	if !ok {
		return k, errKinds
	}
	return k, nil
}

var errKinds = fmt.Errorf("%w: the lists of binary, large and unindexed blobs cannot be read", ErrDamaged)

// Discard removes the file, unless it has been replaced in the meantime. Callers use it after
// ErrDamaged.
func (x *Index) Discard() error {
	own, err := x.file.Stat()
	if err != nil {
		return err
	}
	now, err := os.Stat(x.path)
	if err == nil && os.SameFile(own, now) {
		err = os.Remove(x.path)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// all returns the whole chain, newest first.
func (x *Index) all() ([]gitrepo.Commit, error) {
	return x.FirstParentsSince(time.Unix(-1<<40, 0))
}
