package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// stopped runs a series until the circuit breaker pauses it. An hour later it reads the status,
// repairs what was broken and sends the message. It returns the input of the next run.
func stopped(t *testing.T, ledger *fakeLedger, in machine.Series, now time.Time, message string) (machine.Series, time.Time, contract.Status) {
	t.Helper()
	for range 20 {
		r := newRun(t, ledger, now)
		var seen contract.Status
		r.env.RegisterDelayedCallback(func() {
			seen = r.status()
			ledger.mu.Lock()
			defer ledger.mu.Unlock()
			ledger.broken = nil // the host is back
			r.env.SignalWorkflow(message, contract.Command{})
		}, time.Hour)
		in = r.untilNext(in)
		now = r.env.Now()
		if seen.State == contract.Paused {
			return in, now, seen
		}
		require.NotNil(t, in.State.Current, "it was not stopped")
	}
	t.Fatal("it was not stopped")
	return in, now, contract.Status{}
}

func TestSeriesThatOnlyFailsStopsItself(t *testing.T) {
	t.Parallel()
	ledger := newLedger(100)
	ledger.perPage, ledger.perBatch, ledger.window = 100, 2, 4
	ledger.broken = func(int64) bool { return true }
	in, now, seen := stopped(t, ledger, seriesInput(), anchor.Add(time.Minute), contract.Resume)
	require.True(t, seen.Paused.Breaker)
	require.Contains(t, seen.Paused.Reason, "all searches fail: fetch failed, ")
	require.Contains(t, seen.Paused.Reason, "no route to host")
	require.GreaterOrEqual(t, seen.Completeness.Failed, int64(50))
	require.Less(t, seen.Completeness.Failed, int64(150), "searches in flight may have ended, and no more")
	require.Equal(t, insights.Completeness{Planned: 300, Failed: seen.Completeness.Failed, Pending: 300 - seen.Completeness.Failed}, seen.Completeness)
	require.Nil(t, in.State.Paused, "resumed")

	// Pending samples are searched, and a retry computes the failed ones again.
	for in.State.Current != nil {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
	}
	require.Equal(t, int64(0), in.State.Tally.Pending)
	require.Equal(t, ledger.now(), in.State.Tally)
	require.Positive(t, in.State.Tally.Failed)
	in = newRun(t, ledger, now).after(time.Second*30, in, contract.Retry, contract.Command{})
	require.Equal(t, insights.Completeness{Planned: 300, Counted: 300}, in.State.Tally)
}

func TestRetryLiftsTheBreakerToo(t *testing.T) {
	t.Parallel()
	ledger := newLedger(100)
	ledger.perPage, ledger.perBatch = 100, 2
	ledger.broken = func(int64) bool { return true }
	in, now, _ := stopped(t, ledger, seriesInput(), anchor.Add(time.Minute), contract.Retry)
	require.Nil(t, in.State.Paused)
	for in.State.Current != nil || len(in.State.Waiting) > 0 {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
	}
	require.Equal(t, insights.Completeness{Planned: 300, Counted: 300}, in.State.Tally)
}

// If a host becomes unreachable during a backfill, the circuit breaker pauses the series after
// three pages.
func TestSeriesThatFailsFromSomewhereOnStopsItself(t *testing.T) {
	t.Parallel()
	ledger := newLedger(200)
	ledger.perPage, ledger.perBatch = 20, 2
	ledger.broken = func(repository int64) bool { return repository > 30 }
	_, _, seen := stopped(t, ledger, seriesInput(), anchor.Add(time.Minute), contract.Resume)
	require.True(t, seen.Paused.Breaker)
	require.Equal(t, insights.Completeness{Planned: 600, Counted: 90, Failed: 210, Pending: 300}, seen.Completeness, "pages 3, 4 and 5 failed completely")
	require.Equal(t, []int64{41, 100}, []int64{ledger.asked[0].From, ledger.asked[0].Through})
}

// A few broken repositories, or many broken ones among others that work, do not pause a series.
func TestBreakerLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(int64) bool{
		"the first few": func(id int64) bool { return id < 5 },
		"half of them":  func(id int64) bool { return id%2 == 0 },
		"none":          nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := newLedger(60)
			ledger.perPage, ledger.perBatch = 20, 2
			ledger.broken = broken
			in, _ := backfilled(t, ledger, seriesInput())
			require.Nil(t, in.State.Paused)
			require.LessOrEqual(t, len(ledger.asked), 1)
		})
	}
}
