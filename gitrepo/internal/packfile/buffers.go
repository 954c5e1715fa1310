package packfile

// Buffers that are kept for reuse: at most this many, and none larger than this many bytes.
const (
	keepBuffers = 16
	keepSize    = 16 << 20
)

// buffers hands out memory for objects within liveBudget and reuses it.
type buffers struct {
	free [][]byte
	live int64 // bytes handed out
}

// get returns a buffer of size bytes, or errSkip when the budget does not allow it.
func (b *buffers) get(size int64) ([]byte, error) {
	if b.live+size > liveBudget {
		return nil, errSkip
	}
	b.live += size
	for i := len(b.free) - 1; i >= 0; i-- {
		if buffer := b.free[i]; int64(cap(buffer)) >= size {
			b.free[i] = b.free[len(b.free)-1]
			b.free = b.free[:len(b.free)-1]
			return buffer[:size], nil
		}
	}
	if len(b.free) == keepBuffers {
		b.free = b.free[:keepBuffers/2] // all too small: make room for larger ones
	}
	return make([]byte, size, max(4096, size+size/4)), nil
}

// put takes a buffer back.
func (b *buffers) put(buffer []byte) {
	b.live -= int64(len(buffer))
	if len(b.free) < keepBuffers && cap(buffer) <= keepSize {
		b.free = append(b.free, buffer)
	}
}
