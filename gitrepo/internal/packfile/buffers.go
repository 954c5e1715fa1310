package packfile

import "context"

// What contents may take of memory, in bytes. A walker that wants more than a small share waits for its turn to be the
// large one, so that a process that walks many packs at a time holds ownBudget for each walker, and largeBudget once.
const (
	largeObject = 8 << 20   // an object above this takes the turn
	ownBudget   = 32 << 20  // as do more bytes than this at a time
	largeBudget = 256 << 20 // and what goes beyond this is left to git

	keepBuffers = 16
	keepBytes   = 8 << 20 // of free buffers that a walker keeps for reuse
)

// largeTurn holds a token while a walker has the turn. It is the process's, as memory is.
var largeTurn = make(chan struct{}, 1)

// buffers hands out memory for objects within the budgets and reuses it. release after each tree.
type buffers struct {
	free      [][]byte
	freeBytes int
	live      int64 // bytes handed out
	large     bool  // it has the turn
}

// get returns a buffer of size bytes, errSkip when the budget does not allow it, or ctx's error.
func (b *buffers) get(ctx context.Context, size int64) ([]byte, error) {
	if b.live+size > largeBudget {
		return nil, errSkip
	}
	if !b.large && (size > largeObject || b.live+size > ownBudget) {
		select {
		case largeTurn <- struct{}{}:
			b.large = true
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	b.live += size
	for i := len(b.free) - 1; i >= 0; i-- {
		if buffer := b.free[i]; int64(cap(buffer)) >= size {
			b.drop(i)
			return buffer[:size], nil
		}
	}
	if size > largeObject {
		return make([]byte, size), nil
	}
	return make([]byte, size, max(4096, size+size/4)), nil
}

// put takes a buffer back.
func (b *buffers) put(buffer []byte) {
	b.live -= int64(len(buffer))
	if cap(buffer) > keepBytes {
		return
	}
	for len(b.free) > 0 && (len(b.free) == keepBuffers || b.freeBytes+cap(buffer) > keepBytes) {
		b.drop(0) // the oldest: what is asked for next is most likely as large as what was given back last
	}
	b.free = append(b.free, buffer)
	b.freeBytes += cap(buffer)
}

func (b *buffers) drop(i int) {
	b.freeBytes -= cap(b.free[i])
	b.free[i] = b.free[len(b.free)-1]
	b.free[len(b.free)-1] = nil
	b.free = b.free[:len(b.free)-1]
}

// release gives the turn back, at the end of a tree. Buffers that are still out are forgotten.
func (b *buffers) release() {
	b.live = 0
	if b.large {
		b.large = false
		<-largeTurn
	}
}
