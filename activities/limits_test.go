package activities

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func nobody() {}

func TestLimitsHoldTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits()
		begin := time.Now()
		require.NoError(t, l.takeSamples(t.Context(), 10_000, nobody))
		require.Zero(t, time.Since(begin), "without a limit there is no wait")

		l.Set(5, 0, 0)
		require.NoError(t, l.takeSamples(t.Context(), 55, nobody))
		// A burst of 5, then 5 per second.
		require.InDelta(t, 10*time.Second, time.Since(begin), float64(2*time.Second))
	})
}

func TestWaitingSearchSeesANewLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits()
		l.Set(0.0001, 0, 0)
		time.AfterFunc(time.Minute, func() { l.Set(0, 0, 0) })
		beats := 0
		begin := time.Now()
		require.NoError(t, l.takeSamples(t.Context(), 3, func() { beats++ }))
		require.InDelta(t, time.Minute, time.Since(begin), float64(time.Second))
		require.NotZero(t, beats)
	})
}

func TestConcurrentSearchesAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits()
		l.Set(0, 0, 2)
		running, first, err := l.startSearch(t.Context(), nobody)
		require.NoError(t, err)
		require.Equal(t, 1, running)
		running, second, err := l.startSearch(t.Context(), nobody)
		require.NoError(t, err)
		require.Equal(t, 2, running)

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, _, err = l.startSearch(ctx, nobody)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		time.AfterFunc(time.Minute, first)
		begin := time.Now()
		_, third, err := l.startSearch(t.Context(), nobody)
		require.NoError(t, err)
		require.InDelta(t, time.Minute, time.Since(begin), float64(time.Second))
		second()
		third()
	})
}

// A cancelled search that waits for the rate limit releases its place among the concurrent
// searches.
func TestCancelledWaitReleasesItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits()
		l.Set(0, 0.0001, 1)
		_, done, err := l.startSearch(t.Context(), nobody) // uses up the burst
		require.NoError(t, err)
		done()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err = l.startSearch(ctx, nobody)
		require.Error(t, err)
		l.Set(0, 0, 1)
		_, done, err = l.startSearch(t.Context(), nobody)
		require.NoError(t, err)
		done()
	})
}
