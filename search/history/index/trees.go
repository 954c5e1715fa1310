package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/backsight/backsight/gitrepo"
)

// ErrUnfit says that a history has no index because a commit or a tree in it is missing, damaged or
// malformed, or because commits have equal trees in very many folders (see checkRepetition).
// Searches work without an index.
var ErrUnfit = errors.New("history cannot be indexed")

// How many commits are compared at a time (at first, and at most), and about how many bytes of
// their trees may be in memory.
const (
	firstBatch = 16
	maxBatch   = 4096
	treeBudget = 64 << 20
)

// history has the changes of a chain of commits: which path had which blob since which commit.
type history struct {
	names  []string // of paths, by number
	pathOf map[string]int32
	blobs  []gitrepo.Hash // by number
	blobOf map[gitrepo.Hash]int32
	of     [][]change // by path, in the order of commits
}

// A change is the content of a path since a commit.
type change struct {
	at   int32 // position of the commit in the chain; 0 is the oldest
	blob int32 // the blob's number, or gone
}

// gone means that there is no file.
const gone = -1

func newHistory() *history {
	return &history{pathOf: map[string]int32{}, blobOf: map[gitrepo.Hash]int32{}}
}

func (h *history) path(name string) int32 {
	n, known := h.pathOf[name]
	if !known {
		n = int32(len(h.names))
		h.names = append(h.names, name)
		h.pathOf[name] = n
		h.of = append(h.of, nil)
	}
	return n
}

func (h *history) blob(hash gitrepo.Hash) int32 {
	n, known := h.blobOf[hash]
	if !known {
		n = int32(len(h.blobs))
		h.blobs = append(h.blobs, hash)
		h.blobOf[hash] = n
	}
	return n
}

// A walker compares the trees of neighbouring commits.
type walker struct {
	objects *gitrepo.Objects
	history *history
	hashLen int
	batch   int    // number of commits per batch; adapted after each batch
	arena   []byte // contents of the trees of one level
	entries []entry
	trees   map[gitrepo.Hash]tree
	walked  int64   // bytes of trees in the current batch
	first   int32   // position of the batch's oldest commit in the chain
	spent   []spent // for each commit of the batch
	total   spent   // of all batches
	held    int64   // bytes of the pairs below the level
	limits  walkLimits
}

// A tree is one tree of a level: a range of entries, and its size in bytes.
type tree struct {
	from, to int32
	size     int64
}

// An entry is a file or a folder in a tree, as offsets in the arena.
type entry struct {
	start, end uint32 // bounds of the name; the hash follows after a zero byte
	folder     bool
}

// A pair is a folder in two neighbouring commits.
type pair struct {
	folder       string // "" or ending in a slash
	old, new     gitrepo.Hash
	hasOld, hasN bool
	at           int32
}

// walk adds the changes of commits, which are sorted from oldest to newest. `first` is the position
// of the oldest one in the chain, and `before` is the tree of the commit before it, or nil.
func (w *walker) walk(ctx context.Context, commits []gitrepo.Commit, first int32, before *gitrepo.Hash) error {
	for len(commits) > 0 {
		now := commits[:min(w.batch, len(commits))]
		roots, err := w.roots(ctx, now)
		if err != nil {
			return err
		}
		var pairs []pair
		for i, root := range roots {
			if before == nil || *before != root {
				p := pair{new: root, hasN: true, at: first + int32(i)}
				if before != nil {
					p.old, p.hasOld = *before, true
				}
				pairs = append(pairs, p)
			}
			before = &roots[i]
		}
		w.walked, w.first, w.spent = 0, first, make([]spent, len(now))
		if err := w.descend(ctx, pairs); err != nil {
			return err
		}
		first += int32(len(now))
		commits = commits[len(now):]
		switch {
		case w.walked > treeBudget:
			w.batch = max(1, w.batch/2)
		case w.walked < treeBudget/4:
			w.batch = min(2*w.batch, maxBatch)
		}
	}
	return nil
}

// roots returns the commits' trees.
func (w *walker) roots(ctx context.Context, commits []gitrepo.Commit) ([]gitrepo.Hash, error) {
	ids := make([]gitrepo.Hash, len(commits))
	for i, c := range commits {
		ids[i], _ = gitrepo.HashOf(c.ID) // git printed the id, so it is valid
	}
	roots := make([]gitrepo.Hash, len(commits))
	err := w.objects.Read(ctx, ids, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		var ok bool
		if roots[i], ok = treeOf(object); !ok {
			return fmt.Errorf("%w: commit %s: %s", ErrUnfit, commits[i].ID, problemOr(object.Problem, "malformed"))
		}
		return nil
	})
	return roots, err
}

// treeOf returns the tree of a commit.
func treeOf(object *gitrepo.Object) (tree gitrepo.Hash, ok bool) {
	line, _, _ := bytes.Cut(object.Data, []byte{'\n'})
	id, ok := bytes.CutPrefix(line, []byte("tree "))
	if !ok || object.Problem != "" || object.Kind != gitrepo.KindCommit {
		return tree, false
	}
	return gitrepo.HashOf(gitrepo.OID(id))
}

func problemOr(p gitrepo.Problem, otherwise string) string {
	if p != "" {
		return string(p)
	}
	return otherwise
}

// parse adds the files and folders of a tree. It returns false for trees that git does not write,
// especially those with unsorted or repeated names, because compare needs sorted and distinct
// names.
func (w *walker) parse(content []byte) bool {
	base := uint32(len(w.arena))
	if int64(len(w.arena))+int64(len(content)) > 1<<32-1 {
		return false
	}
	w.arena = append(w.arena, content...)
	arena, at, end := w.arena, base, base+uint32(len(content))
	var last entry
	for at < end {
		space := bytes.IndexByte(arena[at:end], ' ')
		if space <= 0 {
			return false
		}
		kind := gitrepo.KindOfEntry(arena[at : at+uint32(space)])
		if kind == gitrepo.EntryMalformed {
			return false
		}
		start := at + uint32(space) + 1
		zero := bytes.IndexByte(arena[start:end], 0)
		if zero <= 0 || bytes.IndexByte(arena[start:start+uint32(zero)], '/') >= 0 {
			return false
		}
		e := entry{start: start, end: start + uint32(zero), folder: kind == gitrepo.EntryFolder}
		at = e.end + 1 + uint32(w.hashLen)
		if at > end {
			return false
		}
		if last.end != 0 && w.order(last, e) >= 0 {
			return false
		}
		last = e
		// Symbolic links and submodules are not files.
		if e.folder || kind == gitrepo.EntryFile {
			w.entries = append(w.entries, e)
		}
	}
	return true
}

// order compares entries in the order of trees: by name, with a slash after a folder's name.
func (w *walker) order(a, b entry) int {
	x, y := w.arena[a.start:a.end], w.arena[b.start:b.end]
	n := min(len(x), len(y))
	if c := bytes.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return int(endByte(x, n, a.folder)) - int(endByte(y, n, b.folder))
}

func endByte(name []byte, n int, folder bool) byte {
	switch {
	case n < len(name):
		return name[n]
	case folder:
		return '/'
	}
	return 0
}

func (w *walker) hash(e entry) (hash gitrepo.Hash) {
	copy(hash[:], w.arena[e.end+1:e.end+1+uint32(w.hashLen)])
	return hash
}

// compare records how the files of a folder differ, and appends to `below` the folders that differ.
func (w *walker) compare(p *pair, below []pair) []pair {
	var olds, news []entry
	if p.hasOld {
		t := w.trees[p.old]
		olds = w.entries[t.from:t.to]
	}
	if p.hasN {
		t := w.trees[p.new]
		news = w.entries[t.from:t.to]
	}
	for len(olds) > 0 || len(news) > 0 {
		c := 0
		switch {
		case len(olds) == 0:
			c = 1
		case len(news) == 0:
			c = -1
		default:
			// Most entries are equal: compare name, zero byte and hash at once.
			a, b := olds[0], news[0]
			if x, y := w.arena[a.start:a.end+1+uint32(w.hashLen)], w.arena[b.start:b.end+1+uint32(w.hashLen)]; a.folder == b.folder && bytes.Equal(x, y) {
				olds, news = olds[1:], news[1:]
				continue
			}
			c = w.order(a, b)
		}
		next := pair{at: p.at}
		var e entry
		if c <= 0 {
			e = olds[0]
			next.old, next.hasOld = w.hash(e), true
			olds = olds[1:]
		}
		if c >= 0 {
			e = news[0]
			next.new, next.hasN = w.hash(e), true
			news = news[1:]
		}
		name := p.folder + string(w.arena[e.start:e.end])
		cost := int64(len(name)) + entryCost
		w.spent[p.at-w.first].named += cost
		w.total.named += cost
		if e.folder {
			w.held += cost
			next.folder = name + "/"
			below = append(below, next)
			continue
		}
		n, held := w.history.path(name), int32(gone)
		if next.hasN {
			held = w.history.blob(next.new)
		}
		w.history.of[n] = append(w.history.of[n], change{at: p.at, blob: held})
	}
	return below
}
