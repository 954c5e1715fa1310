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

// trials opens the notes of another process on the same machine.
func (b *testBundle) trials(dir string) *activities.Trials {
	b.t.Helper()
	trials := &activities.Trials{Store: b.store, Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	require.NoError(b.t, trials.Open())
	return trials
}

// strikes returns how many each repository has.
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

// A repository that killed its worker three times is searched no more, the others of its batch are, and a retry releases it.
func TestPoisonedRepositoryIsQuarantined(t *testing.T) {
	t.Parallel()
	b := setup(t)
	poisoned := b.local("a poisoned one", growing(t))
	suspect := b.local("suspect", growing(t))
	b.local("sound", growing(t))
	series := b.series("TODO")
	for range 3 {
		require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, poisoned.ID, "the worker died"))
	}
	require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, suspect.ID, "the worker died"))
	tally := b.backfill(series)
	require.Equal(t, insights.Completeness{Planned: 9, Counted: 6, Failed: 3}, tally)
	const quarantined = "failed: quarantined"
	require.Equal(t, []string{quarantined, quarantined, quarantined}, b.told(series)["a poisoned one"])
	require.Equal(t, map[int64]int{poisoned.ID: 3}, b.strikes(series), "who gets on is no suspect any more")
	for _, s := range b.samples(series) {
		if s.RepositoryID == poisoned.ID {
			require.Contains(t, s.Reason, "went wrong 3 times, at last so: the worker died")
		}
	}

	begun := b.planned(activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan})
	require.Empty(t, b.strikes(series))
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.told(series)["a poisoned one"])
}

// A retry of others leaves a quarantined repository where it is.
func TestRetryReleasesOnlyWhatItTakesUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, other := b.local("one", growing(t)), b.local("other", growing(t))
	series := b.series("TODO")
	for range 3 {
		for _, r := range []store.Repository{one, other} {
			require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, r.ID, "the worker died"))
		}
	}
	b.backfill(series)
	b.planned(activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Repository: "^one$"}})
	require.Equal(t, map[int64]int{other.ID: 3}, b.strikes(series))
}

func TestNotesTellWhatAWorkerDiedOf(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	x, y, z := b.local("x", growing(t)).ID, b.local("y", growing(t)).ID, b.local("z", growing(t)).ID
	series := b.series("TODO")
	dir := filepath.Join(t.TempDir(), "searching")
	living := b.trials(dir)
	_, err := living.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)

	first := b.trials(dir)
	over, err := first.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)
	over()
	for _, id := range []int64{x, y} {
		_, err := first.Begin(ctx, series.ID, id, false)
		require.NoError(t, err)
	}
	require.NoError(t, living.Report(ctx))
	require.Empty(t, b.strikes(series), "both live")
	require.NoError(t, first.Die())
	require.NoError(t, living.Report(ctx))
	require.Equal(t, map[int64]int{x: 1, y: 1}, b.strikes(series), "both were searched when it died")
	require.NoError(t, living.Report(ctx))
	require.Equal(t, map[int64]int{x: 1, y: 1}, b.strikes(series), "a death counts once")

	// Of a suspect and another it was the suspect, and two suspects are never searched together.
	second := b.trials(dir)
	_, err = second.Begin(ctx, series.ID, x, true)
	require.NoError(t, err)
	_, err = second.Begin(ctx, series.ID, z, false)
	require.NoError(t, err)
	brief, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = second.Begin(brief, series.ID, y, true)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, second.Die())
	require.NoError(t, living.Report(ctx))
	require.Equal(t, map[int64]int{x: 2, y: 1}, b.strikes(series))

	require.NoError(t, living.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Workers that share a folder start and report at the same moment.
func TestNotesOfManyProcesses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.local("x", growing(t)).ID
	series := b.series("TODO")
	dir := filepath.Join(t.TempDir(), "searching")
	const deaths = 40
	for range deaths {
		dead := b.trials(dir)
		_, err := dead.Begin(t.Context(), series.ID, id, false)
		require.NoError(t, err)
		require.NoError(t, dead.Die())
	}
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			one := &activities.Trials{Store: b.store, Dir: dir, Logger: slog.New(slog.DiscardHandler)}
			for range 60 {
				if err := errors.Join(one.Open(), one.Report(t.Context()), one.Close()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, map[int64]int{id: deaths}, b.strikes(series), "a death counts once")
}

// A search that tells of no progress for too long is given up, once.
func TestWorkThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	given := make(chan struct{}, 10)
	hang := func(ctx context.Context) error {
		_, _, stop := activities.StartPulse(ctx, time.Millisecond, func() { given <- struct{}{} })
		defer stop()
		select {
		case <-given:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	env.RegisterActivityWithOptions(hang, activity.RegisterOptions{Name: "hang"})
	_, err := env.ExecuteActivity("hang")
	require.NoError(t, err)
	require.Empty(t, given)
}

// A clone may take an hour, and is no search that stopped answering.
func TestWaitingForGitIsProgress(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	clone := func(ctx context.Context) error {
		work, pulse, stop := activities.StartPulse(ctx, time.Hour, nil)
		defer stop()
		began := pulse.Told()
		return activities.BeatWhile(work, "clone", func() error {
			require.Eventually(t, func() bool { return pulse.Told().After(began) }, 30*time.Second, 10*time.Millisecond)
			return nil
		})
	}
	env.RegisterActivityWithOptions(clone, activity.RegisterOptions{Name: "clone"})
	_, err := env.ExecuteActivity("clone")
	require.NoError(t, err)
}
