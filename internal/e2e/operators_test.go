package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestOperatorsChangeThePast extends an insight, cancels the extension half-way, retries the
// cancelled samples, kills the worker during the retry, and finally retries all samples. The values
// must equal git's counts.
func TestOperatorsChangeThePast(t *testing.T) {
	t.Parallel()
	root := writeRepositories(t, 12, 40)
	s := newStack(t, root)
	s.start(t)
	set := func(key, value string) {
		require.NoError(t, s.graphql(`mutation($k: String!, $v: String!) { updateSetting(key: $k, value: $v) { key } }`, map[string]any{"k": key, "v": value}, &struct{}{}))
	}
	// With one child workflow per repository and a low rate, the test can act before the work is
	// done.
	set("backsight.repository.batchCost", "0")
	set("insights.historical.worker.rateLimit", "12")
	created, exit := s.create(t, "--title", "TODOs", "--query", "TODO case:yes", "--every", "1month", "--points", "4", "--wait")
	require.Zero(t, exit)
	before := s.samples(t, created.ID)
	require.Len(t, before, 12*4)

	series := func(args ...string) {
		t.Helper()
		out, exit := s.run(t, append([]string{"series"}, args...)...)
		require.Zero(t, exit, out)
	}
	until := func(what string, reached func(tally) bool) tally {
		t.Helper()
		deadline := time.Now().Add(2 * time.Minute)
		for time.Now().Before(deadline) {
			ledger, workflow, err := s.completeness(created.ID)
			if err == nil { // while a part is down, the next poll may succeed
				ledger.requireConsistent(t)
				// The two tallies are read one after the other, so they are equal only when nothing
				// is being written.
				if reached(ledger) && (ledger.Pending > 0 || workflow != nil && *workflow == ledger) {
					return ledger
				}
			}
			time.Sleep(50 * time.Millisecond) // between polls of a server, not for synchronisation
		}
		require.FailNow(t, "not reached: "+what)
		return tally{}
	}
	ended := func(c tally) bool { return c.Pending == 0 && c.Planned == 12*12 }

	// An even lower rate, because on a busy machine the command that cancels takes seconds.
	set("insights.historical.worker.rateLimit", "3")
	series("extend", created.ID, "--points", "12")
	deadline := time.Now().Add(2 * time.Minute)
	for {
		ledger, _, err := s.completeness(created.ID)
		if err == nil && ledger.Planned == 12*12 && ledger.Counted > 12*4 {
			require.NotZero(t, ledger.Pending, "the extension was done before it could be cancelled")
			break
		}
		require.Less(t, time.Now(), deadline, "the extension did not begin")
		time.Sleep(20 * time.Millisecond)
	}
	series("cancel", created.ID, "--reason", "end-to-end test")
	cancelled := until("the end of the cancelled extension", ended)
	require.NotZero(t, cancelled.Failed)
	var told struct {
		InsightSeries struct {
			Reasons []struct{ ReasonCode, Example string }
		}
	}
	require.NoError(t, s.graphql(`query($id: ID!) { insightSeries(id: $id) { reasons { reasonCode example } } }`, map[string]any{"id": created.Series[0]}, &told))
	require.Len(t, told.InsightSeries.Reasons, 1)
	require.Equal(t, "cancelled", told.InsightSeries.Reasons[0].ReasonCode)
	require.Contains(t, told.InsightSeries.Reasons[0].Example, "end-to-end test")

	series("retry", created.ID)
	until("the middle of the retry", func(c tally) bool { return c.Pending > 0 && c.Pending < cancelled.Failed })
	s.kill(t, "backsight", "worker")
	set("insights.historical.worker.rateLimit", "0")
	end := until("the end of the retry", ended)
	require.Zero(t, end.Failed+end.Partial, "%+v", end)

	series("retry", created.ID, "--all")
	series("trigger", created.ID)
	var doing struct {
		InsightSeries struct{ Workflow *struct{ State string } }
	}
	require.Eventually(t, func() bool { // a series with a waiting command is not asleep
		err := s.graphql(`query($id: ID!) { insightSeries(id: $id) { workflow { state } } }`, map[string]any{"id": created.Series[0]}, &doing)
		return err == nil && doing.InsightSeries.Workflow != nil && doing.InsightSeries.Workflow.State == "SLEEPING"
	}, 2*time.Minute, 50*time.Millisecond)
	require.Equal(t, end, until("the end of the retry of all", ended))
	got := s.samples(t, created.ID)
	require.Len(t, got, 12*12)
	requireTruth(t, root, got, "")
	chart := s.points(t, created.ID)
	require.Len(t, chart, 12)
	_, exit = s.run(t, "series", "extend", created.ID, "--points", "3")
	require.NotZero(t, exit, "a series cannot be shortened")
}
