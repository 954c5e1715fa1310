package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// planOne plans a series in one repository that has no commit index, so that every sample is
// pending.
func planOne(t *testing.T, b bundle, method insights.GenerationMethod, times ...time.Time) (insights.Series, store.Repository, int) {
	t.Helper()
	repository := b.repository(t, "acme/api")
	series := b.series(t, "TODO", method)
	return series, repository, b.plan(t, series, insights.BackfillPlan, times...)
}

func TestWriteSamplesAgainChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, plan := planOne(t, b, insights.SearchCompute, day(0), day(-1), day(-2))
	samples := []insights.Sample{
		{
			RepositoryID: repository.ID, Time: day(0), Outcome: insights.Counted, Commit: oid("a"), Value: 5,
			Values: map[string]int64{"1.20": 2, "1.21": 3, "1.22": 0}, Duration: 1500 * time.Millisecond,
		},
		{RepositoryID: repository.ID, Time: day(-1), Outcome: insights.Partial, Commit: oid("b"), Value: 1, Values: map[string]int64{"1.20": 1}, Code: "missing object", Reason: "blob 12ab of go.mod"},
		{RepositoryID: repository.ID, Time: day(-2), Outcome: insights.Failed, Code: "timeout", Reason: "after 3 attempts"},
	}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, samples))

	ledger := b.ledger(t, series)
	require.Empty(t, cmp.Diff([]store.LedgerSample{
		{Repository: "acme/api", Sample: insights.Sample{SeriesID: series.ID, RepositoryID: repository.ID, Time: day(0), Outcome: insights.Counted, Commit: oid("a"), Value: 5, Attempts: 1, Duration: 1500 * time.Millisecond}},
		{Repository: "acme/api", Sample: insights.Sample{SeriesID: series.ID, RepositoryID: repository.ID, Time: day(-1), Outcome: insights.Partial, Commit: oid("b"), Value: 1, Attempts: 1, Code: "missing object", Reason: "blob 12ab of go.mod"}},
		{Repository: "acme/api", Sample: insights.Sample{SeriesID: series.ID, RepositoryID: repository.ID, Time: day(-2), Outcome: insights.Failed, Attempts: 1, Code: "timeout", Reason: "after 3 attempts"}},
	}, ledger))
	low, high := "1.20", "1.21"
	require.Empty(t, cmp.Diff([]pointRow{
		{Repo: repository.ID, Time: day(-1), Capture: &low, Value: 1, Name: "acme/api"},
		{Repo: repository.ID, Time: day(0), Capture: &low, Value: 2, Name: "acme/api"},
		{Repo: repository.ID, Time: day(0), Capture: &high, Value: 3, Name: "acme/api"},
	}, b.pointRows(t, series)))

	before := b.versions(t)
	samples[0].Duration = time.Minute // an abandoned attempt took longer and had the same result
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, samples))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{samples[2], samples[0], samples[0], samples[1]}))
	require.Equal(t, before, b.versions(t), "no row was written")
}

// versions identifies every row version of the ledger and of the points.
func (b bundle) versions(t *testing.T) []string {
	t.Helper()
	rows, err := b.pool.Query(b.ctx, `
		SELECT 'sample_chunks ' || ctid || ' ' || xmin FROM sample_chunks UNION ALL
		SELECT 'sample_captures ' || ctid || ' ' || xmin FROM sample_captures UNION ALL
		SELECT 'capture_sums ' || ctid || ' ' || xmin FROM capture_sums UNION ALL
		SELECT 'series_tallies ' || ctid || ' ' || xmin FROM series_tallies ORDER BY 1`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

func TestWriteSamplesCorrectsUpAndDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, plan := planOne(t, b, insights.SearchCompute, day(0), day(-1))
	write := func(values map[string]int64) []pointRow {
		sample := insights.Sample{RepositoryID: repository.ID, Time: day(0), Outcome: insights.Counted, Commit: oid("a"), Values: values}
		for _, n := range values {
			sample.Value += float64(n)
		}
		require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{sample}))
		require.Equal(t, sample.Value, b.ledger(t, series)[0].Value)
		return b.pointRows(t, series)
	}
	require.Len(t, write(map[string]int64{"a": 5, "b": 1}), 2)
	require.EqualValues(t, 9, write(map[string]int64{"a": 9, "b": 1})[0].Value, "up")
	require.EqualValues(t, 2, write(map[string]int64{"a": 2, "c": 1})[0].Value, "down, and another value")
	require.Len(t, write(map[string]int64{"c": 3}), 1, "the same sum of other values")
	require.Empty(t, write(map[string]int64{}), "zero has no point")
	require.Equal(t, 4, b.ledger(t, series)[0].Attempts, "a write with the same sum is not a new attempt")
	require.Equal(t, insights.Pending, b.ledger(t, series)[1].Outcome, "the other sample does not change")
}

func TestPlainValueHasOnePointWithoutCapture(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, plan := planOne(t, b, insights.Search, day(0))
	for _, value := range []float64{7, 3} {
		require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{
			{RepositoryID: repository.ID, Time: day(0), Outcome: insights.Counted, Commit: oid("a"), Value: value},
		}))
		require.Equal(t, []pointRow{{Repo: repository.ID, Time: day(0), Value: value, Name: "acme/api"}}, b.pointRows(t, series))
	}
}

// A late or less successful attempt must not replace a better result.
func TestWorseResultDoesNotReplaceABetterOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repository := b.repository(t, "acme/api")
	counted := insights.Sample{Outcome: insights.Counted, Commit: oid("a"), Value: 5}
	other := insights.Sample{Outcome: insights.Counted, Commit: oid("b"), Value: 2}
	partial := insights.Sample{Outcome: insights.Partial, Commit: oid("a"), Value: 4, Code: "missing object"}
	failed := insights.Sample{Outcome: insights.Failed, Code: "timeout"}
	absent := insights.Sample{Outcome: insights.Absent}
	for name, test := range map[string]struct {
		first, then insights.Sample
		replaced    bool
	}{
		"failed after counted":             {counted, failed, false},
		"failed after partial":             {partial, failed, false},
		"failed after absent":              {absent, failed, false},
		"counted after failed":             {failed, counted, true},
		"failed after failed":              {failed, insights.Sample{Outcome: insights.Failed, Code: "corrupt object"}, true},
		"partial after counted":            {counted, partial, false},
		"partial of another commit":        {other, partial, true},
		"counted after partial":            {partial, counted, true},
		"counted at another commit":        {counted, other, true},
		"absent after counted":             {counted, absent, true},
		"partial again with a lower bound": {partial, insights.Sample{Outcome: insights.Partial, Commit: oid("a"), Value: 3, Code: "limit"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			series := b.series(t, name, insights.Search)
			plan := b.plan(t, series, insights.BackfillPlan, day(0))
			write := func(sample insights.Sample) insights.Sample {
				sample.RepositoryID, sample.Time = repository.ID, day(0)
				require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{sample}))
				got := b.ledger(t, series)[0].Sample
				points := 0.0
				for _, row := range b.pointRows(t, series) {
					points += row.Value
				}
				require.Equal(t, got.Value, points, "ledger and points are equal")
				return insights.Sample{Outcome: got.Outcome, Commit: got.Commit, Value: got.Value, Code: got.Code}
			}
			require.Equal(t, test.first, write(test.first))
			want := test.first
			if test.replaced {
				want = test.then
			}
			require.Equal(t, want, write(test.then))
		})
	}
}

func TestEarlierPlanDoesNotChangeSamplesOfALaterOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, first := planOne(t, b, insights.Search, day(0), day(-1))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, first, []insights.Sample{
		{RepositoryID: repository.ID, Time: day(-1), Outcome: insights.Counted, Commit: oid("a"), Value: 1},
	}))
	// The second plan takes over only pending samples.
	second := b.plan(t, series, insights.RecordingPlan, day(0), day(-1))

	tally, err := b.Samples.TallyOf(b.ctx, series.ID, first)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Counted: 1}, tally)
	tally, err = b.Samples.TallyOf(b.ctx, series.ID, second)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Pending: 1}, tally)

	late := []insights.Sample{{RepositoryID: repository.ID, Time: day(0), Outcome: insights.Failed, Code: "timeout"}}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, first, late))
	tally, err = b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 2, Counted: 1, Pending: 1}, tally)
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, second, late))
	tally, err = b.Samples.TallyOfRange(b.ctx, series.ID, second, repository.ID, repository.ID, &late[0].Time)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Failed: 1}, tally)
}

// Overlapping attempts with their samples in any order do not deadlock, and each sample is written
// by one of them as a whole.
func TestConcurrentWritersOfTheSameSamplesDoNotDeadlock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 10)
	series := b.series(t, "TODO", insights.SearchCompute)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(-1))
	var group errgroup.Group
	for writer := range 6 {
		group.Go(func() error {
			var samples []insights.Sample
			for i := range repositories {
				repository := repositories[(i*7+writer)%len(repositories)]
				for _, at := range []time.Time{day(-writer % 2), day((writer + 1) % 2 * -1)} {
					samples = append(samples, insights.Sample{
						RepositoryID: repository.ID, Time: at, Outcome: insights.Counted, Commit: oid(writer), Value: float64(2*writer + 1),
						Values: map[string]int64{"all": int64(writer), fmt.Sprint(writer): int64(writer) + 1},
					})
				}
			}
			for range 10 {
				if err := b.Samples.Write(b.ctx, series.ID, plan, samples); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())

	sums := map[cellKey]float64{}
	for _, row := range b.pointRows(t, series) {
		sums[cellKey{row.Repo, row.Time}] += row.Value
	}
	ledger := b.ledger(t, series)
	require.Len(t, ledger, 20)
	for _, sample := range ledger {
		require.Equal(t, oid(int(sample.Value-1)/2), sample.Commit)
		require.Equal(t, sample.Value, sums[cellKey{sample.RepositoryID, sample.Time}])
	}
}

// Captured values and reasons contain arbitrary bytes from repositories.
func TestWriteSamplesAcceptsHostileTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, plan := planOne(t, b, insights.SearchCompute, day(0))
	long := strings.Repeat("ü", 4000)
	sample := insights.Sample{
		RepositoryID: repository.ID, Time: day(0), Outcome: insights.Partial, Commit: oid("a"), Value: 15,
		Values: map[string]int64{"": 1, "nul\x00": 2, "bad\xff": 3, long: 4, long + "!": 5},
		Code:   "missing\x00object", Reason: long + "\xff\x00",
	}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{sample}))
	got := map[string]float64{}
	for _, row := range b.pointRows(t, series) {
		require.LessOrEqual(t, len(*row.Capture), 100)
		got[*row.Capture] = row.Value
	}
	require.Equal(t, map[string]float64{"": 1, "nul\uFFFD": 2, "bad\uFFFD": 3, strings.Repeat("ü", 48) + "…": 9}, got)
	reasons, err := b.Samples.Reasons(b.ctx, series.ID, store.Administrator)
	require.NoError(t, err)
	require.Len(t, reasons, 1)
	require.Equal(t, insights.ReasonCode("missing\uFFFDobject"), reasons[0].Code)
	require.LessOrEqual(t, len(reasons[0].Example), 2000)
}

func TestWriteSamplesRejectsUnfinishedOutcomes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series, repository, plan := planOne(t, b, insights.Search, day(0))
	for outcome, want := range map[insights.Outcome]string{insights.Pending: `"pending"`, "": `""`, "skipped": `"skipped"`} {
		err := b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{{RepositoryID: repository.ID, Time: day(0), Outcome: outcome}})
		requireCode(t, insights.Invalid, err, want)
	}
	err := b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{{RepositoryID: repository.ID, Time: day(0), Outcome: insights.Counted, Commit: "main"}})
	requireCode(t, insights.Invalid, err, `object id "main"`)
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{{RepositoryID: 4711, Time: day(0), Outcome: insights.Absent}}))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{{RepositoryID: repository.ID, Time: day(9), Outcome: insights.Absent}}))
	tally, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Pending: 1}, tally, "samples that no plan has are ignored")
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, nil))
}

// The number of statements does not depend on the number of samples, series, repositories or views.
func TestNumberOfStatementsIsConstant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 60)
	for i, repository := range repositories {
		b.index(t, repository, day(1), -4-i%3, -2, -1)
	}
	series := b.series(t, "TODO", insights.SearchCompute)
	other := b.series(t, "FIXME", insights.Search)
	// The store caches the ids.
	_, err := b.Samples.CompletenessOf(b.ctx, []string{series.ID, other.ID})
	require.NoError(t, err)
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: []time.Time{day(0), day(-1), day(-3)}})
	require.NoError(t, err)

	atMost := func(n int, what string, do func() error) {
		t.Helper()
		b.statements.take()
		require.NoError(t, do(), what)
		ran := b.statements.take()
		require.LessOrEqual(t, len(ran), n, "%s: %s", what, strings.Join(ran, "\n"))
	}
	atMost(10, "Plans.WriteSlice", func() error {
		_, done, err := b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 100, true)
		require.True(t, done)
		return err
	})
	var samples []insights.Sample
	atMost(2, "PendingSamples", func() (err error) {
		samples, err = b.Samples.Pending(b.ctx, series.ID, plan, 0, 1<<40)
		return err
	})
	require.Len(t, samples, 180)
	for i := range samples {
		samples[i].Outcome, samples[i].Value, samples[i].Values = insights.Counted, 3, map[string]int64{"a": 1, "b": 2}
	}
	atMost(7, "WriteSamples", func() error { return b.Samples.Write(b.ctx, series.ID, plan, samples) })
	atMost(1, "CompletenessOf", func() error { _, err := b.Samples.CompletenessOf(b.ctx, []string{series.ID, other.ID}); return err })
	atMost(1, "Points of an administrator", func() error {
		points, err := b.Charts.Points(b.ctx, []string{series.ID, other.ID}, store.PointFilter{Viewer: store.Administrator})
		require.Len(t, points[series.ID], 6)
		return err
	})
	atMost(5, "Points", func() error {
		points, err := b.Charts.Points(b.ctx, []string{series.ID, other.ID}, store.PointFilter{Include: "acme"})
		require.Len(t, points[series.ID], 6)
		return err
	})
	atMost(1, "CompletenessOfRanges", func() error {
		_, err := b.Samples.TallyOfRanges(b.ctx, series.ID, plan, []store.RepositoryRange{{From: 1, Through: 9}, {From: 10, Through: 60}}, nil)
		return err
	})
	atMost(1, "Page", func() error {
		_, _, err := b.Plans.Page(b.ctx, series.ID, plan, 0, store.PageLimit{Repositories: 100})
		return err
	})
	atMost(1, "Samples", func() error { _, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID}); return err })
	atMost(2, "Views", func() error { _, err := b.Views.List(b.ctx, store.ViewFilter{}); return err })
	atMost(1, "Repositories", func() error { _, err := b.Repositories.List(b.ctx, store.RepositoryFilter{}); return err })
	atMost(8, "CompletePlan", func() error { return b.Plans.Complete(b.ctx, series.ID, plan, day(1)) })
}
