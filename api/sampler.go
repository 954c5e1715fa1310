package api

import (
	"sync"
	"time"

	"github.com/backsight/backsight/insights"
)

// The window over which a rate is measured, the shortest span that gives one, and the distance of observations kept.
const (
	rateWindow   = 30 * time.Second
	rateSpan     = time.Second
	rateDistance = 250 * time.Millisecond
)

// sampler measures how fast series progress from the tallies that pass through this process: whoever looks at a series
// twice within half a minute learns its rate. It keeps at most 120 observations of a series that is looked at, and
// nothing of one that is not. Safe for concurrent use.
type sampler struct {
	now func() time.Time

	mu     sync.Mutex
	series map[string][]observation // oldest first
}

type observation struct {
	at            time.Time
	planned, done int64
}

func newSampler(now func() time.Time) *sampler {
	return &sampler{now: now, series: map[string][]observation{}}
}

// observe notes a series' tally and returns the samples ended per second over the last half minute and the seconds that
// what is pending takes at this rate. Both are 0 while nothing is pending, nothing moves or too little was seen. While a
// plan is still being written there is no rate: what the plan itself settles says nothing of how long searches take.
func (s *sampler) observe(id string, c insights.Completeness) (rate, eta float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.forget(now)
	seen := s.series[id]
	if n := len(seen); n > 0 && (seen[n-1].planned != c.Planned || seen[n-1].done > c.Done()) {
		seen = nil // another plan
	}
	for len(seen) > 0 && now.Sub(seen[0].at) > rateWindow {
		seen = seen[1:]
	}
	if c.Pending == 0 {
		delete(s.series, id)
		return 0, 0
	}
	current := observation{at: now, planned: c.Planned, done: c.Done()}
	if n := len(seen); n == 0 || now.Sub(seen[n-1].at) >= rateDistance {
		seen = append(seen, current)
	}
	s.series[id] = seen
	span := now.Sub(seen[0].at)
	if span < rateSpan || current.done == seen[0].done {
		return 0, 0
	}
	rate = float64(current.done-seen[0].done) / span.Seconds()
	return rate, float64(c.Pending) / rate
}

// forget drops series that nobody has looked at within the window.
func (s *sampler) forget(now time.Time) {
	for id, seen := range s.series {
		if now.Sub(seen[len(seen)-1].at) > rateWindow {
			delete(s.series, id)
		}
	}
}
