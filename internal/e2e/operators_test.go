package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An operator extends an insight, changes their mind in the middle, and takes it up again; the worker dies on the way. The end is the truth.
func TestOperatorsChangeThePast(t *testing.T) {
	t.Parallel()
	root := writeRepositories(t, 12, 40)
	s := newStack(t, root)
	s.start(t)
	set := func(key, value string) {
		require.NoError(t, s.graphql(`mutation($k: String!, $v: String!) { updateSetting(key: $k, value: $v) { key } }`, map[string]any{"k": key, "v": value}, &struct{}{}))
	}
	// One child for each repository, few frames a second: there is a middle.
	set("backsight.repository.batchCost", "0")
	set("insights.historical.worker.rateLimit", "12")
	created, exit := s.create(t, "--title", "TODOs", "--query", "TODO case:yes", "--every", "1month", "--points", "4", "--wait")
	require.Zero(t, exit)
	before := s.samples(t, created.ID)
	require.Len(t, before, 12*4)

	order := func(args ...string) {
		t.Helper()
		out, exit := s.run(t, append([]string{"series"}, args...)...)
		require.Zero(t, exit, out)
	}
	until := func(what string, reached func(tally) bool) tally {
		t.Helper()
		deadline := time.Now().Add(2 * time.Minute)
		for time.Now().Before(deadline) {
			ledger, workflow, err := s.completeness(created.ID)
			if err == nil { // a part that is down is asked again
				ledger.requireConsistent(t)
				// The ledger's and the workflow's are read one after the other: equal where nothing is written.
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

	order("extend", created.ID, "--points", "12")
	deadline := time.Now().Add(2 * time.Minute)
	for {
		ledger, _, err := s.completeness(created.ID)
		if err == nil && ledger.Planned == 12*12 && ledger.Counted > 12*4 {
			require.NotZero(t, ledger.Pending, "the cancel comes too late to prove anything")
			break
		}
		require.Less(t, time.Now(), deadline, "the extension does not begin")
		time.Sleep(20 * time.Millisecond)
	}
	order("cancel", created.ID, "--reason", "end-to-end test")
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

	order("retry", created.ID)
	until("the middle of the retry", func(c tally) bool { return c.Pending > 0 && c.Pending < cancelled.Failed })
	s.kill(t, "backsight", "worker")
	set("insights.historical.worker.rateLimit", "0")
	end := until("the end of the retry", ended)
	require.Zero(t, end.Failed+end.Partial, "%+v", end)

	order("retry", created.ID, "--all")
	order("trigger", created.ID)
	var doing struct {
		InsightSeries struct{ Workflow *struct{ State string } }
	}
	require.Eventually(t, func() bool { // an order that waits is no sleep
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
	require.NotZero(t, exit, "a series does not get shorter")
}
