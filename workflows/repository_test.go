package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
)

var syncer *activities.Sync

// plannedRun returns a ledger in which plan 1 is written, and an environment for child workflows.
func plannedRun(t *testing.T, repositories int64) (*run, *fakeLedger) {
	t.Helper()
	ledger := newLedger(repositories)
	r := newRun(t, ledger, anchor)
	_, err := ledger.Begin(t.Context(), activities.BeginInput{Kind: insights.BackfillPlan, Times: monthly(3).Frames()})
	require.NoError(t, err)
	return r, ledger
}

func batchInput(through int64) workflows.RepositoryInput {
	return workflows.RepositoryInput{SeriesID: "s", Plan: 1, From: 1, Through: through, Label: "acme/a and others"}
}

func (r *run) repositoryResult() workflows.RepositoryResult {
	r.t.Helper()
	require.NoError(r.t, r.env.GetWorkflowError())
	var result workflows.RepositoryResult
	require.NoError(r.t, r.env.GetWorkflowResult(&result))
	return result
}

func TestFailingBatchUnfoldsDownToTheFrameThatFails(t *testing.T) {
	t.Parallel()
	r, ledger := plannedRun(t, 3)
	bad := monthly(3).Time(-1)
	ledger.fault = func(in activities.Range, _ int32) error {
		if in.From <= 2 && in.Through >= 2 && (in.At == nil || in.At.Equal(bad)) {
			return errors.New("the search crashed")
		}
		return nil
	}
	var ids []string
	r.env.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, _ converter.EncodedValues) {
		ids = append(ids, info.WorkflowExecution.ID)
	})
	r.env.ExecuteWorkflow(contract.RepositoryWorkflowName, batchInput(3))
	result := r.repositoryResult()
	require.Equal(t, insights.Completeness{Planned: 9, Counted: 8, Failed: 1}, result.Tally)
	require.False(t, result.Interrupted)
	require.ElementsMatch(t, []string{
		"series/s/1/repo/1", "series/s/1/repo/2", "series/s/1/repo/3",
		"series/s/1/repo/2/frame/20260131T120000Z", "series/s/1/repo/2/frame/20251231T120000Z", "series/s/1/repo/2/frame/20251130T120000Z",
	}, ids)
	require.Len(t, ledger.fails, 1)
	require.True(t, ledger.fails[0].At.Equal(bad))
	require.Contains(t, ledger.fails[0].Reason, "the search crashed")
}

func TestUnfoldGoesToTheFramesAtOnce(t *testing.T) {
	t.Parallel()
	r, ledger := plannedRun(t, 1)
	in := batchInput(1)
	in.Unfold = true
	r.env.ExecuteWorkflow(contract.RepositoryWorkflowName, in)
	require.Equal(t, insights.Completeness{Planned: 3, Counted: 3}, r.repositoryResult().Tally)
	require.Len(t, ledger.searches, 3)
	for _, search := range ledger.searches {
		require.NotNil(t, search.At)
	}
}

// The workflow waits for a database that is unavailable for an hour. It fails no sample and unfolds
// nothing.
func TestInfrastructureIsWaitedFor(t *testing.T) {
	t.Parallel()
	r, ledger := plannedRun(t, 2)
	back := anchor.Add(time.Hour)
	ledger.fault = func(activities.Range, int32) error {
		if r.env.Now().Before(back) {
			return passing("the database does not answer")
		}
		return nil
	}
	r.env.ExecuteWorkflow(contract.RepositoryWorkflowName, batchInput(2))
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 6}, r.repositoryResult().Tally)
	require.Empty(t, ledger.fails)
	for _, search := range ledger.searches {
		require.Equal(t, int64(2), search.Through)
	}
	require.WithinDuration(t, back, r.env.Now(), 3*time.Minute, "the workflow notices soon that the database is back")
}

// An outage must not delay a pause.
func TestCancelEndsTheWaitForInfrastructure(t *testing.T) {
	t.Parallel()
	for _, name := range []string{contract.RepositoryWorkflowName, contract.FrameWorkflowName} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ledger := plannedRun(t, 2)
			ledger.fault = func(activities.Range, int32) error { return passing("the database does not answer") }
			r.env.RegisterDelayedCallback(r.env.CancelWorkflow, 10*time.Minute)
			var in any = batchInput(2)
			if name == contract.FrameWorkflowName {
				in = workflows.FrameInput{SeriesID: "s", Plan: 1, RepositoryID: 1, Time: anchor}
			}
			r.env.ExecuteWorkflow(name, in)
			require.True(t, r.repositoryResult().Interrupted)
			require.WithinDuration(t, anchor.Add(10*time.Minute), r.env.Now(), time.Second)
			require.Empty(t, ledger.fails)
		})
	}
}

func TestCancelEndsAllFramesOfARepository(t *testing.T) {
	t.Parallel()
	r, ledger := plannedRun(t, 1)
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples).After(time.Hour)
	r.env.RegisterDelayedCallback(r.env.CancelWorkflow, time.Minute)
	in := batchInput(1)
	in.Unfold = true
	r.env.ExecuteWorkflow(contract.RepositoryWorkflowName, in)
	require.True(t, r.repositoryResult().Interrupted)
	require.Empty(t, ledger.fails)
	require.EqualValues(t, 3, ledger.now().Pending)
}

func TestSyncGoesOnAfterABrokenRepository(t *testing.T) {
	t.Parallel()
	r := newRun(t, newLedger(0), anchor)
	r.env.OnActivity(syncer.List, mock.Anything, int64(0)).Return(activities.ListResult{IDs: []int64{1, 2, 3}, Next: 3}, nil)
	r.env.OnActivity(syncer.Repository, mock.Anything, int64(2)).Return(failure(insights.Internal, "broken")).Once()
	r.env.OnActivity(syncer.Repository, mock.Anything, mock.Anything).Return(nil).Twice()
	r.env.ExecuteWorkflow(contract.SyncWorkflowName, contract.SyncInput{})
	next, continued := errors.AsType[*workflow.ContinueAsNewError](r.env.GetWorkflowError())
	require.True(t, continued)
	var in contract.SyncInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Equal(t, contract.SyncInput{After: 3, Synced: 2, Failed: 1}, in)
	r.env.AssertExpectations(t)
}

// Repositories of a batch share one activity, and unchanged ones need none. The next run starts at
// the cursor that List returned.
func TestSyncTakesRepositoriesTogether(t *testing.T) {
	t.Parallel()
	r := newRun(t, newLedger(0), anchor)
	r.env.OnActivity(syncer.List, mock.Anything, int64(0)).Return(activities.ListResult{
		IDs: []int64{3}, Batches: [][]int64{{1, 2}, {4, 5, 6}}, Unchanged: 30, Next: 40,
	}, nil).Once()
	r.env.OnActivity(syncer.Repository, mock.Anything, int64(3)).Return(nil).Once()
	r.env.OnActivity(syncer.Repositories, mock.Anything, []int64{1, 2}).Return(failure(insights.Invalid, "broken"))
	r.env.OnActivity(syncer.Repositories, mock.Anything, []int64{4, 5, 6}).Return(nil).Once()
	r.env.ExecuteWorkflow(contract.SyncWorkflowName, contract.SyncInput{})
	next, continued := errors.AsType[*workflow.ContinueAsNewError](r.env.GetWorkflowError())
	require.True(t, continued)
	var in contract.SyncInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Equal(t, contract.SyncInput{After: 40, Synced: 34, Failed: 2}, in)
	r.env.AssertExpectations(t)
}

// A sync has as many activities in flight as the setting says, and 8 without a setting.
func TestSyncHasAWindow(t *testing.T) {
	t.Parallel()
	for window, most := range map[int]int{0: 8, 1: 1, 3: 3, 12: 12} {
		r := newRun(t, newLedger(0), anchor)
		page := activities.ListResult{Window: window, Last: true}
		for id := range int64(24) {
			page.IDs = append(page.IDs, id+1)
		}
		r.env.OnActivity(syncer.List, mock.Anything, int64(0)).Return(page, nil)
		r.env.OnActivity(syncer.Repository, mock.Anything, mock.Anything).Return(nil).After(time.Minute)
		began := r.env.Now()
		r.env.ExecuteWorkflow(contract.SyncWorkflowName, contract.SyncInput{})
		require.NoError(t, r.env.GetWorkflowError())
		require.Equal(t, time.Duration(24/most)*time.Minute, r.env.Now().Sub(began).Truncate(time.Minute), "by the test's clock")
	}
}
