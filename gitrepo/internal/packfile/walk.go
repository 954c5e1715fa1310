package packfile

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/gitrepo/internal/inflate"
)

// liveBudget bounds the bytes of objects that one worker of a walk holds at a time. Where differences of very large
// objects branch at every step, the rest of the branch is left to git.
const liveBudget = 1 << 30

// rootsPerTurn is how many trees of differences a worker takes at a time: enough to make taking cheap, few enough that
// workers finish together.
const rootsPerTurn = 16

// Object is an object that was read.
type Object struct {
	Index int // of its id in what Read was asked for
	Kind  byte
	Data  []byte // valid until visit returns
}

// node is an entry of the pack that is wanted, or is a base of one that is.
type node struct {
	header
	index   int32 // of its id in what Read was asked for, or -1 for a base that nobody asked for
	child   int32 // the first node whose base this is, or -1
	sibling int32 // the next node with the same base, or -1
}

// plan is the forest of entries to be read: the objects that are stored whole are its roots.
type plan struct {
	pack  *Pack
	nodes []node
	roots []int32
	done  []bool // by index of ids: handed out
}

// Read hands the objects called ids to visit, each at most once, from up to workers goroutines (visit gets the
// goroutine's number). It returns the indices of those that it did not hand out, because the pack does not hold them, or
// they are larger than maxSize, or something is wrong with them. The error is ctx's or visit's.
func (p *Pack) Read(ctx context.Context, ids [][]byte, workers int, maxSize int64, visit func(worker int, object Object) error) (left []int32, err error) {
	pl := &plan{pack: p, done: make([]bool, len(ids))}
	if err := guard(func() error { pl.make(ids); return nil }); err != nil {
		pl.roots = nil // git will say what is wrong
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var turn atomic.Int64
	var group sync.WaitGroup
	for number := range max(1, min(workers, len(pl.roots)/rootsPerTurn)) {
		w := &walker{plan: pl, number: number, maxSize: maxSize, visit: visit}
		group.Go(func() {
			for ctx.Err() == nil {
				from := int(turn.Add(rootsPerTurn)) - rootsPerTurn
				if from >= len(pl.roots) {
					return
				}
				for _, root := range pl.roots[from:min(from+rootsPerTurn, len(pl.roots))] {
					if err := w.tree(ctx, root); err != nil {
						cancel(err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for i, done := range pl.done {
		if !done {
			left = append(left, int32(i))
		}
	}
	return left, nil
}

// make finds the entries of the wanted objects and of their bases. What hangs on a malformed entry gets no root, so no
// walk comes by.
func (pl *plan) make(ids [][]byte) {
	type at struct {
		offset int64
		index  int32
	}
	found := make([]at, 0, len(ids))
	for i, id := range ids {
		if offset, ok := pl.pack.find(id); ok {
			found = append(found, at{offset, int32(i)})
		}
	}
	// In the order of the pack, so that the file is read from front to back.
	slices.SortFunc(found, func(a, b at) int { return cmp.Compare(a.offset, b.offset) })
	pl.nodes = make([]node, 0, len(found)+len(found)/4)
	nodeAt := make(map[int64]int32, cap(pl.nodes))
	for _, f := range found {
		above := int32(-1) // the node whose base is at offset
		for offset := f.offset; ; {
			n, known := nodeAt[offset]
			if !known {
				h, err := pl.pack.header(offset)
				if err != nil {
					break
				}
				n = int32(len(pl.nodes))
				nodeAt[offset] = n
				pl.nodes = append(pl.nodes, node{header: h, index: -1, child: -1, sibling: -1})
			}
			if above >= 0 {
				pl.nodes[above].sibling, pl.nodes[n].child = pl.nodes[n].child, above
			} else {
				pl.nodes[n].index = f.index
			}
			if known {
				break
			}
			if !pl.nodes[n].isDelta() {
				pl.roots = append(pl.roots, n)
				break
			}
			above, offset = n, pl.nodes[n].base
		}
	}
}

func (h header) isDelta() bool { return h.kind == offsetDelta || h.kind == hashDelta }

// walker walks trees of a plan in one goroutine.
type walker struct {
	plan    *plan
	number  int
	maxSize int64
	visit   func(worker int, object Object) error

	inflate inflate.Decoder
	delta   []byte // the delta that is being applied
	buffers buffers
}

// errSkip says that an object and what is built from it is left to git.
var errSkip = errors.New("left to git")

// tree walks the tree of a root. It returns an error only to end the whole reading.
func (w *walker) tree(ctx context.Context, root int32) error {
	var stop error
	damage := guard(func() error {
		at := &w.plan.nodes[root]
		data, err := w.whole(at)
		if err == nil {
			stop = w.walk(ctx, root, at.kind, data)
		}
		return err
	})
	if damage != nil {
		w.buffers = buffers{} // some may be held by a walk that did not come to its end
	}
	return stop
}

// walk hands out the object at node n, whose content is data, and everything that is built from it. It releases data.
func (w *walker) walk(ctx context.Context, n int32, kind byte, data []byte) error {
	for {
		at := &w.plan.nodes[n]
		if at.index >= 0 {
			if err := w.visit(w.number, Object{Index: int(at.index), Kind: kind, Data: data}); err != nil {
				return err
			}
			w.plan.done[at.index] = true
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		var next int32 = -1
		var nextData []byte
		for child := at.child; child >= 0; child = w.plan.nodes[child].sibling {
			content, err := w.difference(&w.plan.nodes[child], data)
			if err != nil {
				continue // left to git, with all below
			}
			if w.plan.nodes[child].sibling < 0 {
				next, nextData = child, content
				break
			}
			if err := w.walk(ctx, child, kind, content); err != nil {
				return err
			}
		}
		// The last child is walked when its parent is released, so that a long chain holds two objects, not all.
		w.buffers.put(data)
		if next < 0 {
			return nil
		}
		n, data = next, nextData
	}
}

// whole decompresses an object that is stored as it is.
func (w *walker) whole(at *node) ([]byte, error) {
	if at.size > w.maxSize {
		return nil, errSkip
	}
	data, err := w.buffers.get(at.size)
	if err != nil {
		return nil, err
	}
	if err := w.decompress(data, at.data); err != nil {
		w.buffers.put(data)
		return nil, err
	}
	return data, nil
}

// difference builds an object that is stored as a difference from base.
func (w *walker) difference(at *node, base []byte) ([]byte, error) {
	if at.size > w.maxSize {
		return nil, errSkip
	}
	if int64(cap(w.delta)) < at.size {
		w.delta = make([]byte, at.size+at.size/4)
	}
	delta := w.delta[:at.size]
	if err := w.decompress(delta, at.data); err != nil {
		return nil, err
	}
	baseSize, size, instructions, err := deltaSizes(delta)
	if err != nil || baseSize != int64(len(base)) {
		return nil, errDelta
	}
	if size > w.maxSize {
		return nil, errSkip
	}
	data, err := w.buffers.get(size)
	if err != nil {
		return nil, err
	}
	if err := applyDelta(data, base, instructions); err != nil {
		w.buffers.put(data)
		return nil, err
	}
	return data, nil
}

func (w *walker) decompress(dst []byte, at int64) error {
	data := w.plan.pack.data
	_, err := w.inflate.Zlib(dst, data[at:len(data)-w.plan.pack.hashLen])
	return err
}
