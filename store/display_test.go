package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// Postgres sends only the points of the values that a chart shows. If the values are sorted by
// label, it also sends one row for each value.
func TestPostgresReturnsOnlyShownValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/a")
	series := b.series(t, `(\w+)`, insights.SearchCompute)
	const values, times = 700, 4
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(1), day(2), day(3))
	for at := range times {
		sample := insights.Sample{RepositoryID: r.ID, Time: day(at), Outcome: insights.Counted, Commit: oid(at), Values: map[string]int64{}}
		for n := range values {
			sample.Values[fmt.Sprintf("w%d", n)] = int64(1 + n)
			sample.Value += float64(1 + n)
		}
		b.write(t, series, plan, sample)
	}
	read := func(d store.Display) (store.Chart, int64, int) {
		b.statements.take()
		charts, err := b.Charts.Read(b.ctx, []string{series.ID}, store.PointFilter{Viewer: store.Administrator}, d)
		require.NoError(t, err)
		rows := b.statements.rows
		return charts[series.ID], rows, len(b.statements.take())
	}
	chart, rows, statements := read(store.Display{Values: 3})
	require.Equal(t, values, chart.Values, "the number of values that were left out is returned")
	require.Len(t, chart.Points, 3*times)
	require.Equal(t, []string{"w697", "w698", "w699"}, []string{chart.Points[0].Label, chart.Points[1].Label, chart.Points[2].Label})
	require.LessOrEqual(t, rows, int64(3+3*times))
	require.Equal(t, 3, statements)

	chart, rows, _ = read(store.Display{Values: 3, Sort: store.ByLabel, Ascending: true})
	require.Equal(t, []string{"w0", "w1", "w2"}, []string{chart.Points[0].Label, chart.Points[1].Label, chart.Points[2].Label})
	require.LessOrEqual(t, rows, int64(values+3*times), "by label each value is one row, not one for each time")

	chart, rows, statements = read(store.Display{})
	require.Equal(t, values, chart.Values)
	require.Len(t, chart.Points, values*times)
	require.GreaterOrEqual(t, rows, int64(values*times))
	require.Equal(t, 2, statements)
}

// The values that Postgres returns are those that the same rule selects from all values, whatever
// is archived, pending or a snapshot.
func TestBoundedChartsEqualTheTopOfTheWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	labels := []string{"1.9", "1.10", "v2", "A", "a", "ä"}
	r := b.repository(t, "acme/a")
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		series := b.series(rt, fmt.Sprintf("%d (.)", runs), insights.SearchCompute)
		values := func(name string) (map[string]int64, float64) {
			drawn := rapid.MapOfN(rapid.SampledFrom(labels), rapid.Int64Range(0, 4), 0, len(labels)).Draw(rt, name)
			sum := 0.0
			for _, n := range drawn {
				sum += float64(n)
			}
			return drawn, sum
		}
		plan := b.plan(rt, series, insights.BackfillPlan, day(0), day(1), day(2), day(3), day(4))
		for at := range 5 {
			if rapid.IntRange(0, 9).Draw(rt, "pending") > 0 {
				sample := insights.Sample{RepositoryID: r.ID, Time: day(at), Outcome: insights.Counted, Commit: oid(at)}
				sample.Values, sample.Value = values("values")
				b.write(rt, series, plan, sample)
			}
		}
		if rapid.Bool().Draw(rt, "snapshot") {
			snapshot := b.snapshot(rt, series, day(6))
			sample := insights.Sample{RepositoryID: r.ID, Time: day(6), Outcome: insights.Counted, Commit: oid(6)}
			sample.Values, sample.Value = values("values now")
			b.settleSnapshot(rt, series, snapshot, sample)
			require.NoError(rt, b.Plans.Complete(b.ctx, series.ID, snapshot, day(6)))
		}
		own := rapid.IntRange(0, 5).Draw(rt, "retention")
		require.NoError(rt, b.Retention.Set(b.ctx, series.ID, &own))
		_, err := b.Retention.KeepNewestOf(b.ctx, series.ID, 0)
		require.NoError(rt, err)

		f := store.PointFilter{Viewer: store.Administrator}
		if rapid.Bool().Draw(rt, "has from") {
			from := day(rapid.IntRange(0, 5).Draw(rt, "from"))
			f.From = &from
		}
		d := store.Display{
			Values: rapid.IntRange(1, 5).Draw(rt, "limit"), Samples: rapid.IntRange(0, 4).Draw(rt, "samples"), Ascending: rapid.Bool().Draw(rt, "ascending"),
			Sort: rapid.SampledFrom([]store.ValueSort{store.ByCount, store.ByLabel, store.ByFirst}).Draw(rt, "sort"),
		}
		bySQL, err := b.Charts.Read(b.ctx, []string{series.ID}, f, d)
		require.NoError(rt, err)
		f.Include = "acme" // matches all repositories, but forces a sum over the ledger
		byHand, err := b.Charts.Read(b.ctx, []string{series.ID}, f, d)
		require.NoError(rt, err)
		require.Empty(rt, cmp.Diff(byHand, bySQL))
		wide, err := b.Charts.ReadWide(b.ctx, []string{series.ID, "nobody"}, f, d)
		require.NoError(rt, err)
		require.Empty(rt, cmp.Diff(byHand, wide))
		shown := map[string]bool{}
		times := map[int64]bool{}
		for _, p := range bySQL[series.ID].Points {
			times[p.Time.Unix()] = true
			if p.Label != "" {
				shown[p.Label] = true
			}
		}
		require.Len(rt, shown, min(d.Values, bySQL[series.ID].Values))
		if d.Samples > 0 {
			require.LessOrEqual(rt, len(times), d.Samples)
		}
	})
	require.GreaterOrEqual(t, runs, 100)
}

func TestValueSorts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/a")
	series := b.series(t, `go (.*)`, insights.SearchCompute)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(1))
	for at, values := range []map[string]int64{{"1.9": 9, "1.10": 1}, {"1.10": 5, "1.11": 5, "1.9": 1}} {
		b.write(t, series, plan, insights.Sample{RepositoryID: r.ID, Time: day(at), Outcome: insights.Counted, Commit: oid(at), Values: values, Value: 11})
	}
	for _, test := range []struct {
		d    store.Display
		want []string
	}{
		{store.Display{Values: 1}, []string{"1.9"}},
		// The greatest counts of 1.10 and 1.11 are equal, so their bytes decide. Points are in the
		// order of versions.
		{store.Display{Values: 2}, []string{"1.9", "1.10"}},
		{store.Display{Values: 1, Samples: 1}, []string{"1.10"}},
		{store.Display{Values: 1, Ascending: true}, []string{"1.10"}},
		{store.Display{Values: 1, Sort: store.ByLabel}, []string{"1.11"}},
		{store.Display{Values: 2, Sort: store.ByLabel, Ascending: true}, []string{"1.9", "1.10"}},
		{store.Display{Values: 1, Sort: store.ByFirst}, []string{"1.11"}},
		{store.Display{Values: 1, Sort: store.ByFirst, Ascending: true}, []string{"1.10"}},
	} {
		charts, err := b.Charts.Read(b.ctx, []string{series.ID}, store.PointFilter{Viewer: store.Administrator}, test.d)
		require.NoError(t, err)
		var got []string
		for _, p := range charts[series.ID].Points {
			if p.Time.Equal(charts[series.ID].Points[0].Time) {
				got = append(got, p.Label)
			}
		}
		require.Equal(t, test.want, got, "%+v", test.d)
	}
}
