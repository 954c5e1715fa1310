package activities

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

// writes records the number of samples of each write.
type writes struct {
	sizes []int
	err   error
}

func (w *writes) Write(_ context.Context, _ string, _ int, samples []insights.Sample) error {
	w.sizes = append(w.sizes, len(samples))
	return w.err
}

// Samples are written together, but do not wait for the end of a long search.
func TestWriterWritesSamplesThatWaitTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &writes{}
		w := &writer{store: store}
		add := func(n int) error { return w.add(t.Context(), make([]insights.Sample, n)...) }
		written := func() []int { w.mu.Lock(); defer w.mu.Unlock(); return slices.Clone(store.sizes) }
		wait := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		require.NoError(t, add(3))
		wait(writeWithin / 2)
		require.NoError(t, add(4))
		require.Empty(t, written())
		wait(writeWithin/2 + 1)
		require.Equal(t, []int{7}, written())

		require.NoError(t, add(writeAtMost))
		require.NoError(t, add(1))
		require.NoError(t, w.flush(t.Context()))
		wait(2 * writeWithin)
		require.Equal(t, []int{7, writeAtMost, 1}, written(), "no timer is left")

		// After a write that fails, the activity tries to write the samples once more and then
		// ends.
		away := errors.New("the database is away")
		w.mu.Lock()
		store.err = away
		w.mu.Unlock()
		require.NoError(t, add(1))
		wait(2 * writeWithin)
		require.ErrorIs(t, add(1), away)
		w.mu.Lock()
		store.err = nil
		w.mu.Unlock()
		require.NoError(t, w.flush(t.Context()))
		require.Equal(t, []int{7, writeAtMost, 1, 1, 2}, written())
	})
}
