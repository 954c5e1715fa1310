package e2e

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// Every part is killed with SIGKILL, one after the other, in the middle of a backfill, and at last the whole of it; the end is the
// same as that of an undisturbed run, and the tally never contradicts itself on the way.
func TestSurvivesTheDeathOfEveryPart(t *testing.T) {
	t.Parallel()
	root := writeRepositories(t, 40, 30)
	s := newStack(t, root)
	s.start(t)
	insightArgs := []string{"--query", "TODO case:yes", "--every", "1month", "--points", "12"}

	// Slow enough for every death to fall into the middle: one child for each repository, few frames a second.
	for key, value := range map[string]string{"insights.historical.worker.rateLimit": "40", "backsight.repository.batchCost": "0"} {
		require.NoError(t, s.graphql(`mutation($k: String!, $v: String!) { updateSetting(key: $k, value: $v) { key } }`, map[string]any{"k": key, "v": value}, &struct{}{}))
	}
	disturbed, _ := s.create(t, append([]string{"--title", "disturbed"}, insightArgs...)...)

	polls := 0
	poll := func() (tally, bool) {
		ledger, workflow, err := s.completeness(disturbed.ID)
		if err != nil {
			return tally{}, false // a part is down; the next poll tells
		}
		polls++
		ledger.requireConsistent(t)
		if workflow != nil {
			workflow.requireConsistent(t)
		}
		return ledger, ledger.Planned > 0
	}
	waitFor := func(what string, reached func(tally) bool) tally {
		t.Helper()
		deadline := time.Now().Add(4 * time.Minute)
		for time.Now().Before(deadline) {
			if c, ok := poll(); ok && reached(c) {
				return c
			}
			time.Sleep(50 * time.Millisecond) // between polls of a server, not for synchronisation
		}
		require.FailNow(t, "not reached: "+what)
		return tally{}
	}
	goesOn := func(after int64) func(tally) bool {
		return func(c tally) bool { return c.Planned-c.Pending > after || c.Pending == 0 }
	}

	middle := 0
	for _, victim := range [][]string{{"backsight", "worker"}, {"temporal", "start-dev"}, {"postgres", "-D"}} {
		c := waitFor("samples before the death of "+victim[0], func(c tally) bool { return c.Planned-c.Pending > 0 })
		if c.Pending > 0 {
			middle++
		}
		s.kill(t, victim...)
		waitFor("samples after the death of "+victim[0], goesOn(c.Planned-c.Pending))
	}
	require.Equal(t, 3, middle, "every death fell into the middle of the backfill")

	// The parent of all dies too, and a second start goes on.
	require.NoError(t, s.cmd.Process.Kill())
	<-s.ended
	s.start(t)
	require.NoError(t, s.graphql(`mutation($k: String!, $v: String!) { updateSetting(key: $k, value: $v) { key } }`, map[string]any{"k": "insights.historical.worker.rateLimit", "v": "0"}, &struct{}{}))
	end := waitFor("the end", func(c tally) bool { return c.Pending == 0 })
	require.Zero(t, end.Failed+end.Partial, "%+v", end)
	require.Eventually(t, func() bool {
		ledger, workflow, err := s.completeness(disturbed.ID)
		return err == nil && workflow != nil && *workflow == ledger
	}, time.Minute, 100*time.Millisecond, "the workflow's tally equals the ledger's at the end")
	require.Greater(t, polls, 20)

	got := s.samples(t, disturbed.ID)
	require.Len(t, got, 40*12)
	requireTruth(t, root, got, "")

	// Points that were written twice would be counted twice: the chart has to be the sum of the samples.
	sums := map[time.Time]float64{}
	for _, sample := range got {
		sums[sample.Time] += *sample.Value
	}
	chart := map[time.Time]float64{}
	for _, p := range s.points(t, disturbed.ID) {
		chart[p.Time] = p.Value
	}
	require.Empty(t, cmp.Diff(sums, chart))
}
