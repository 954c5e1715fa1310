package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// journal opens the crash journal of another process on the same machine.
func (b *testBundle) journal(dir string) *activities.CrashJournal {
	b.t.Helper()
	journal := &activities.CrashJournal{Store: b.store, Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	require.NoError(b.t, journal.Open())
	return journal
}

// strikes returns the number of strikes of each repository.
func (b *testBundle) strikes(series insights.Series) map[int64]int {
	b.t.Helper()
	all, err := b.store.Quarantine.Strikes(b.t.Context(), series.ID, 1, 1<<30)
	require.NoError(b.t, err)
	counts := map[int64]int{}
	for id, strike := range all {
		counts[id] = strike.Count
	}
	return counts
}

// A repository whose search crashed its worker three times is not searched again until a retry. The
// other repositories of its batch are searched.
func TestCrashingRepositoryIsQuarantined(t *testing.T) {
	t.Parallel()
	b := setup(t)
	crashing := b.local("crashing", growing(t))
	suspect := b.local("suspect", growing(t))
	b.local("sound", growing(t))
	series := b.series("TODO")
	for range 3 {
		require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, crashing.ID, "the worker crashed"))
	}
	require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, suspect.ID, "the worker crashed"))
	tally := b.backfill(series)
	require.Equal(t, insights.Completeness{Planned: 9, Counted: 6, Failed: 3}, tally)
	const quarantined = "failed: quarantined"
	require.Equal(t, []string{quarantined, quarantined, quarantined}, b.outcomes(series)["crashing"])
	require.Equal(t, map[int64]int{crashing.ID: 3}, b.strikes(series), "a search that makes progress clears the strikes")
	for _, s := range b.samples(series) {
		if s.RepositoryID == crashing.ID {
			require.Contains(t, s.Reason, "3 times in a row, the last time because the worker crashed")
		}
	}

	begun := b.planned(activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan})
	require.Empty(t, b.strikes(series))
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["crashing"])
}

// A retry of other repositories does not release a quarantined one.
func TestRetryReleasesOnlyItsOwnRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, other := b.local("one", growing(t)), b.local("other", growing(t))
	series := b.series("TODO")
	for range 3 {
		for _, r := range []store.Repository{one, other} {
			require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, r.ID, "the worker crashed"))
		}
	}
	b.backfill(series)
	b.planned(activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Repository: "^one$"}})
	require.Equal(t, map[int64]int{other.ID: 3}, b.strikes(series))
}

func TestCrashJournalFindsTheRepositoryThatCrashedAWorker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	x, y, z := b.local("x", growing(t)).ID, b.local("y", growing(t)).ID, b.local("z", growing(t)).ID
	series := b.series("TODO")
	dir := filepath.Join(t.TempDir(), "searching")
	running := b.journal(dir)
	_, err := running.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)

	first := b.journal(dir)
	end, err := first.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)
	end()
	for _, id := range []int64{x, y} {
		_, err := first.Begin(ctx, series.ID, id, false)
		require.NoError(t, err)
	}
	require.NoError(t, running.Report(ctx))
	require.Empty(t, b.strikes(series), "both processes run")
	require.NoError(t, first.Crash())
	require.NoError(t, running.Report(ctx))
	require.Equal(t, map[int64]int{x: 1, y: 1}, b.strikes(series), "both were searched at the crash")
	require.NoError(t, running.Report(ctx))
	require.Equal(t, map[int64]int{x: 1, y: 1}, b.strikes(series), "a crash counts once")

	// A crash during the search of a suspect counts for the suspect alone. Two suspects are never
	// searched at the same time.
	second := b.journal(dir)
	_, err = second.Begin(ctx, series.ID, x, true)
	require.NoError(t, err)
	_, err = second.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)
	brief, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = second.Begin(brief, series.ID, y, true)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, second.Crash())
	require.NoError(t, running.Report(ctx))
	require.Equal(t, map[int64]int{x: 2, y: 1}, b.strikes(series))

	require.NoError(t, running.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Workers that share a folder start and report at the same time.
func TestCrashJournalOfManyProcesses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.local("x", growing(t)).ID
	series := b.series("TODO")
	dir := filepath.Join(t.TempDir(), "searching")
	const crashes = 40
	for range crashes {
		crashed := b.journal(dir)
		_, err := crashed.Begin(t.Context(), series.ID, id, false)
		require.NoError(t, err)
		require.NoError(t, crashed.Crash())
	}
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			one := &activities.CrashJournal{Store: b.store, Dir: dir, Logger: slog.New(slog.DiscardHandler)}
			for range 60 {
				if err := errors.Join(one.Open(), one.Report(t.Context()), one.Close()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, map[int64]int{id: crashes}, b.strikes(series), "a crash counts once")
}

// The stall of a search is reported once, however long it lasts.
func TestStalledWorkIsReportedOnce(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	stalled := make(chan struct{}, 10)
	hang := func(ctx context.Context) error {
		_, _, stop := activities.StartHeartbeat(ctx, time.Millisecond, func() { stalled <- struct{}{} })
		defer stop()
		select {
		case <-stalled:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	env.RegisterActivityWithOptions(hang, activity.RegisterOptions{Name: "hang"})
	_, err := env.ExecuteActivity("hang")
	require.NoError(t, err)
	require.Empty(t, stalled)
}

// A clone may take an hour. A search that waits for it is not stalled.
func TestWaitingForGitIsProgress(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	clone := func(ctx context.Context) error {
		work, heartbeat, stop := activities.StartHeartbeat(ctx, time.Hour, nil)
		defer stop()
		began := heartbeat.Progress()
		return activities.HeartbeatWhile(work, "clone", func() error {
			require.Eventually(t, func() bool { return heartbeat.Progress().After(began) }, 30*time.Second, 10*time.Millisecond)
			return nil
		})
	}
	env.RegisterActivityWithOptions(clone, activity.RegisterOptions{Name: "clone"})
	_, err := env.ExecuteActivity("clone")
	require.NoError(t, err)
}
