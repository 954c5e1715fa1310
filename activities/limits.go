package activities

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/backsight/backsight/telemetry"
)

// Limits bounds the searches of one process: samples settled per second, searches started per
// second, and concurrent searches. Limits may change at any time; a change also applies to waiting
// callers. Safe for concurrent use. Create with NewLimits; the zero value is not usable.
type Limits struct {
	samples  *rate.Limiter
	searches *rate.Limiter

	// Metrics is optional and must be set before the first use.
	Metrics *telemetry.Metrics

	mu            sync.Mutex
	running       int
	maxConcurrent int // concurrent searches; 0 means no limit here: the worker's slots limit them
}

// NewLimits returns limits that allow everything.
func NewLimits() *Limits {
	return &Limits{samples: rate.NewLimiter(rate.Inf, 1), searches: rate.NewLimiter(rate.Inf, 1)}
}

// Set changes the limits. 0 means no limit.
func (l *Limits) Set(samplesPerSecond, searchesPerSecond float64, concurrency int) {
	l.Metrics.SetLimits(samplesPerSecond, searchesPerSecond, concurrency)
	setRate(l.samples, samplesPerSecond)
	setRate(l.searches, searchesPerSecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.maxConcurrent = concurrency
}

func setRate(limiter *rate.Limiter, perSecond float64) {
	if perSecond <= 0 {
		limiter.SetLimit(rate.Inf)
		return
	}
	// The burst covers one second, so that polling every pollEvery does not lower the rate.
	limiter.SetBurst(int(math.Ceil(perSecond)))
	limiter.SetLimit(rate.Limit(perSecond))
}

// pollEvery is how often a waiting caller checks whether it may continue. A caller that reserved a
// time and slept until then would not notice a change of the limits.
const pollEvery = 50 * time.Millisecond

// takeSamples waits until n samples may be settled. It calls onWait while it waits.
func (l *Limits) takeSamples(ctx context.Context, n int, onWait func()) error {
	for range n {
		if err := l.waitFor(ctx, telemetry.LimitSamples, l.samples.Allow, onWait); err != nil {
			return err
		}
	}
	return nil
}

// idle reports whether no search runs.
func (l *Limits) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running == 0
}

// startSearch waits until a search may start, and calls onWait while it waits. `running` is the
// number of searches that run now, including this one. Callers must call `done` when the search has
// ended.
func (l *Limits) startSearch(ctx context.Context, onWait func()) (running int, done func(), err error) {
	acquire := func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.maxConcurrent > 0 && l.running >= l.maxConcurrent {
			return false
		}
		l.running++
		running = l.running
		return true
	}
	if err := l.waitFor(ctx, telemetry.LimitConcurrency, acquire, onWait); err != nil {
		return 0, nil, err
	}
	if err := l.waitFor(ctx, telemetry.LimitSearches, l.searches.Allow, onWait); err != nil {
		l.release()
		return 0, nil, err
	}
	return running, l.release, nil
}

func (l *Limits) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
}

// waitFor calls the function waitFor, and counts the time in the metrics as spent waiting for the
// limit.
func (l *Limits) waitFor(ctx context.Context, limit string, allowed func() bool, onWait func()) error {
	if allowed() { // the usual case, which needs no clock
		return ctx.Err()
	}
	began := time.Now()
	defer func() { l.Metrics.Waited(limit, time.Since(began)) }()
	return waitFor(ctx, allowed, onWait)
}

// waitFor waits until `allowed` returns true or ctx ends. It calls onWait before each pause of
// pollEvery.
func waitFor(ctx context.Context, allowed func() bool, onWait func()) error {
	for !allowed() {
		onWait()
		if err := sleep(ctx, pollEvery); err != nil {
			return err
		}
	}
	return ctx.Err()
}
