package history

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// reportEvery is the minimum time between two calls of Request.Progress.
const reportEvery = 200 * time.Millisecond

// progress counts the work of all workers, and reports it.
type progress struct {
	done, total, matches atomic.Int64

	calls atomic.Uint32
	mu    sync.Mutex
	last  time.Time
}

// expect sets how many blobs will have been read in the end, if `more` are still to be read.
func (p *progress) expect(more int) { p.total.Store(p.done.Load() + int64(more)) }

// report calls the function `to` if reportEvery has passed since the last call. It reads the clock
// only at every 16th call of report, because an object takes microseconds.
func (p *progress) report(to func(Progress), objects *gitrepo.Objects) {
	if to == nil || p.calls.Add(1)%16 != 1 || !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.last) >= reportEvery {
		p.last = now
		to(Progress{BlobsDone: p.done.Load(), BlobsTotal: p.total.Load(), BytesRead: objects.Stats().Bytes.Load()})
	}
}
