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
	handle := s.client.ScheduleClient().GetHandle(t.Context(), contract.SyncSchedule)
	interval := func() time.Duration {
		description, err := handle.Describe(t.Context())
		if err != nil {
			return 0 // not created yet
		}
		return description.Schedule.Spec.Intervals[0].Every
	}
	require.Eventually(t, func() bool { return interval() == time.Hour }, patience, 20*time.Millisecond)
	s.set(store.SettingSyncInterval, "30m")
	require.Eventually(t, func() bool { return interval() == 30*time.Minute }, patience, 20*time.Millisecond)
}
