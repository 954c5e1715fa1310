package activities

import (
	"context"
	"time"
)

// OwnTrouble reports whether an error is one repository's, which must not fail an activity.
func OwnTrouble(err error) bool { return asRepositoryError(err) != nil }

// StartSearch occupies a search's place.
func (l *Limits) StartSearch(ctx context.Context, beat func()) (running int, done func(), err error) {
	return l.startSearch(ctx, beat)
}

// Begin notes a search.
func (t *Trials) Begin(ctx context.Context, seriesID string, id int64, suspect bool) (end func(), err error) {
	return t.begin(ctx, seriesID, id, suspect, func() {})
}

// Die lets go of the lock, as the end of a process does, and leaves the notes.
func (t *Trials) Die() error { return t.lock.Close() }

// Pulse is what beats while work tells of progress.
type Pulse struct{ *pulse }

// StartPulse starts one that gives the work up when it has told of none for so long.
func StartPulse(ctx context.Context, patience time.Duration, stalled func()) (work context.Context, p Pulse, stop func()) {
	work, inner, stop := startPulse(ctx)
	inner.mu.Lock()
	inner.patience = patience
	inner.mu.Unlock()
	inner.ifStalled(stalled)
	return work, Pulse{inner}, stop
}

// Told is when the work last told of progress.
func (p Pulse) Told() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// BeatWhile waits for git.
var BeatWhile = beatWhile

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
