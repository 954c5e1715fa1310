package activities

import (
	"context"
	"time"
)

// StartSearch is startSearch.
func (l *Limits) StartSearch(ctx context.Context, onWait func()) (running int, done func(), err error) {
	return l.startSearch(ctx, onWait)
}

// Begin is begin for a caller that does nothing while it waits.
func (c *CrashJournal) Begin(ctx context.Context, seriesID string, id int64, suspect bool) (end func(), err error) {
	return c.begin(ctx, seriesID, id, suspect, func() {})
}

// Crash releases the lock and leaves the entries, as the end of a process does.
func (c *CrashJournal) Crash() error { return c.lock.Close() }

// Heartbeat is a heartbeat whose state a test may read.
type Heartbeat struct{ *heartbeat }

// StartHeartbeat is startHeartbeat for work that counts as stalled after patience.
func StartHeartbeat(ctx context.Context, patience time.Duration, stalled func()) (work context.Context, h Heartbeat, stop func()) {
	work, inner, stop := startHeartbeat(ctx)
	inner.mu.Lock()
	inner.patience = patience
	inner.mu.Unlock()
	inner.ifStalled(stalled)
	return work, Heartbeat{inner}, stop
}

// Progress returns when the work last reported progress.
func (h Heartbeat) Progress() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.progress
}

// HeartbeatWhile is heartbeatWhile.
var HeartbeatWhile = heartbeatWhile

// Hosts is hosts with a clock that the test sets.
type Hosts struct {
	hosts
	Now time.Time
}

// Reach is reach with the test's clock.
func (h *Hosts) Reach(ctx context.Context, location string, try func() error) error {
	return h.reach(ctx, location, func() time.Time { return h.Now }, try)
}

// Remembered returns the number of hosts that are remembered as unreachable.
func (h *Hosts) Remembered() int { return len(h.unreachable) }
