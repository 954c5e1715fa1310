package worker

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// Shards are the shards whose searches and syncs a worker runs. The zero Shards are all shards.
type Shards struct{ only map[int]bool }

// ParseShards reads a list such as "0-3,7"; "" means all. It returns an Invalid error for any other
// text.
func ParseShards(text string) (Shards, error) {
	if text == "" {
		return Shards{}, nil
	}
	s := Shards{only: map[int]bool{}}
	for part := range strings.SplitSeq(text, ",") {
		from, through, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			through = from
		}
		first, err := strconv.Atoi(from)
		last, lastErr := strconv.Atoi(through)
		if err != nil || lastErr != nil || first < 0 || last < first || last >= store.MaxShards {
			return s, insights.Errorf(insights.Invalid, "shards %q: write numbers from 0 to %d and ranges of them, such as 0-3 or 0,2,5-7", text, store.MaxShards-1)
		}
		for i := first; i <= last; i++ {
			s.only[i] = true
		}
	}
	return s, nil
}

func (s Shards) has(shard int) bool { return s.only == nil || s.only[shard] }

// serveShards starts workers for the queues of those shards that belong to this process and are not
// served yet. It never stops serving a shard, because activities may still wait in the queues of
// shards that a smaller setting has removed.
func (r *runner) serveShards(shards int) error {
	r.shardsMu.Lock()
	defer r.shardsMu.Unlock()
	if r.stopping {
		return nil
	}
	for shard := range max(1, shards) {
		if !r.Shards.has(shard) {
			continue
		}
		// The searches of all shards share the slots (activities.Limits). Searches beyond the slots
		// wait and record heartbeats.
		if err := r.serve(contract.SearchQueueOf(shard), r.Slots, &activities.Search{
			Store: r.Store, Mirrors: r.mirrors, Limits: r.limits, Journal: r.journal, Indexes: r.indexes, Cores: r.Slots, Metrics: r.Metrics,
		}); err != nil {
			return err
		}
		// At most 4, because code hosts may refuse more connections from one address. One
		// SyncWorkflow has only a few activities in flight, in all shards together.
		if err := r.serve(contract.SyncQueueOf(shard), 4, r.sync()); err != nil {
			return err
		}
	}
	return nil
}

// serve runs the activities of a queue. Idempotent.
func (r *runner) serve(queue string, atATime int, activity any) error {
	if r.serving[queue] != nil {
		return nil
	}
	w := worker.New(r.Client, queue, worker.Options{
		DisableWorkflowWorker:              true,
		MaxConcurrentActivityExecutionSize: atATime,
		MaxHeartbeatThrottleInterval:       heartbeatThrottle,
		WorkerStopTimeout:                  StopTimeout,
		OnFatalError:                       r.fatal,
	})
	w.RegisterActivity(activity)
	if err := w.Start(); err != nil {
		return err
	}
	r.serving[queue] = w
	return nil
}

// stopShards returns the workers that serveShards started, and prevents it from starting more.
func (r *runner) stopShards() []worker.Worker {
	r.shardsMu.Lock()
	defer r.shardsMu.Unlock()
	r.stopping = true
	return slices.Collect(maps.Values(r.serving))
}
