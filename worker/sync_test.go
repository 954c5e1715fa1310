package worker_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// A sync on request clones and indexes mirrors. A repository that cannot be read is marked, and the
// others are synced.
func TestSyncOnRequest(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	origin := historyRepository(t, grid.Anchor, 3, 2, 1)
	mirror, err := s.store.Repositories.Add(t.Context(), "acme/mirror", "file://"+origin.Dir, false)
	require.NoError(t, err)
	local := s.addRepository("acme/local", historyRepository(t, grid.Anchor, 1, 1, 1))
	gone := historyRepository(t, grid.Anchor, 1, 1, 1)
	lost := s.addRepository("acme/lost", gone)
	require.NoError(t, os.RemoveAll(gone.Dir))
	s.work()
	require.Eventually(t, func() bool {
		polling, err := s.workflows.WorkerPolling(t.Context())
		return err == nil && polling
	}, patience, 20*time.Millisecond)
	require.NoError(t, s.workflows.Sync(t.Context(), 0))
	require.NoError(t, s.client.GetWorkflow(t.Context(), "sync/now", "").Get(t.Context(), nil))

	after, err := s.store.Repositories.ByID(t.Context(), []int64{mirror.ID, local.ID, lost.ID})
	require.NoError(t, err)
	for _, id := range []int64{mirror.ID, local.ID} {
		require.NotNil(t, after[id].IndexedAt)
		require.Empty(t, after[id].Error)
		require.Equal(t, "refs/heads/main", after[id].DefaultBranch)
	}
	require.NotEmpty(t, after[lost.ID].Error)

	// A search of indexed history needs no remote host.
	require.NoError(t, os.RemoveAll(origin.Dir))
	require.NoError(t, s.store.Repositories.Remove(t.Context(), "acme/lost"))
	series := s.create(insights.Series{Query: "TODO", Grid: months(3)})
	status := s.asleep(series)
	require.EqualValues(t, 6, status.Completeness.Planned)
	require.Zero(t, status.Completeness.Pending)
	var known []store.Coverage
	for _, p := range s.points(series) {
		known = append(known, p.Coverage)
	}
	require.Equal(t, store.Coverage{Known: 2, Planned: 2}, known[0])
	require.Equal(t, store.Coverage{Known: 2, Planned: 2}, known[1])
}
