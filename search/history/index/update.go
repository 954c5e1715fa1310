package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/backsight/backsight/gitrepo"
)

// Stats says what an Update did.
type Stats struct {
	Commits, NewCommits int // in the index, and those of them that this Update added
	Blobs, NewBlobs     int // likewise
	// Built from scratch, because there was no index that could be extended: it was missing or
	// damaged, the history was rewritten, or its oldest commit is another one now.
	Rebuilt  bool
	TextRead int64 // bytes of text that were read and indexed
	Text     int64 // bytes of distinct text in the index
	Size     int64 // size of the file in bytes
}

// Update brings the index at path up to date with the first-parent history of `tip`. It creates the
// index, and its folder, if there is none. An index whose newest commit is `tip` stays as it is. An
// index whose newest commit is an ancestor of `tip` in that history is extended with the new
// commits. Any other index is replaced with a new one, and so is the index of a history that has
// been cut (git fetch --depth), deepened (--unshallow) or repaired. Of a broken history
// (gitrepo.BrokenHistory), the commits from `tip` to the break are indexed. After a crash, or an
// error other than ErrUnfit, the file is as before or is the complete new index. Concurrent updates
// are safe, but do the work twice.
//
// If the history cannot be indexed, Update removes the file and returns ErrUnfit; callers must then
// search without an index. The cost is that of reading the changes and files of the new commits,
// and of rewriting the index. Update uses one core.
func Update(ctx context.Context, repo *gitrepo.Repo, tip gitrepo.OID, path string) (Stats, error) {
	objects, err := repo.Objects()
	if err != nil {
		return Stats{}, err
	}
	defer objects.Close()
	b := &builder{repo: repo, objects: objects, path: path, bounds: bounds{firstBatch, firstTexts, trigramBudget, defaultLimits}}
	stats, err := b.update(ctx, tip)
	if errors.Is(err, ErrUnfit) {
		// The old index is correct, but can never be extended.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return stats, fmt.Errorf("history index: %w", err)
		}
	}
	if err != nil {
		return stats, fmt.Errorf("repository %s: history index: %w", repo.Dir(), err)
	}
	return stats, nil
}

// A builder is the state of one Update.
type builder struct {
	repo    *gitrepo.Repo
	objects *gitrepo.Objects
	path    string
	bounds  bounds

	chain   []gitrepo.Commit // oldest first
	cut     bool             // as in the header
	history *history
	kinds   kinds
	text    int64
	layers  []builtLayer
}

// bounds are the initial limits of what is in memory while an index is built.
type bounds struct {
	commits, texts, trigrams int
	walk                     walkLimits
}

// A builtLayer is a layer with its parts as they are in the file.
type builtLayer struct {
	header layerHeader
	parts  [layerParts][]byte
}

func (b *builder) update(ctx context.Context, tip gitrepo.OID) (Stats, error) {
	old, err := open(b.path)
	if err == nil {
		defer old.Close()
		if old.chain.endsIn(tip) && old.header.hashLen == b.objects.HashLen() {
			info, err := old.file.Stat()
			if err != nil {
				return Stats{}, err
			}
			moved, err := b.endMoved(ctx, old)
			if h := old.header; err != nil || !moved {
				return Stats{Commits: h.commits, Blobs: h.blobs, Text: h.text, Size: info.Size()}, err
			}
		}
		switch stats, err := b.extend(ctx, old, tip); {
		case err == nil:
			return stats, nil
		case !errors.Is(err, errRebuild) && !errors.Is(err, ErrDamaged):
			return stats, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged) {
		return Stats{}, err
	}
	b.reset()
	commits, err := b.repo.FirstParents(ctx, tip, "")
	if err != nil && gitrepo.AsBrokenHistory(err) == nil {
		return Stats{}, err
	}
	stats, err := b.add(ctx, commits, nil)
	stats.Rebuilt = true
	return stats, err
}

// errRebuild says that an index cannot be extended to a tip.
var errRebuild = errors.New("the index cannot be extended: the history was rewritten, or its oldest commit is another one now")

// endMoved reports whether the history of the repository no longer ends with the oldest commit of
// the index: a shallow clone was deepened, a broken history was repaired, or a history was cut by
// git fetch --depth.
func (b *builder) endMoved(ctx context.Context, old *Index) (bool, error) {
	boundary, err := b.repo.Boundary()
	if err != nil {
		return false, err
	}
	for _, id := range boundary {
		if at, ok := old.Positions([]gitrepo.OID{id}); ok && at[0] > 0 {
			return true, nil
		}
	}
	if !old.header.cut {
		return false, nil
	}
	parent, err := b.repo.FirstParent(ctx, old.chain.oid(0))
	if gitrepo.AsBrokenHistory(err) != nil {
		return false, nil
	}
	return parent != "", err
}

// extend adds the new commits to an index. It returns errRebuild if the index must be built from
// scratch.
func (b *builder) extend(ctx context.Context, old *Index, tip gitrepo.OID) (Stats, error) {
	if old.header.hashLen != b.objects.HashLen() {
		return Stats{}, errRebuild
	}
	last := old.Tip()
	commits, err := b.repo.FirstParents(ctx, tip, last)
	if gitrepo.AsBrokenHistory(err) != nil {
		return Stats{}, errRebuild // the walk did not meet the index before the break
	}
	if err != nil {
		return Stats{}, err
	}
	ids := []gitrepo.OID{last}
	if len(commits) == 0 {
		return Stats{}, errRebuild
	}
	ids = append(ids, commits[len(commits)-1].ID)
	trees, parents, err := b.heads(ctx, ids)
	if err != nil {
		return Stats{}, err
	}
	if parents[1] != last {
		return Stats{}, errRebuild
	}
	if moved, err := b.endMoved(ctx, old); err != nil {
		return Stats{}, err
	} else if moved {
		return Stats{}, errRebuild
	}
	if err := b.restore(ctx, old); err != nil {
		return Stats{}, err
	}
	return b.add(ctx, commits, &trees[0])
}

// heads returns the trees and the first parents of commits. It returns errRebuild if one of the
// commits cannot be read.
func (b *builder) heads(ctx context.Context, ids []gitrepo.OID) ([]gitrepo.Hash, []gitrepo.OID, error) {
	hashes := make([]gitrepo.Hash, len(ids))
	for i, id := range ids {
		hashes[i], _ = gitrepo.HashOf(id) // git printed the ids, so they are valid
	}
	trees, parents := make([]gitrepo.Hash, len(ids)), make([]gitrepo.OID, len(ids))
	err := b.objects.Read(ctx, hashes, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		var ok bool
		if trees[i], ok = treeOf(object); !ok {
			return errRebuild // for example, the commit no longer exists
		}
		_, rest, _ := bytes.Cut(object.Data, []byte{'\n'})
		line, _, _ := bytes.Cut(rest, []byte{'\n'})
		if id, ok := bytes.CutPrefix(line, []byte("parent ")); ok {
			parents[i] = gitrepo.OID(id)
		}
		return nil
	})
	return trees, parents, err
}

func (b *builder) reset() {
	*b = builder{repo: b.repo, objects: b.objects, path: b.path, bounds: b.bounds, history: newHistory()}
}

// restore reads the whole index `old` into b.
func (b *builder) restore(ctx context.Context, old *Index) error {
	b.reset()
	h := old.header
	commits, err := old.all()
	if err != nil {
		return err
	}
	slices.Reverse(commits)
	b.chain, b.text, b.cut = commits, h.text, h.cut
	encoded, err := old.kinds()
	if err != nil {
		return err
	}
	var ok bool
	if b.kinds, ok = encoded.decode(); !ok {
		return errKinds
	}
	hashes, err := old.Hashes()
	if err != nil {
		return err
	}
	for i := range h.blobs {
		hash, err := hashes.Of(i)
		if err != nil {
			return err
		}
		b.history.blob(hash)
		if ended(ctx, i) {
			return context.Cause(ctx)
		}
	}
	paths, err := old.Paths()
	if err != nil {
		return err
	}
	names, ok := paths.table.all()
	if !ok {
		return fmt.Errorf("%w: the paths cannot be read", ErrDamaged)
	}
	for i, name := range names {
		b.history.path(name)
		if ended(ctx, i) {
			return context.Cause(ctx)
		}
	}
	data, err := old.section(changesSection)
	if err != nil {
		return err
	}
	if len(b.history.blobs) != h.blobs || len(b.history.names) != h.paths ||
		!eachChange(data, h.paths, h.commits, h.blobs, func(path int, c change) { b.history.of[path] = append(b.history.of[path], c) }) {
		return fmt.Errorf("%w: the changes of the paths cannot be read", ErrDamaged)
	}
	for i, at := range h.layers {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		l := builtLayer{header: at}
		for part := range layerParts {
			if l.parts[part], err = old.section(layerSection(i, part)); err != nil {
				return err
			}
		}
		b.layers = append(b.layers, l)
	}
	return nil
}

// add adds commits, which are sorted from newest to oldest, and writes the file. `before` is the
// tree of the newest commit of the index that is extended, or nil if none is extended.
func (b *builder) add(ctx context.Context, commits []gitrepo.Commit, before *gitrepo.Hash) (Stats, error) {
	slices.Reverse(commits)
	first, firstBlob := len(b.chain), len(b.history.blobs)
	if first == 0 {
		_, parents, err := b.heads(ctx, []gitrepo.OID{commits[0].ID})
		if err != nil && !errors.Is(err, errRebuild) {
			return Stats{}, err
		}
		b.cut = parents[0] != ""
	}
	b.chain = append(b.chain, commits...)
	w := &walker{objects: b.objects, history: b.history, hashLen: b.objects.HashLen(), batch: b.bounds.commits, limits: b.bounds.walk}
	if err := w.walk(ctx, commits, int32(first), before); err != nil {
		return Stats{}, err
	}
	order, err := b.pathOrder(ctx)
	if err != nil {
		return Stats{}, err
	}
	if err := b.renumber(ctx, order, int32(firstBlob)); err != nil {
		return Stats{}, err
	}
	blobs := len(b.history.blobs)
	var read int64
	if blobs > firstBlob {
		x := &texts{
			objects: b.objects, set: newTrigramSet(), postings: newPostings(),
			batch: b.bounds.texts, budget: b.bounds.trigrams, shift: int32(firstBlob),
		}
		if err := x.read(ctx, b.history.blobs[firstBlob:]); err != nil {
			return Stats{}, err
		}
		read = x.bytes
		b.text += read
		b.kinds.add(x.kinds)
		lists := x.postings.finish(int32(blobs - firstBlob))
		if err := b.addLayer(ctx, layerHeader{firstBlob, blobs - firstBlob}, lists); err != nil {
			return Stats{}, err
		}
	}
	size, err := b.write(ctx, order)
	return Stats{
		Commits: len(b.chain), NewCommits: len(commits), Blobs: blobs, NewBlobs: blobs - firstBlob,
		TextRead: read, Text: b.text, Size: size,
	}, err
}
