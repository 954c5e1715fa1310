package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
)

// heartbeatEvery is the interval of heartbeats that are recorded while the work runs.
const heartbeatEvery = time.Second

// everySecond calls the function do at the interval heartbeatEvery, in a goroutine of its own,
// until stop is called. The function stop waits for the goroutine.
func everySecond(do func()) (stop func()) {
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(heartbeatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				do()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		running.Wait()
	}
}

// heartbeatWhile calls the function do, which waits for a git command that reports no progress, and
// records heartbeats meanwhile. The wait counts as progress, because a clone may take an hour. So
// `do` must limit commands that can hang, such as a clone or a fetch, by a time-out.
func heartbeatWhile(ctx context.Context, details string, do func() error) error {
	h, outer := ctx.Value(heartbeatKey{}).(*heartbeat)
	defer everySecond(func() {
		if outer {
			h.tick()
		}
		if activity.IsActivity(ctx) { // a mirror may also be opened outside activities
			activity.RecordHeartbeat(ctx, details)
		}
	})()
	return do()
}

// stallAfter is how long a search may report no progress before it counts as stalled. Matching one
// file of a gigabyte with a slow pattern takes half a minute.
const stallAfter = 2 * time.Minute

// heartbeat records a heartbeat every heartbeatEvery as long as the work has reported progress
// within stallAfter. The answer of the server tells the activity within about two seconds that it
// was cancelled. If the worker crashes or the work stalls, the heartbeats stop, and the server ends
// the attempt after the heartbeat time-out. Safe for concurrent use.
type heartbeat struct {
	mu       sync.Mutex
	details  string
	progress time.Time     // when progress was last reported
	patience time.Duration // stallAfter, except in tests
	stalled  func()        // called once, from a goroutine of the heartbeat, when the work stalls
}

// startHeartbeat records heartbeats until stop is called. A call of heartbeatWhile with the context
// `work` reports progress to `h`.
func startHeartbeat(ctx context.Context) (work context.Context, h *heartbeat, stop func()) {
	h = &heartbeat{progress: time.Now(), patience: stallAfter}
	h.record(ctx)
	return context.WithValue(ctx, heartbeatKey{}, h), h, everySecond(func() { h.record(ctx) })
}

// heartbeatKey is the context key of a heartbeat.
type heartbeatKey struct{}

// describe sets the details of the heartbeats for the work that begins now, and reports progress.
func (h *heartbeat) describe(details string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.details, h.progress = details, time.Now()
}

// ifStalled sets the function that is called once if the work stalls from now on. nil removes the
// function.
func (h *heartbeat) ifStalled(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stalled = do
}

// tick reports progress.
func (h *heartbeat) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.progress = time.Now()
}

// record records a heartbeat or, if the work has stalled, calls the function that ifStalled set.
func (h *heartbeat) record(ctx context.Context) {
	h.mu.Lock()
	details, stalled, alive := h.details, h.stalled, time.Since(h.progress) < h.patience
	if !alive {
		h.stalled = nil
	}
	h.mu.Unlock()
	if alive {
		activity.RecordHeartbeat(ctx, details)
	} else if stalled != nil {
		stalled()
	}
}

// sleep waits for d. It returns the error of ctx if ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
