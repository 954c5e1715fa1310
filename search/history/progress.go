package history

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// tellEvery is the least time between two calls of Request.Progress.
const tellEvery = 200 * time.Millisecond

// progress counts and tells, from whichever worker comes by.
type progress struct {
	done, total, matches atomic.Int64

	calls atomic.Uint32
	mu    sync.Mutex
	last  time.Time
}

// tell calls to when it is time. It looks at the clock only every 16th call: objects take microseconds.
func (p *progress) tell(to func(Progress), objects *gitrepo.Objects) {
	if to == nil || p.calls.Add(1)%16 != 1 || !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.last) >= tellEvery {
		p.last = now
		to(Progress{BlobsDone: p.done.Load(), BlobsTotal: p.total.Load(), BytesRead: objects.Stats().Bytes.Load()})
	}
}
