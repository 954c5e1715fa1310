package packfile

import (
	"cmp"
	"context"
	"errors"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/internal/inflate"
)

// rootsPerTake is how many trees of deltas a goroutine takes at a time. The number is small, so
// that all goroutines finish at about the same time.
const rootsPerTake = 16

// checkEvery is the number of objects that are looked up in a pack between two checks whether the
// context has ended.
const checkEvery = 4096

// Object is an object that was read.
type Object struct {
	Index int // number of its id in the call of Read
	Kind  byte
	Data  []byte // valid until visit returns
}

// node is an entry of the pack that is wanted, or is the base of one that is wanted. There may be a
// million nodes.
type node struct {
	offset  int64
	size    int64 // decompressed size in bytes of the object or delta
	index   int32 // number of its id in the call of Read, or -1 for a base that was not asked for
	child   int32 // the first node that has this one as its base, or -1
	sibling int32 // the next node with the same base, or -1
	head    uint8 // size in bytes of the entry's header
	kind    byte
}

// plan is the forest of entries to read. Its roots are the objects that are stored whole; the
// others are stored as deltas.
type plan struct {
	pack  *Pack
	nodes []node
	roots []int32
	done  []bool // for each id, whether its object was handed out
}

// Read calls visit at most once for each of the n objects id(0), id(1), …, from up to `workers`
// goroutines; visit gets the number of its goroutine. It returns the numbers of the objects that it
// did not hand out: those that the pack does not hold, that are damaged, or that are too large for
// maxSize (in bytes) or for the memory budget, and those that are built from such an object. The
// error is that of ctx or of visit. visit must not read from packs, because its goroutine may hold
// the slot for large objects, and would wait for itself.
func (p *Pack) Read(ctx context.Context, n int, id func(int) []byte, workers int, maxSize int64, visit func(worker int, object Object) error) (left []int32, err error) {
	pl := &plan{pack: p, done: make([]bool, n)}
	if err := guard(func() error { pl.make(ctx, n, id); return nil }); err != nil {
		pl.roots = nil // the caller asks git, which reports what is wrong
	}
	p.releaseIndex()
	defer p.release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var group sync.WaitGroup
	for number := range max(1, min(workers, len(pl.roots)/rootsPerTake)) {
		group.Go(func() {
			w := walkers.Get().(*walker)
			defer func() {
				w.plan, w.visit, w.last = nil, nil, 0
				walkers.Put(w)
			}()
			w.plan, w.number, w.maxSize, w.visit = pl, number, maxSize, visit
			for ctx.Err() == nil {
				from := int(taken.Add(rootsPerTake)) - rootsPerTake
				if from >= len(pl.roots) {
					return
				}
				for _, root := range pl.roots[from:min(from+rootsPerTake, len(pl.roots))] {
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

// make finds the entries of the wanted objects and of their bases, until ctx ends. An entry that is
// built, directly or not, from a malformed one gets no root, so no walk reaches it.
func (pl *plan) make(ctx context.Context, n int, id func(int) []byte) {
	type at struct {
		offset int64
		index  int32
	}
	var found []at
	for i := range n {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return
		}
		if offset, ok := pl.pack.find(id(i)); ok {
			if found == nil {
				found = make([]at, 0, n-i)
			}
			found = append(found, at{offset, int32(i)})
		}
	}
	// Sorted by offset, so that the headers are read from the front of the file to its back.
	slices.SortFunc(found, func(a, b at) int { return cmp.Compare(a.offset, b.offset) })
	pl.nodes = make([]node, 0, len(found)+len(found)/4)
	known := newOffsets(cap(pl.nodes))
	last := int64(0) // where the previous header ends
	for i, f := range found {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return
		}
		above := int32(-1) // the node that has its base at `offset`
		for offset := f.offset; ; {
			n, old := known.find(pl.nodes, offset)
			var base int64
			if !old {
				h, err := pl.pack.header(offset)
				if err != nil {
					break
				}
				pl.pack.touch(last, offset, h.data-offset)
				last = h.data
				n, base = int32(len(pl.nodes)), h.base
				pl.nodes = append(pl.nodes, node{offset: offset, size: h.size, index: -1, child: -1, sibling: -1, head: uint8(h.data - offset), kind: h.kind})
				known.add(pl.nodes)
			}
			if above >= 0 {
				pl.nodes[above].sibling, pl.nodes[n].child = pl.nodes[n].child, above
			} else {
				pl.nodes[n].index = f.index
			}
			if old {
				break
			}
			if kind := pl.nodes[n].kind; kind != offsetDelta && kind != hashDelta {
				pl.roots = append(pl.roots, n)
				break
			}
			above, offset = n, base
		}
	}
}

// offsets is a hash table that finds nodes by their offset.
type offsets struct {
	slots []int32 // 0 if free, else a node's number plus 1; the length is a power of two
}

func newOffsets(n int) *offsets {
	return &offsets{make([]int32, 1<<bits.Len(uint(n+n/2)))}
}

func (o *offsets) slot(offset int64) uint64 {
	return uint64(offset) * 0x9e3779b97f4a7c15 >> (64 - bits.TrailingZeros(uint(len(o.slots))))
}

// find returns the node at an offset.
func (o *offsets) find(nodes []node, offset int64) (n int32, ok bool) {
	for at := o.slot(offset); o.slots[at] != 0; at = (at + 1) % uint64(len(o.slots)) {
		if n = o.slots[at] - 1; nodes[n].offset == offset {
			return n, true
		}
	}
	return 0, false
}

// add adds the last of the nodes. It doubles the table when more than three quarters of the slots
// are in use.
func (o *offsets) add(nodes []node) {
	from := len(nodes) - 1
	if 4*len(nodes) > 3*len(o.slots) {
		o.slots = make([]int32, 2*len(o.slots))
		from = 0
	}
	for n := from; n < len(nodes); n++ {
		at := o.slot(nodes[n].offset)
		for o.slots[at] != 0 {
			at = (at + 1) % uint64(len(o.slots))
		}
		o.slots[at] = int32(n) + 1
	}
}

// walker walks trees of a plan, in one goroutine.
type walker struct {
	plan    *plan
	number  int
	maxSize int64
	visit   func(worker int, object Object) error

	inflate inflate.Decoder
	buffers buffers
	last    int64 // where the entry that was decompressed last ends
}

// walkers keeps the buffers and decoding tables of walkers for later calls of Read. A search over
// many repositories makes many calls that read little.
var walkers = sync.Pool{New: func() any { return new(walker) }}

// errSkip means that this package does not read an object and all objects built from it; git reads
// them.
var errSkip = errors.New("left to git")

// tree walks the tree of a root. It returns an error only to end the whole Read.
func (w *walker) tree(ctx context.Context, root int32) error {
	defer w.buffers.release()
	var stop error
	damage := guard(func() error {
		at := &w.plan.nodes[root]
		data, err := w.whole(ctx, at)
		if err == nil {
			stop = w.walk(ctx, root, at.kind, data)
		}
		return err
	})
	if damage != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return stop
}

// walk hands out the object at node n, whose content is `data`, and every object that is built from
// it. `data` belongs to walk, which puts it back into the buffers.
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
			content, err := w.difference(ctx, &w.plan.nodes[child], data)
			if err != nil {
				continue // left to git, with every object that is built from it
			}
			if w.plan.nodes[child].sibling < 0 {
				next, nextData = child, content
				break
			}
			if err := w.walk(ctx, child, kind, content); err != nil {
				return err
			}
		}
		// The last child is walked after its parent is put back, so a long chain of deltas holds
		// two objects in memory, not all.
		w.buffers.put(data)
		if next < 0 {
			return nil
		}
		n, data = next, nextData
	}
}

// whole decompresses an object that is stored whole.
func (w *walker) whole(ctx context.Context, at *node) ([]byte, error) {
	if at.size > w.maxSize {
		return nil, errSkip
	}
	data, err := w.buffers.get(ctx, at.size)
	if err != nil {
		return nil, err
	}
	if err := w.decompress(data, at); err != nil {
		w.buffers.put(data)
		return nil, err
	}
	return data, nil
}

// difference builds an object that is stored as a delta of base.
func (w *walker) difference(ctx context.Context, at *node, base []byte) ([]byte, error) {
	if at.size > w.maxSize {
		return nil, errSkip
	}
	delta, err := w.buffers.get(ctx, at.size)
	if err != nil {
		return nil, err
	}
	defer w.buffers.put(delta)
	if err := w.decompress(delta, at); err != nil {
		return nil, err
	}
	baseSize, size, instructions, err := deltaSizes(delta)
	if err != nil || baseSize != int64(len(base)) {
		return nil, errDelta
	}
	if size > w.maxSize {
		return nil, errSkip
	}
	data, err := w.buffers.get(ctx, size)
	if err != nil {
		return nil, err
	}
	if err := applyDelta(data, base, instructions); err != nil {
		w.buffers.put(data)
		return nil, err
	}
	return data, nil
}

func (w *walker) decompress(dst []byte, at *node) error {
	p, from := w.plan.pack, at.offset+int64(at.head)
	n, err := w.inflate.Zlib(dst, p.data[from:len(p.data)-p.hashLen])
	p.touch(w.last, from, int64(n))
	w.last = from + int64(n)
	return err
}
