package worker_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// twin stores another series that computes the same samples. Its scope is written differently, so
// that it is not shared with the first one.
func (s *testStack) twin(series insights.Series, points int) insights.Series {
	s.t.Helper()
	series.ID, series.Scope, series.Grid.Points = "", insights.Scope{Criteria: "repo:."}, points
	return s.create(series)
}

// attempts returns how often a search has written each sample.
func (s *testStack) attempts(series insights.Series) map[string]int {
	s.t.Helper()
	samples, err := s.store.Samples.List(s.t.Context(), store.SampleFilter{SeriesID: series.ID})
	require.NoError(s.t, err)
	all := map[string]int{}
	for _, sample := range samples {
		all[fmt.Sprint(sample.RepositoryID, sample.Time)] = sample.Attempts
	}
	return all
}

// notices returns the texts of the notices about a series.
func (s *testStack) notices(series insights.Series) (texts []string) {
	s.t.Helper()
	list, err := s.store.Notices.List(s.t.Context(), series.ID)
	require.NoError(s.t, err)
	for _, n := range list {
		texts = append(texts, n.Text())
	}
	return texts
}

func TestExtensionSearchesOnlyMissingSamples(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	s.addRepository("acme/a", historyRepository(t, grid.Anchor, 6, 5, 4, 3, 2, 1))
	s.addRepository("acme/unchanged", historyRepository(t, grid.Anchor, -1, -1, -1, -1, -1, 5))
	s.addRepository("acme/young", historyRepository(t, grid.Anchor, 7, -1, -1, -1, -1, -1))
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	s.asleep(series)
	before := s.attempts(series)
	require.Len(t, before, 9)

	status, err := s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{By: "ann", Points: 6})
	require.NoError(t, err)
	require.Equal(t, contract.Running, status.State)
	status = s.asleep(series)
	require.Equal(t, insights.Completeness{Planned: 18, Counted: 8, Reused: 5, Absent: 5}, status.Completeness)
	after := s.attempts(series)
	require.Len(t, after, 18)
	searched := 0
	for key, n := range after {
		if earlier, ok := before[key]; ok {
			require.Equal(t, earlier, n, "%s was searched again", key)
			continue
		}
		searched += n
	}
	require.Equal(t, 3, searched, "one search for each frame of the changed repository; the commit index settles the others")

	stored, err := s.store.Series.Get(t.Context(), series.ID)
	require.NoError(t, err)
	require.Equal(t, 6, stored.Grid.Points)
	whole := s.twin(insights.Series{Query: "TODO", Grid: grid}, 6)
	s.asleep(whole)
	require.Empty(t, cmp.Diff(s.points(whole), s.points(series)), "the chart equals that of a series that had six points from the start")

	_, err = s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{Points: 5})
	require.Equal(t, insights.Invalid, insights.ErrorCode(err))
	require.ErrorContains(t, err, "extend to 5 points: the series has 6, and does not get shorter")
	require.NotContains(t, err.Error(), "retryable", "the message has no technical terms of Temporal")
	status, err = s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{Points: 6})
	require.NoError(t, err)
	require.Zero(t, status.Waiting)
}

func TestRetryAfterRepairTurnsPartialIntoCounted(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	damaged := historyRepository(t, grid.Anchor, 3, 2, 1)
	damaged.Unpack(t)
	object := damaged.ObjectAt(t, "main~1:main.go")
	content, err := os.ReadFile(damaged.ObjectPath(object))
	require.NoError(t, err)
	damaged.RemoveObject(t, object)
	s.addRepository("acme/damaged", damaged)
	s.addRepository("acme/whole", historyRepository(t, grid.Anchor, 30, 20, 10))
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	status := s.asleep(series)
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 5, Partial: 1}, status.Completeness)
	require.Equal(t, []string{"missing object"}, s.notices(series))

	// The damage is not repaired yet, so the retry ends with the same outcomes.
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{})
	require.NoError(t, err)
	require.Equal(t, status.Completeness, s.asleep(series).Completeness)

	require.NoError(t, os.WriteFile(damaged.ObjectPath(object), content, 0o444))
	before := s.attempts(series)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), contract.SeriesID(series.ID), "", contract.Retry, nil))
	s.eventually(series, "a whole series", func() bool { return s.ledgerOf(series).Counted == 6 })
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 6}, s.asleep(series).Completeness)
	require.Empty(t, s.notices(series), "cleared when it no longer holds")
	again := 0
	for key, n := range s.attempts(series) {
		again += n - before[key]
	}
	require.Equal(t, 1, again, "one sample was searched again")
	var values []float64
	for _, p := range s.points(series) {
		values = append(values, p.Value)
	}
	require.Equal(t, []float64{11, 22, 33}, values)
}

// After the history of a repository is rewritten, a retry of all samples corrects values up and
// down, and keeps those that cannot be computed any more.
func TestRetryOfAllCorrectsValues(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	rewritten := historyRepository(t, grid.Anchor, 3, 2, 1)
	s.addRepository("acme/rewritten", rewritten)
	gone := historyRepository(t, grid.Anchor, 1, 1, 1)
	s.addRepository("acme/gone", gone)
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	s.asleep(series)

	require.NoError(t, os.RemoveAll(gone.Dir))
	rewritten.Git(t, "update-ref", "-d", "refs/heads/main")
	for k, n := range []int{1, 9, 2} {
		rewritten.Commit(t, grid.Anchor.AddDate(0, k-2, -10), map[string]string{"main.go": strings.Repeat("TODO\n", n), "other.txt": "rewritten"})
	}
	require.NoError(t, s.workflows.Sync(t.Context(), 0))
	require.NoError(t, s.client.GetWorkflow(t.Context(), "sync/now", "").Get(t.Context(), nil))
	require.Equal(t, []string{string(insights.ReasonHistoryRewritten)}, s.notices(series), "the series has a notice")
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{All: true})
	require.NoError(t, err)
	status := s.asleep(series)
	require.Zero(t, status.Completeness.Failed+status.Completeness.Pending)
	var values []float64
	for _, p := range s.points(series) {
		values = append(values, p.Value)
	}
	require.Equal(t, []float64{1 + 1, 9 + 1, 2 + 1}, values)
}

// A backfill that is cancelled in the middle of a page is complete, with failed samples. A retry
// then gives the same result as a backfill without the cancellation.
func TestCancelAndRetryEqualAnUninterruptedRun(t *testing.T) {
	t.Parallel()
	for _, shape := range []struct{ name, batchCost, frameBudget string }{{"folded", "800", "20000"}, {"literal", "0", "0"}} {
		t.Run(shape.name, func(t *testing.T) {
			s := newStack(t)
			series, _ := slowSeries(t, s, shape.batchCost, shape.frameBudget)
			status, err := s.workflows.Send(t.Context(), series.ID, contract.Cancel, contract.Command{By: "ann", Reason: "too large"})
			require.NoError(t, err)
			require.Equal(t, contract.Running, status.State)
			status = s.asleep(series)
			require.Zero(t, status.Completeness.Pending, "every sample has ended")
			require.NotZero(t, status.Completeness.Failed, "the cancellation came too late for this test")
			require.NotZero(t, status.Completeness.Counted)
			reasons, err := s.store.Samples.Reasons(t.Context(), series.ID, store.Administrator)
			require.NoError(t, err)
			require.Equal(t, []store.Reason{{Outcome: insights.Failed, Code: insights.ReasonCancelled, Count: status.Completeness.Failed, Example: "cancelled by ann: too large"}}, reasons)
			require.Empty(t, s.notices(series), "the act of an operator gives no notice")
			stored, err := s.store.Series.Get(t.Context(), series.ID)
			require.NoError(t, err)
			require.NotNil(t, stored.BackfillCompletedAt)

			s.set(store.SettingFrameRate, "0")
			_, err = s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{})
			require.NoError(t, err)
			s.requireAllCounted(series)
			uninterrupted := s.twin(insights.Series{Query: "TODO", Grid: series.Grid}, series.Grid.Points)
			s.asleep(uninterrupted)
			require.Empty(t, cmp.Diff(s.ledger(uninterrupted), s.ledger(series)))
			require.Empty(t, cmp.Diff(s.points(uninterrupted), s.points(series)))
		})
	}
}

// Commands are not lost when the worker that received them stops.
func TestCommandsSurviveTheWorker(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series, stop := slowSeries(t, s, "800", "20000")
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{Points: 7})
	require.NoError(t, err)
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{All: true})
	require.NoError(t, err)
	stop()
	s.set(store.SettingFrameRate, "0")
	s.work()
	status := s.asleep(series)
	require.Equal(t, insights.Completeness{Planned: 42, Counted: 30, Absent: 12}, status.Completeness)
	plans := map[int]bool{}
	rows, err := s.pool.Query(t.Context(), `SELECT number FROM series_plans WHERE completed_at IS NOT NULL`)
	require.NoError(t, err)
	for rows.Next() {
		var number int
		require.NoError(t, rows.Scan(&number))
		plans[number] = true
	}
	require.NoError(t, rows.Err())
	require.Len(t, plans, 3)
}

// A series whose query is invalid has a notice until the query is corrected.
func TestInvalidQueryHasANotice(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.addRepository("acme/a", historyRepository(t, months(3).Anchor, 1))
	series := s.create(insights.Series{Query: "TODO fille:x", Grid: months(3)})
	s.work()
	s.eventually(series, "a problem", func() bool { return s.status(series).Problem != nil })
	require.Len(t, s.notices(series), 1)
	require.Contains(t, s.notices(series)[0], "planning: ")

	_, err := s.pool.Exec(t.Context(), `UPDATE insight_series SET query = 'TODO' WHERE series_id = $1`, series.ID)
	require.NoError(t, err)
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Trigger, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.eventually(series, "a plan", func() bool { return s.ledgerOf(series).Counted == 1 })
	s.asleep(series)
	require.Empty(t, s.notices(series))
}
