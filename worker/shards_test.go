package worker_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/worker"
	"github.com/backsight/backsight/workflows/contract"
)

func TestParseShards(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "3-1", "-1", "0-64", "1,,2", "0-3/8"} {
		_, err := worker.ParseShards(text)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err), text)
		require.Contains(t, err.Error(), "0-3 or 0,2,5-7")
	}
	for _, text := range []string{"", "0", "0-3", "0-3, 7", "63"} {
		_, err := worker.ParseShards(text)
		require.NoError(t, err, text)
	}
}

// Each repository is cloned and searched by the workers that serve its shard, and by no others.
func TestRepositoriesAreSearchedByTheWorkersOfTheirShard(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.set(store.SettingShards, "4")
	s.set(store.SettingSyncInterval, "0")
	grid := months(3)
	origin := historyRepository(t, grid.Anchor, 3, 2, 1)
	var ids []int64
	for i := range 50 { // neighbouring ids, in four blocks; see insights.ShardOf
		copied := filepath.Join(t.TempDir(), "copy.git")
		require.NoError(t, os.CopyFS(copied, os.DirFS(origin.Dir)))
		r, err := s.store.Repositories.Add(t.Context(), fmt.Sprintf("acme/%02d", i), "file://"+copied, false)
		require.NoError(t, err)
		ids = append(ids, r.ID)
	}
	first, second := t.TempDir(), t.TempDir()
	s.workOn(first, "0-1")
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	// The repositories of shards 2 and 3 wait, and ShardsWithoutPoller says so.
	s.eventually(series, "work in the served shards", func() bool { return s.status(series).Completeness.Done() > 0 })
	require.Eventually(t, func() bool {
		idle, err := s.workflows.ShardsWithoutPoller(t.Context(), 4)
		return err == nil && len(idle) == 2 && idle[0] == 2 && idle[1] == 3
	}, patience, 50*time.Millisecond)
	s.workOn(second, "2-3")
	status := s.asleep(series)
	require.Equal(t, insights.Completeness{Planned: 150, Counted: 150}, status.Completeness)
	here := map[string]int{}
	for _, id := range ids {
		serving, other := first, second
		if insights.ShardOf(id, 4) >= 2 {
			serving, other = second, first
		}
		mirror := filepath.Join("mirrors", fmt.Sprintf("%d.git", id))
		require.DirExists(t, filepath.Join(serving, mirror))
		_, err := os.Stat(filepath.Join(other, mirror))
		require.ErrorIs(t, err, os.ErrNotExist)
		here[serving]++
	}
	require.Len(t, here, 2, "both workers have mirrors")

	// A sync fetches each mirror where it is stored, and clones no others.
	for _, id := range []int64{0, ids[0], ids[len(ids)-1]} {
		require.NoError(t, s.workflows.Sync(t.Context(), id))
		workflow := "sync/now"
		if id != 0 {
			workflow = fmt.Sprintf("sync/repository/%d", id)
		}
		require.NoError(t, s.client.GetWorkflow(t.Context(), workflow, "").Get(t.Context(), nil))
	}
	for dir, n := range here {
		mirrors, err := os.ReadDir(filepath.Join(dir, "mirrors"))
		require.NoError(t, err)
		require.Len(t, mirrors, n)
	}
}

// A sync leaves out repositories of shards that no worker serves, and the others do not wait for
// them.
func TestSyncLeavesOutShardsWithoutWorkers(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.set(store.SettingShards, "4")
	s.set(store.SettingSyncInterval, "0")
	origin := historyRepository(t, months(1).Anchor, 1)
	var ids []int64
	for i := range 50 {
		r, err := s.store.Repositories.Add(t.Context(), fmt.Sprintf("acme/%02d", i), "file://"+origin.Dir+strings.Repeat("/", i), false)
		require.NoError(t, err)
		ids = append(ids, r.ID)
	}
	s.workOn(s.dataDir, "0-1")
	require.Eventually(t, func() bool {
		idle, err := s.workflows.ShardsWithoutPoller(t.Context(), 4)
		return err == nil && len(idle) == 2
	}, patience, 50*time.Millisecond)
	require.NoError(t, s.workflows.Sync(t.Context(), 0))
	require.NoError(t, s.client.GetWorkflow(t.Context(), "sync/now", "").Get(t.Context(), nil))
	after, err := s.store.Repositories.ByID(t.Context(), ids)
	require.NoError(t, err)
	for _, id := range ids {
		require.Equal(t, insights.ShardOf(id, 4) < 2, after[id].IndexedAt != nil)
	}
}

// A larger number of shards takes effect within seconds and without a restart, and so does a limit
// for all workers together.
func TestShardsAndTheirLimitAreSettings(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.set(store.SettingClusterRate, "30")
	stop := s.work()
	limitOf := s.limitOf
	require.Eventually(t, func() bool { return limitOf(0) == 30 }, patience, 50*time.Millisecond)
	s.set(store.SettingShards, "3")
	require.Eventually(t, func() bool {
		idle, err := s.workflows.ShardsWithoutPoller(t.Context(), 3)
		return err == nil && len(idle) == 0 && limitOf(0) == 10 && limitOf(2) == 10
	}, patience, 50*time.Millisecond)
	// The server keeps the limit while no worker runs.
	stop()
	s.set(store.SettingClusterRate, "0")
	s.work()
	require.Eventually(t, func() bool { return limitOf(0) == 0 && limitOf(2) == 0 }, patience, 50*time.Millisecond)
}

// limitOf returns the limit of a shard's queue for searches, as the server has it.
func (s *testStack) limitOf(shard int) float32 {
	s.t.Helper()
	described, err := s.client.WorkflowService().DescribeTaskQueue(s.t.Context(), &workflowservice.DescribeTaskQueueRequest{
		Namespace: s.namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: contract.SearchQueueOf(shard)},
		TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, ReportConfig: true,
	})
	require.NoError(s.t, err)
	return described.GetConfig().GetQueueRateLimit().GetRateLimit().GetRequestsPerSecond()
}

// A worker starts although the server refuses to change the limit, and sets it later. A worker
// changes nothing if the server has the limit already. Temporal's development server refused every
// change after it was killed, so that no worker could start until it was started again.
func TestWorkersStartAlthoughTheLimitCannotBeSet(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.refuseLimits.Store(true)
	s.set(store.SettingClusterRate, "30")
	stop := s.work()
	require.Eventually(t, func() bool {
		idle, err := s.workflows.ShardsWithoutPoller(t.Context(), 1)
		return err == nil && len(idle) == 0
	}, patience, 50*time.Millisecond)
	require.Positive(t, s.limitChanges.Load())
	require.Zero(t, s.limitOf(0))
	s.set(store.SettingSyncInterval, "30m")
	s.syncsEvery(30 * time.Minute) // the other settings are applied meanwhile
	s.refuseLimits.Store(false)
	require.Eventually(t, func() bool { return s.limitOf(0) == 30 }, patience, 50*time.Millisecond)
	stop()

	before := s.limitChanges.Load()
	s.work()
	require.Eventually(t, func() bool {
		idle, err := s.workflows.ShardsWithoutPoller(t.Context(), 1)
		return err == nil && len(idle) == 0
	}, patience, 50*time.Millisecond)
	require.Equal(t, before, s.limitChanges.Load())
}
