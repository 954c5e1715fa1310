package api

import (
	"sync"
	"time"

	"github.com/backsight/backsight/insights"
)

// The window over which a rate is estimated, the shortest span that yields a rate, and the minimum
// time between two kept observations.
const (
	rateWindow   = 30 * time.Second
	rateSpan     = time.Second
	rateDistance = 250 * time.Millisecond
)

// rateEstimator estimates how fast series progress from the tallies that this process reads: two
// reads of a series, at least one and at most 30 seconds apart, yield a rate. It keeps about 120
// observations of a series, and none of a series that was not read for 30 seconds. Safe for
// concurrent use. Create with newRateEstimator.
type rateEstimator struct {
	now func() time.Time

	mu     sync.Mutex
	series map[string][]observation // oldest first
}

type observation struct {
	at            time.Time
	planned, done int64
}

func newRateEstimator(now func() time.Time) *rateEstimator {
	return &rateEstimator{now: now, series: map[string][]observation{}}
}

// observe records a series' tally. It returns the samples ended per second over the last 30 seconds
// and the seconds until nothing is pending at this rate. Both are 0 while nothing is pending, no
// sample has ended in that time, or the observations span less than a second. A change of the
// planned number drops earlier observations, and so does a retry, which makes ended samples pending
// again. So there is no rate while a plan is being written: samples that end without a search say
// nothing about the duration of searches.
func (e *rateEstimator) observe(id string, c insights.Completeness) (rate, eta float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	e.forget(now)
	seen := e.series[id]
	if n := len(seen); n > 0 && (seen[n-1].planned != c.Planned || seen[n-1].done > c.Done()) {
		seen = nil // another plan
	}
	for len(seen) > 0 && now.Sub(seen[0].at) > rateWindow {
		seen = seen[1:]
	}
	if c.Pending == 0 {
		delete(e.series, id)
		return 0, 0
	}
	current := observation{at: now, planned: c.Planned, done: c.Done()}
	if n := len(seen); n == 0 || now.Sub(seen[n-1].at) >= rateDistance {
		seen = append(seen, current)
	}
	e.series[id] = seen
	span := now.Sub(seen[0].at)
	if span < rateSpan || current.done == seen[0].done {
		return 0, 0
	}
	rate = float64(current.done-seen[0].done) / span.Seconds()
	return rate, float64(c.Pending) / rate
}

// forget drops series that were not observed within the window.
func (e *rateEstimator) forget(now time.Time) {
	for id, seen := range e.series {
		if now.Sub(seen[len(seen)-1].at) > rateWindow {
			delete(e.series, id)
		}
	}
}
