package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/workflows/contract"
)

// Retention archives page by page, then prunes until nothing is left, and returns the totals.
func TestRetentionDoesOnePartAfterTheOther(t *testing.T) {
	t.Parallel()
	ledger := newLedger(1)
	ledger.archive = []int64{2, 0, 1} // three pages
	ledger.prune = map[string]int{"series": 2, "repositories": 1}
	s := newServer(t, ledger)
	run, err := s.run("retention", contract.RetentionWorkflowName, contract.RetentionInput{})
	require.NoError(t, err)
	var did contract.RetentionInput
	require.NoError(t, run.Get(t.Context(), &did))
	require.Equal(t, contract.RetentionInput{Phase: "repositories", Archived: 3, Series: 2, Repositories: 1}, did)
	require.Equal(t, []string{"archive 0", "archive 1", "archive 2", "series", "series", "series", "repositories", "repositories"}, ledger.retained)

	require.NoError(t, s.workflows.Retain(t.Context()))
	require.NoError(t, s.client.GetWorkflow(t.Context(), "retention/now", "").Get(t.Context(), nil))
}
