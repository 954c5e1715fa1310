package packfile

import (
	"context"
	"slices"
)

// Limits of the memory for object contents, in bytes. A walker that reads a large object, or needs
// more than ownBudget, waits for the slot for large objects. Only one walker of the process has the
// slot at a time. So a process that walks many packs concurrently holds at most ownBudget for each
// walker, and largeBudget once.
const (
	largeObject = 8 << 20   // a larger object needs the slot
	ownBudget   = 32 << 20  // a walker that holds more bytes needs the slot
	largeBudget = 256 << 20 // objects beyond this limit are left to git

	keepBuffers = 16      // number of free buffers that a walker keeps for reuse, at most
	keepBytes   = 8 << 20 // their total size, at most
)

// largeSlot holds a token while a walker has the slot for large objects. There is one slot per
// process, because largeBudget limits the memory of the process.
var largeSlot = make(chan struct{}, 1)

// buffers hands out memory for objects within the budgets, and reuses it. Callers must call release
// after each tree of deltas; otherwise no other walker can get the slot for large objects.
type buffers struct {
	free      [][]byte
	freeBytes int
	live      int64 // bytes handed out
	large     bool  // this walker has the slot for large objects
}

// get returns a buffer of `size` bytes. It returns errSkip when largeBudget does not allow it, or
// the error of ctx.
func (b *buffers) get(ctx context.Context, size int64) ([]byte, error) {
	if b.live+size > largeBudget {
		return nil, errSkip
	}
	if !b.large && (size > largeObject || b.live+size > ownBudget) {
		select {
		case largeSlot <- struct{}{}:
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
		b.drop(0) // the oldest
	}
	b.free = append(b.free, buffer)
	b.freeBytes += cap(buffer)
}

func (b *buffers) drop(i int) {
	b.freeBytes -= cap(b.free[i])
	b.free = slices.Delete(b.free, i, i+1)
}

// release gives up the slot for large objects. Buffers that were not put back no longer count
// against the budgets.
func (b *buffers) release() {
	b.live = 0
	if b.large {
		b.large = false
		<-largeSlot
	}
}
