package activities_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

func TestSamplesEndWithTheRightOutcome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("growing", growing(t))
	unchanged := testgit.New(t)
	unchanged.Commit(t, shortlyBefore(-2), map[string]string{"a": "TODO TODO"})
	b.local("unchanged", unchanged)
	young := testgit.New(t)
	young.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	b.local("young", young)
	b.local("empty", testgit.New(t))
	damaged := growing(t)
	damaged.Unpack(t)
	damaged.RemoveObject(t, damaged.ObjectAt(t, "main~1:a.go"))
	b.local("damaged", damaged)
	lost := growing(t)
	b.local("lost", lost)
	require.NoError(t, os.RemoveAll(lost.Dir))
	headless := growing(t)
	headless.NameNoBranch(t)
	b.local("headless", headless)

	series := b.series("TODO")
	tally := b.backfill(series)
	require.Equal(t, map[string][]string{
		"growing":   {"counted 3", "counted 2", "counted 1"},
		"unchanged": {"counted 2", "reused 2", "reused 2"},
		"young":     {"counted 1", "absent", "absent"},
		"empty":     {"absent", "absent", "absent"},
		"damaged":   {"counted 3", "partial 0: missing object", "counted 1"},
		"lost":      {"failed: repository not found", "failed: repository not found", "failed: repository not found"},
		"headless":  {"failed: no default branch", "failed: no default branch", "failed: no default branch"},
	}, b.outcomes(series))
	require.Equal(t, insights.Completeness{Planned: 21, Counted: 7, Reused: 2, Absent: 5, Partial: 1, Failed: 6}, tally)
	for _, s := range b.samples(series) {
		if s.Outcome == insights.Partial {
			require.Contains(t, s.Reason, "1 object could not be searched")
			require.Contains(t, s.Reason, `"a.go"`)
		}
	}

	// In a second call nothing is pending, so nothing is searched and nothing changes.
	before := b.samples(series)
	again, err := call[insights.Completeness](b, b.search.Samples, everything(series, 1))
	require.NoError(t, err)
	require.Equal(t, tally, again)
	require.Equal(t, before, b.samples(series))
}

// A frame that is searched alone settles the samples at its commit exactly as a search of the whole
// repository does.
func TestOneFrameSettlesItsCommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-2), map[string]string{"a": "TODO"})
	r.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO TODO"})
	repository := b.local("r", r)
	series := b.series("TODO")
	begun := b.begin(series)
	all := activities.Range{SeriesID: series.ID, Plan: begun.Plan, From: repository.ID, Through: repository.ID}

	pending, err := call[activities.PendingResult](b, b.plans.Pending, all)
	require.NoError(t, err)
	require.Equal(t, []int64{repository.ID}, pending.Repositories)
	require.Len(t, pending.Times, 2, "the two older frames are at one commit")
	require.True(t, pending.Times[1].Equal(grid.Time(-1)))

	// A search for the older of the two frames has the same result as for the newer.
	at := grid.Time(-2)
	one := all
	one.At = &at
	tally, err := call[insights.Completeness](b, b.search.Samples, one)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Reused: 1}, tally)
	require.Equal(t, []string{"pending 0", "counted 1", "reused 1"}, b.outcomes(series)["r"])
}

// Samples that are younger than the commit index are looked up in the repository itself.
func TestCommitsThatTheIndexDoesNotKnowYet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin := testgit.New(t)
	origin.Commit(t, shortlyBefore(-1), map[string]string{"a": "TODO"})
	b.remote("mirror", "file://"+origin.Dir)
	series := b.series("TODO")
	begun := b.begin(series) // the mirror is not cloned yet, so the plan knows no commits
	require.EqualValues(t, 3, begun.Tally.Pending)
	origin.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO TODO"})
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 2", "counted 1", "absent"}, b.outcomes(series)["mirror"])

	repository, err := b.store.Repositories.ByName(t.Context(), "mirror")
	require.NoError(t, err)
	require.NotNil(t, repository.IndexedAt)
	require.Equal(t, "refs/heads/main", repository.DefaultBranch)
	require.NotZero(t, repository.SizeBytes)

	// A second series is planned with the index, which has the commits of the older frames, and
	// nothing is fetched.
	require.NoError(t, os.RemoveAll(origin.Dir))
	second := b.series("TODO case:yes")
	require.EqualValues(t, 1, b.begin(second).Tally.Absent)
	require.Equal(t, insights.Completeness{Planned: 3, Counted: 2, Absent: 1}, b.backfill(second))
}

func TestMirrorOfAnUnreachableHostFailsWithItsReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.remote("unreachable", "file://"+filepath.Join(t.TempDir(), "nothing.git"))
	b.local("here", growing(t))
	series := b.series("TODO")
	b.backfill(series)
	require.Equal(t, map[string][]string{
		"unreachable": {"failed: fetch failed", "failed: fetch failed", "failed: fetch failed"},
		"here":        {"counted 3", "counted 2", "counted 1"},
	}, b.outcomes(series))
	repository, err := b.store.Repositories.ByName(t.Context(), "unreachable")
	require.NoError(t, err)
	require.NotEmpty(t, repository.Error)
}

// If a worker's mirror is behind that of the worker that indexed the history, the worker fetches
// and finds the commits.
func TestMirrorBehindTheIndexIsFetched(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin := testgit.New(t)
	origin.Commit(t, shortlyBefore(-2), map[string]string{"a.go": "TODO\n"})
	repository := b.remote("mirror", "file://"+origin.Dir)
	b.backfill(b.series("TODO early"))
	require.DirExists(t, filepath.Join(b.dataDir, fmt.Sprintf("%d.git", repository.ID)))

	origin.Commit(t, shortlyBefore(0), map[string]string{"a.go": "TODO\nTODO\n"})
	repositories, err := b.store.Repositories.ByID(t.Context(), []int64{repository.ID})
	require.NoError(t, err)
	other := &activities.Mirrors{Store: b.store, Dir: t.TempDir()}
	_, err = other.Refresh(t.Context(), repositories[repository.ID])
	require.NoError(t, err)

	series := b.series("TODO")
	b.backfill(series)
	require.Equal(t, []string{"counted 2", "counted 1", "reused 1"}, b.outcomes(series)["mirror"])
}

// A folder at a mirror's path that is not a repository is renamed, not deleted, and the mirror is
// cloned again.
func TestBrokenMirrorIsClonedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin := growing(t)
	repository := b.remote("mirror", "file://"+origin.Dir)
	place := filepath.Join(b.dataDir, fmt.Sprintf("%d.git", repository.ID))
	require.NoError(t, os.MkdirAll(place, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(place, "rest"), nil, 0o600))
	series := b.series("TODO")
	b.backfill(series)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["mirror"])
	aside, err := filepath.Glob(place + ".broken-*")
	require.NoError(t, err)
	require.Len(t, aside, 1)
}

func TestShallowCloneDoesNotReportHistoryAsAbsent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	origin := growing(t)
	shallow := testgit.New(t)
	shallow.Git(t, "fetch", "--quiet", "--depth=1", "file://"+origin.Dir, "main:main")
	b.local("shallow", shallow)
	series := b.series("TODO")
	b.backfill(series)
	require.Equal(t, []string{"counted 3", "failed: shallow history", "failed: shallow history"}, b.outcomes(series)["shallow"])
}

func TestLimitsOfTheQueryMakeSamplesPartial(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("growing", growing(t))
	counted := b.series("TODO count:2")
	b.backfill(counted)
	require.Equal(t, []string{"partial 2: count limit", "counted 2", "counted 1"}, b.outcomes(counted)["growing"])

	late := b.series("TODO timeout:1ns")
	b.backfill(late)
	require.Equal(t, []string{"partial 0: timeout", "partial 0: timeout", "partial 0: timeout"}, b.outcomes(late)["growing"])
}

func TestRemovedRepositoryFailsItsPendingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("growing", growing(t))
	series := b.series("TODO")
	begun := b.begin(series)
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "growing"))
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"failed: repository removed", "failed: repository removed", "failed: repository removed"}, b.outcomes(series)["growing"])
}

func TestEachCapturedValueIsCounted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-1), map[string]string{"go.mod": "go 1.25\n", "x/go.mod": "go 1.26\n"})
	b.local("r", r)
	series := b.series(`go (1\.\d+) patterntype:regexp`, func(s *insights.Series) { s.Method = insights.SearchCompute })
	b.backfill(series)
	require.Equal(t, []string{"counted 2", "reused 2", "absent"}, b.outcomes(series)["r"])
	points, err := b.store.Charts.Points(t.Context(), []string{series.ID}, store.PointFilter{})
	require.NoError(t, err)
	values := map[string][]float64{}
	for _, p := range points[series.ID] {
		values[p.Label] = append(values[p.Label], p.Value)
	}
	require.Equal(t, map[string][]float64{"1.25": {0, 1, 1}, "1.26": {0, 1, 1}}, values)
}

// A stopped search keeps what it has found, and the next attempt searches only the rest.
func TestStoppedSearchContinuesFromTheLedger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("a", growing(t))
	b.local("b", growing(t))
	series := b.series("TODO")
	begun := b.begin(series)

	// One sample is settled per second. After the first one has been written, the worker stops.
	b.limits.Set(1, 0, 0)
	stop := make(chan struct{})
	b.env.SetWorkerStopChannel(stop)
	go func() {
		for t.Context().Err() == nil {
			tally, err := b.store.Samples.Completeness(t.Context(), series.ID)
			if err == nil && tally.Done() > 0 {
				close(stop)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	requireCode(t, err, insights.Unavailable, true)
	require.ErrorContains(t, err, "another attempt continues the work")
	first, err := b.store.Samples.Completeness(t.Context(), series.ID)
	require.NoError(t, err)
	require.NotZero(t, first.Counted)
	require.NotZero(t, first.Pending)
	require.NoError(t, first.Check())

	b.fresh()
	b.limits.Set(0, 0, 0)
	tally, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 6}, tally)
	for _, s := range b.samples(series) {
		require.Equal(t, 1, s.Attempts, "each sample was written once")
	}
}

func TestSearchIsCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("a", growing(t))
	series := b.series("TODO")
	begun := b.begin(series)
	b.limits.Set(0.000001, 0, 0) // the first sample is allowed at once, the next one in 11 days
	ctx, cancel := context.WithCancel(context.Background())
	b.env.SetWorkerOptions(worker.Options{BackgroundActivityContext: ctx})
	b.env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) { cancel() })
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.ErrorContains(t, err, "canceled")
	tally, err := b.store.Samples.Completeness(t.Context(), series.ID)
	require.NoError(t, err)
	require.NoError(t, tally.Check())
	require.NotZero(t, tally.Pending)
}

// The number of stored values is bounded. Above the bound, the sample says so and keeps the most
// frequent values.
func TestTooManyValuesMakeASamplePartial(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	var text strings.Builder
	for i := range 5001 {
		fmt.Fprintf(&text, "value%d\n", i)
	}
	r.Commit(t, shortlyBefore(-1), map[string]string{"few": "value1\nvalue2\nvalue2\n"})
	r.Commit(t, shortlyBefore(0), map[string]string{"many": text.String()})
	b.local("r", r)
	series := b.series(`/value(\d+)/`, func(s *insights.Series) { s.Method = insights.SearchCompute })
	b.backfill(series)
	require.Equal(t, []string{"partial 5004: too many distinct values", "counted 3", "absent"}, b.outcomes(series)["r"])
	require.Contains(t, b.samples(series)[0].Reason, "5001 distinct values, of which the 5000 most frequent are stored")
	points, err := b.store.Charts.Points(t.Context(), []string{series.ID}, store.PointFilter{})
	require.NoError(t, err)
	newest := map[string]float64{}
	for _, p := range points[series.ID] {
		if p.Time.Equal(grid.Time(0)) && p.Value > 0 {
			newest[p.Label] = p.Value
		}
	}
	require.Len(t, newest, 5000)
	require.Equal(t, 3.0, newest["2"])
	require.Equal(t, 2.0, newest["1"])
}

// Language statistics are a series by value: lines by language in the files that the filters
// select.
func TestLinesAreCountedByLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-1), map[string]string{"a.go": "package a\n", "vendor/x/x.go": "package x\n", "docs/a.md": "# a\n"})
	r.Commit(t, shortlyBefore(0), map[string]string{"a.go": "package a\n\nvar x int\n", "run": "#!/bin/sh\nls\n", "b.bin": "\x00"})
	b.local("r", r)
	series := b.series("-file:^docs/", func(s *insights.Series) { s.Method = insights.LanguageStats })
	all := b.series("", func(s *insights.Series) { s.Method = insights.LanguageStats })
	b.backfill(series)
	b.backfill(all)
	require.Equal(t, []string{"counted 5", "counted 1", "absent"}, b.outcomes(series)["r"])
	require.Equal(t, []string{"counted 6", "counted 2", "absent"}, b.outcomes(all)["r"])
	points, err := b.store.Charts.Points(t.Context(), []string{all.ID}, store.PointFilter{})
	require.NoError(t, err)
	values := map[string][]float64{}
	for _, p := range points[all.ID] {
		values[p.Label] = append(values[p.Label], p.Value)
	}
	require.Equal(t, map[string][]float64{"Go": {0, 1, 3}, "Markdown": {0, 1, 1}, "Shell": {0, 0, 2}}, values)
}
