package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// Intervals between reads of the ledger and between queries of the workflows while there are
// subscribers. A workflow query costs a round trip to a worker, and states change rarely.
const (
	ledgerInterval = 250 * time.Millisecond
	stateInterval  = 2 * time.Second
)

// maxWatched is the maximum number of insights of one stream.
const maxWatched = 200

// progressHub reads the progress of all watched series once for all subscribers. Its two goroutines
// run while there are subscribers. When the last subscriber leaves, the hub stops them and waits
// until they have ended.
type progressHub struct {
	r *resolver

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	stop     func() // stops the goroutines and waits; nil when they do not run

	states map[string]generated.SeriesWorkflowState // the latest known state, by id of the series

	away atomic.Bool // whether the last read of the ledger failed
}

// watcher is one subscriber. Its slot holds, for each insight, only the latest progress that the
// subscriber has not received yet, so a slow client skips states and does not delay other
// subscribers.
type watcher struct {
	who   store.Viewer
	views map[string][]string // view id → series ids
	seen  map[string]string   // view id → fingerprint of the progress that was last put into slot
	slot  map[string]*generated.InsightProgress
	wake  chan struct{} // has a value when slot has new progress; capacity 1
}

func newProgressHub(r *resolver) *progressHub {
	return &progressHub{r: r, watchers: map[*watcher]struct{}{}, states: map[string]generated.SeriesWorkflowState{}}
}

// InsightProgress streams the progress of insights: first the current progress of each, then the
// newest after a change, at most four times a second for one insight. The stream ends when ctx is
// done.
func (r *subscriptionResolver) InsightProgress(ctx context.Context, ids []string) (<-chan *generated.InsightProgress, error) {
	if len(ids) == 0 || len(ids) > maxWatched {
		return nil, insights.Errorf(insights.Invalid, "ids: give between 1 and %d insights", maxWatched)
	}
	who := viewer(ctx)
	if who.Admin {
		who = store.Administrator
	}
	w := &watcher{who: who, views: map[string][]string{}, seen: map[string]string{}, slot: map[string]*generated.InsightProgress{}, wake: make(chan struct{}, 1)}
	for _, id := range ids {
		view, err := r.config.Store.Views.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		w.views[id] = []string{}
		for _, s := range view.Series {
			w.views[id] = append(w.views[id], s.ID)
		}
	}
	out := make(chan *generated.InsightProgress)
	leave := r.progress.join(ctx, w)
	go func() {
		defer close(out)
		defer leave()
		version := 0
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.wake:
			}
			for _, next := range r.progress.take(w) {
				version++
				next.Version = version
				select {
				case <-ctx.Done():
					return
				case out <- next:
				}
			}
		}
	}()
	return out, nil
}

// join adds a watcher and starts the readers if it is the first. The caller must call leave, which
// removes the watcher.
func (h *progressHub) join(ctx context.Context, w *watcher) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers[w] = struct{}{}
	if h.stop == nil {
		// The readers must outlive the request that starts them, because later watchers need them
		// too.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		var running sync.WaitGroup
		running.Go(func() { every(ctx, ledgerInterval, h.readLedger) })
		running.Go(func() { every(ctx, stateInterval, h.readStates) })
		h.stop = func() { cancel(); running.Wait() }
	}
	return func() {
		h.mu.Lock()
		delete(h.watchers, w)
		var stop func()
		if len(h.watchers) == 0 {
			stop, h.stop = h.stop, nil
			clear(h.states)
		}
		h.mu.Unlock()
		if stop != nil {
			stop()
		}
	}
}

// every calls f immediately and then at each interval until ctx is done.
func every(ctx context.Context, interval time.Duration, f func(context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		f(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// take empties a watcher's slot and returns what it held, sorted by view id.
func (h *progressHub) take(w *watcher) []*generated.InsightProgress {
	h.mu.Lock()
	defer h.mu.Unlock()
	var next []*generated.InsightProgress
	for _, id := range slices.Sorted(maps.Keys(w.slot)) {
		next = append(next, w.slot[id])
	}
	clear(w.slot)
	return next
}

// viewers returns those who watch. All administrators are one viewer.
func (h *progressHub) viewers() []store.Viewer {
	h.mu.Lock()
	defer h.mu.Unlock()
	set := map[store.Viewer]bool{}
	for w := range h.watchers {
		set[w.who] = true
	}
	return slices.Collect(maps.Keys(set))
}

// watched returns the ids of all watched series, sorted.
func (h *progressHub) watched() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	set := map[string]bool{}
	for w := range h.watchers {
		for _, ids := range w.views {
			for _, id := range ids {
				set[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// readLedger reads the tallies of all watched series once for each viewer, and puts changes into
// the watchers' slots. While the database does not answer, streams send nothing.
func (h *progressHub) readLedger(ctx context.Context) {
	watched := h.watched()
	if len(watched) == 0 {
		return // the last watcher is leaving
	}
	measured := map[store.Viewer]map[string]*generated.Completeness{}
	for _, who := range h.viewers() {
		of, partly, err := h.r.config.Store.Samples.VisibleCompleteness(ctx, watched, who)
		if err != nil {
			if ctx.Err() == nil && !h.away.Swap(true) { // logged once, not four times a second
				h.r.config.Logger.WarnContext(ctx, "progress: reading the ledger failed; retrying until it succeeds", "error", err)
			}
			return
		}
		measured[who] = map[string]*generated.Completeness{}
		for id := range of {
			measured[who][id] = h.r.measured(id, seriesTallies{of, partly})
		}
	}
	h.away.Store(false)
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		if measured[w.who] == nil {
			continue // it joined just now
		}
		for view, ids := range w.views {
			progress := &generated.InsightProgress{ID: view, Series: make([]*generated.SeriesProgress, len(ids))}
			for i, id := range ids {
				c := measured[w.who][id]
				if c == nil {
					c = tallyModel(insights.Completeness{})
				}
				progress.Series[i] = &generated.SeriesProgress{SeriesID: id, Completeness: c}
				if state, ok := h.states[id]; ok {
					progress.Series[i].State = &state
				}
			}
			if mark := fingerprint(progress); mark != w.seen[view] {
				w.seen[view], w.slot[view] = mark, progress
				select {
				case w.wake <- struct{}{}:
				default: // a wake-up is pending already
				}
			}
		}
	}
}

// readStates queries the states of all watched series' workflows. It drops the state of a series
// whose workflow does not answer.
func (h *progressHub) readStates(ctx context.Context) {
	all := h.r.statuses(ctx, h.watched())
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, status := range all {
		if status == nil {
			delete(h.states, id)
		} else {
			h.states[id] = stateModel(status.State)
		}
	}
}

// fingerprint returns a text that is equal for equal progress. It leaves out the rate, which falls
// while nothing else changes; such a change alone must not send a message.
func fingerprint(p *generated.InsightProgress) string {
	mark := ""
	for _, s := range p.Series {
		state := ""
		if s.State != nil {
			state = string(*s.State)
		}
		c := s.Completeness
		mark += fmt.Sprintln(s.SeriesID, state, c.Planned, c.Counted, c.Reused, c.Absent, c.Partial, c.Failed, c.Pending)
	}
	return mark
}
