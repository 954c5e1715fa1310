package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// A running worker applies a changed setting.
func TestSyncScheduleFollowsTheSetting(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.set(store.SettingSyncInterval, "1h")
	s.work()
	s.syncsEvery(time.Hour)
	s.set(store.SettingSyncInterval, "30m")
	s.syncsEvery(30 * time.Minute)
}

// syncsEvery waits until the schedule of syncs has the interval.
func (s *testStack) syncsEvery(interval time.Duration) {
	s.t.Helper()
	handle := s.client.ScheduleClient().GetHandle(s.t.Context(), contract.SyncSchedule)
	require.Eventually(s.t, func() bool {
		description, err := handle.Describe(s.t.Context())
		// An error means that the schedule was not created yet.
		return err == nil && description.Schedule.Spec.Intervals[0].Every == interval
	}, patience, 20*time.Millisecond)
}
