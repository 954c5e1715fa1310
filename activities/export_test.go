package activities

import (
	"context"
	"time"
)

// StartSearch occupies a search's place.
func (l *Limits) StartSearch(ctx context.Context, beat func()) (running int, done func(), err error) {
	return l.startSearch(ctx, beat)
}

// Begin records the begin of a search.
func (c *CrashJournal) Begin(ctx context.Context, seriesID string, id int64, suspect bool) (end func(), err error) {
	return c.begin(ctx, seriesID, id, suspect, func() {})
}

// Crash releases the lock, as the end of a process does, and leaves the entries.
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

// Progress is when the work last reported progress.
func (h Heartbeat) Progress() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.progress
}

// HeartbeatWhile is heartbeatWhile.
var HeartbeatWhile = heartbeatWhile

// Hosts remembers which hosts are away, by a clock of the test.
type Hosts struct {
	hosts
	Now time.Time
}

// Reach asks the host of a location.
func (h *Hosts) Reach(ctx context.Context, location string, try func() error) error {
	return h.reach(ctx, location, func() time.Time { return h.Now }, try)
}

// Remembered is how many hosts are.
func (h *Hosts) Remembered() int { return len(h.away) }
