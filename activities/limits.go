package activities

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/backsight/backsight/telemetry"
)

// Limits bound what the searches of one process take: samples settled per second, searches started per second, searches at
// a time. They may change at any moment, and whoever waits sees the change. The zero value is of no use: NewLimits.
type Limits struct {
	samples  *rate.Limiter
	searches *rate.Limiter

	// Metrics is optional and set before use.
	Metrics *telemetry.Metrics

	mu      sync.Mutex
	running int
	most    int // searches at a time; 0: as many as the worker has slots
}

// NewLimits returns limits that do not limit.
func NewLimits() *Limits {
	return &Limits{samples: rate.NewLimiter(rate.Inf, 1), searches: rate.NewLimiter(rate.Inf, 1)}
}

// Set changes the limits; 0 is no limit.
func (l *Limits) Set(samplesPerSecond, searchesPerSecond float64, concurrency int) {
	l.Metrics.SetLimits(samplesPerSecond, searchesPerSecond, concurrency)
	setRate(l.samples, samplesPerSecond)
	setRate(l.searches, searchesPerSecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = concurrency
}

func setRate(limiter *rate.Limiter, perSecond float64) {
	if perSecond <= 0 {
		limiter.SetLimit(rate.Inf)
		return
	}
	// A burst of a second's worth, so that looking every lookAgain does not lower the rate.
	limiter.SetBurst(int(math.Ceil(perSecond)))
	limiter.SetLimit(rate.Limit(perSecond))
}

// lookAgain is how often one who waits looks whether it may go on: a waiter with a reservation would sleep through a
// change of the limits.
const lookAgain = 50 * time.Millisecond

// takeSamples waits until n samples may be settled. beat is called while it waits.
func (l *Limits) takeSamples(ctx context.Context, n int, beat func()) error {
	for range n {
		if err := l.waitFor(ctx, telemetry.LimitSamples, l.samples.Allow, beat); err != nil {
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

// startSearch waits until a search may start. running is how many do now, this one included. The caller calls done when
// it has ended.
func (l *Limits) startSearch(ctx context.Context, beat func()) (running int, done func(), err error) {
	occupy := func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.most > 0 && l.running >= l.most {
			return false
		}
		l.running++
		running = l.running
		return true
	}
	if err := l.waitFor(ctx, telemetry.LimitConcurrency, occupy, beat); err != nil {
		return 0, nil, err
	}
	if err := l.waitFor(ctx, telemetry.LimitSearches, l.searches.Allow, beat); err != nil {
		l.vacate()
		return 0, nil, err
	}
	return running, l.vacate, nil
}

func (l *Limits) vacate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
}

// waitFor is the function waitFor that counts the time as waited for a limit.
func (l *Limits) waitFor(ctx context.Context, limit string, allowed func() bool, beat func()) error {
	if allowed() { // mostly, and without a look at the clock
		return ctx.Err()
	}
	began := time.Now()
	defer func() { l.Metrics.Waited(limit, time.Since(began)) }()
	return waitFor(ctx, allowed, beat)
}

func waitFor(ctx context.Context, allowed func() bool, beat func()) error {
	for !allowed() {
		beat()
		if err := pause(ctx, lookAgain); err != nil {
			return err
		}
	}
	return ctx.Err()
}
