package workflows_test

import (
	"slices"
	"testing"
	"time"

	historypb "go.temporal.io/api/history/v1"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Signals that arrive while no worker runs are applied in the order in which they were sent,
// whatever their names.
func TestSignalsAreAppliedInTheOrderOfTheirArrival(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		signals []string
		paused  bool
	}{
		"pause last":  {[]string{contract.Resume, contract.Trigger, contract.Pause}, true},
		"resume last": {[]string{contract.Pause, contract.Retry, contract.Resume}, false},
		"twice":       {[]string{contract.Pause, contract.Resume, contract.Pause, contract.Trigger}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, newLedger(2))
			series := storedSeries("one", time.Minute)
			require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
			s.asleep(series.ID)
			s.worker.Stop()
			for _, signal := range row.signals {
				require.NoError(t, s.client.SignalWorkflow(t.Context(), contract.SeriesID(series.ID), "", signal, contract.Command{By: "ann"}))
			}
			s.serve(contract.Queue)
			// The query can fail while the server still sends it to the worker that has stopped.
			var status contract.Status
			require.Eventually(t, func() bool {
				var err error
				status, err = s.workflows.Status(t.Context(), series.ID)
				return err == nil && (status.State == contract.Paused || status.State == contract.Sleeping)
			}, 3*patience, 50*time.Millisecond)
			require.Equal(t, row.paused, status.Paused != nil)
		})
	}
}

// The order holds for signals that arrive in the workflow task in which the series continues as
// new.
func TestSignalsKeepTheirOrderAtTheEndOfARun(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	s := newServer(t, ledger)
	series := storedSeries("one", time.Minute)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.asleep(series.ID) // in the first run, which waits until it has lasted shortestRun
	s.worker.Stop()
	id := contract.SeriesID(series.ID)
	for _, signal := range []string{contract.Pause, contract.Resume} {
		require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", signal, contract.Command{By: "ann"}))
	}
	require.Eventually(t, func() bool {
		runs := s.histories(id, s.firstRun(id))
		events := runs[len(runs)-1].Events
		return slices.ContainsFunc(events[len(events)-min(4, len(events)):], func(e *historypb.HistoryEvent) bool { return e.GetTimerFiredEventAttributes() != nil })
	}, patience, 50*time.Millisecond)
	s.serve(contract.Queue)
	require.Eventually(t, func() bool {
		status, err := s.workflows.Status(t.Context(), series.ID)
		return err == nil && status.State == contract.Sleeping
	}, 3*patience, 50*time.Millisecond)
}

// A signal that the series does not apply is shown with the reason, because its sender gets no
// answer, until a command is applied.
func TestRefusedSignalsAreShown(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(2))
	series := storedSeries("one", time.Minute)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.asleep(series.ID)
	id := contract.SeriesID(series.ID)
	for _, row := range []struct {
		signal string
		input  any
		by     string
		reason string
	}{
		{"pauze", contract.Command{By: "ann"}, "", "knows no signal of this name"},
		{contract.Extend, contract.Command{By: "bob", Points: 1}, "bob", "does not get shorter"},
		{contract.Pause, []byte{0xff}, "", "its input cannot be read"},
	} {
		require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", row.signal, row.input))
		refused := s.until(series.ID, func(status contract.Status) bool {
			return status.Refused != nil && status.Refused.Message == row.signal
		}).Refused
		require.Equal(t, row.by, refused.By)
		require.Contains(t, refused.Reason, row.reason)
		require.False(t, refused.At.IsZero())
	}
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{Points: 1})
	require.Equal(t, insights.Invalid, insights.ErrorCode(err), "an update gets the error")
	status, err := s.workflows.Send(t.Context(), series.ID, contract.Pause, contract.Command{By: "ann"})
	require.NoError(t, err)
	require.Nil(t, status.Refused)
}
