package activities

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

// hosts remembers which hosts of remotes are unreachable, so that tens of thousands of repositories
// do not each wait for the same host. While a host is unreachable, one of its repositories tries to
// reach it every 5 seconds to 1 minute, and requests for the other ones fail immediately. The host
// counts as reachable again when an attempt ends in any other way than with a failure to connect,
// for example when the host refuses a login. Each process has a record of its own. The zero value
// is ready to use.
type hosts struct {
	mu          sync.Mutex
	unreachable map[string]*unreachableHost // by gitrepo.Host; at most maxUnreachable
}

// unreachableHost is a host that could not be connected to.
type unreachableHost struct {
	since, until time.Time // until: no caller may try the host before this time
	wait         time.Duration
}

const (
	// minWait and maxWait bound the wait between two attempts at an unreachable host.
	minWait = 5 * time.Second
	maxWait = time.Minute
	// maxUnreachable is the number of hosts that are remembered. Each repository of any further
	// host tries its host itself.
	maxUnreachable = 1000
)

// reach calls the function try, which connects to the host of the location. If the host is known to
// be unreachable and no new attempt is due, reach returns an error instead. `now` is the clock.
func (h *hosts) reach(ctx context.Context, location string, now func() time.Time, try func() error) error {
	host := gitrepo.Host(location)
	if host == "" {
		return try()
	}
	if err := h.allow(host, now()); err != nil {
		return err
	}
	err := try()
	if ctx.Err() == nil { // a cancelled attempt does not show whether the host is reachable
		h.record(host, now(), err)
	}
	return err
}

// allow returns an error while the host is unreachable and may not be tried. When a caller may try,
// the next one may try after the wait, even if the first attempt still runs: a clone that runs for
// an hour blocks other repositories no longer than a clone that fails does.
func (h *hosts) allow(host string, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.unreachable[host]
	if known == nil {
		return nil
	}
	if now.Before(known.until) {
		return insights.Errorf(insights.Unavailable, "%s: the host has been unreachable since %s; a request may try it again after at most %s", host, known.since.UTC().Format(time.RFC3339), maxWait)
	}
	known.wait = min(2*known.wait, maxWait)
	known.until = now.Add(known.wait)
	return nil
}

// record records how an attempt ended.
func (h *hosts) record(host string, now time.Time, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !gitrepo.Unreachable(err) {
		delete(h.unreachable, host)
		return
	}
	if h.unreachable[host] != nil {
		return
	}
	if len(h.unreachable) >= maxUnreachable {
		maps.DeleteFunc(h.unreachable, func(_ string, a *unreachableHost) bool { return now.After(a.until) })
	}
	if h.unreachable == nil {
		h.unreachable = map[string]*unreachableHost{}
	}
	if len(h.unreachable) < maxUnreachable {
		h.unreachable[host] = &unreachableHost{since: now, wait: minWait, until: now.Add(minWait)}
	}
}
