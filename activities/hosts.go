package activities

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

// hosts remembers which hosts of remotes are away, so that tens of thousands of repositories do not each find out: while one is away, a
// single repository at a time tries it, and the others have its trouble at once. Any answer of the host, a refusal too, ends that. Each
// process remembers for itself. The zero value knows of none.
type hosts struct {
	mu   sync.Mutex
	away map[string]*awayHost // by gitrepo.Host; at most maxAway
}

// awayHost is a host at which nobody was found.
type awayHost struct {
	since, until time.Time // until then nobody else tries it
	wait         time.Duration
}

const (
	// firstAway and longestAway bound how long a host is not tried that was away.
	firstAway   = 5 * time.Second
	longestAway = time.Minute
	// maxAway is how many hosts are remembered at a time. What is beyond is tried by each repository.
	maxAway = 1000
)

// reach calls try, which asks the host of the location, unless that is away: then the error says so. now is the clock.
func (h *hosts) reach(ctx context.Context, location string, now func() time.Time, try func() error) error {
	host := gitrepo.Host(location)
	if host == "" {
		return try()
	}
	if err := h.enter(host, now()); err != nil {
		return err
	}
	err := try()
	if ctx.Err() == nil { // one that was interrupted tells nothing of the host
		h.leave(host, now(), err)
	}
	return err
}

// enter is an error while the host is away and not to be tried. Who is let in has a time for itself: a clone that goes on for an hour
// keeps nobody away for longer than one that fails.
func (h *hosts) enter(host string, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.away[host]
	if known == nil {
		return nil
	}
	if now.Before(known.until) {
		return insights.Errorf(insights.Unavailable, "%s: nobody is found there since %s: it is tried again within %s", host, known.since.UTC().Format(time.RFC3339), longestAway)
	}
	known.wait = min(2*known.wait, longestAway)
	known.until = now.Add(known.wait)
	return nil
}

// leave notes how an attempt ended.
func (h *hosts) leave(host string, now time.Time, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !gitrepo.Unreachable(err) {
		delete(h.away, host)
		return
	}
	if h.away[host] != nil {
		return
	}
	if len(h.away) >= maxAway {
		maps.DeleteFunc(h.away, func(_ string, a *awayHost) bool { return now.After(a.until) })
	}
	if h.away == nil {
		h.away = map[string]*awayHost{}
	}
	if len(h.away) < maxAway {
		h.away[host] = &awayHost{since: now, wait: firstAway, until: now.Add(firstAway)}
	}
}
