package worker

import (
	"context"
	"strconv"
	"strings"

	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows"
)

// Shards are those whose searches a worker takes. The zero Shards are all.
type Shards struct{ only map[int]bool }

// ParseShards reads "0-3,7"; "" is all. Invalid for anything else.
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

// serveShards begins to take searches of the shards that this worker serves and does not yet. It never stops: what was queued while
// there were more shards is still waiting there.
func (r *runner) serveShards(_ context.Context, shards int) error {
	r.shardsMu.Lock()
	defer r.shardsMu.Unlock()
	if r.stopping {
		return nil
	}
	for shard := range max(1, shards) {
		if !r.Shards.has(shard) || r.serving[shard] != nil {
			continue
		}
		w := worker.New(r.Client, workflows.SearchQueueOf(shard), worker.Options{
			DisableWorkflowWorker: true,
			// The searches of all shards share the slots (activities.Limits); those taken beyond them wait, and beat.
			MaxConcurrentActivityExecutionSize: r.Slots,
			MaxHeartbeatThrottleInterval:       heartbeatThrottle,
			WorkerStopTimeout:                  StopTimeout,
			OnFatalError:                       r.fatal,
		})
		w.RegisterActivity(&activities.Search{
			Store: r.Store, Mirrors: r.mirrors, Limits: r.limits, Trials: r.trials, Indexes: r.indexes, Cores: r.Slots, Metrics: r.Metrics,
		})
		if err := w.Start(); err != nil {
			return err
		}
		r.serving[shard] = w
	}
	return nil
}

// stopShards ends what serveShards began, and lets it begin nothing more.
func (r *runner) stopShards() (serving []worker.Worker) {
	r.shardsMu.Lock()
	defer r.shardsMu.Unlock()
	r.stopping = true
	for _, w := range r.serving {
		serving = append(serving, w)
	}
	return serving
}
