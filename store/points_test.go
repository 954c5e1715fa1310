package store_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// bruteForce defines points: for each time of the ledger and each label, the sum over the
// repositories.
func bruteForce(ledger []insights.Sample, names map[int64]string, private map[string]bool, byValue bool, f store.PointFilter) []store.Point {
	inTime := func(t time.Time) bool {
		return (f.From == nil || !t.Before(*f.From)) && (f.To == nil || !t.After(*f.To))
	}
	inScope := func(name string) bool {
		return (f.Viewer.Admin || !private[name] || f.Viewer.Login == "ann" && name == "beta/0000") &&
			(f.Include == "" || regexp.MustCompile("(?i)"+f.Include).MatchString(name)) &&
			(f.Exclude == "" || !regexp.MustCompile("(?i)"+f.Exclude).MatchString(name))
	}
	tallies := map[time.Time]insights.Completeness{}
	sums := map[time.Time]map[string]float64{}
	labels := map[string]bool{}
	for _, sample := range ledger {
		if !inTime(sample.Time) || !inScope(names[sample.RepositoryID]) {
			continue
		}
		tally := tallies[sample.Time]
		tally.Add(sample.Outcome, 1)
		tallies[sample.Time] = tally
		if sums[sample.Time] == nil {
			sums[sample.Time] = map[string]float64{}
		}
		for label, value := range pointsOf(sample) {
			sums[sample.Time][label] += value
			labels[label] = true
		}
	}
	if !byValue || len(labels) == 0 {
		labels = map[string]bool{"": true}
	}
	var points []store.Point
	for at, tally := range tallies {
		for label := range labels {
			points = append(points, store.Point{
				Time: at, Label: label, Value: sums[at][label], Outcomes: tally,
				Coverage: store.Coverage{Known: tally.Known(), Planned: tally.Planned},
			})
		}
	}
	slices.SortFunc(points, func(a, b store.Point) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return insights.CompareLabels(a.Label, b.Label)
	})
	return points
}

func TestPointsEqualTheSumOfTheLedger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	names := map[int64]string{}
	repositories := append(b.repositories(t, "acme", 3), b.repositories(t, "beta", 2)...)
	for _, repository := range repositories {
		names[repository.ID] = repository.Name
	}
	private := map[string]bool{"acme/0002": true, "beta/0000": true}
	for _, repository := range repositories {
		require.NoError(t, b.Repositories.SetFlags(b.ctx, repository.ID, false, false, private[repository.Name]))
	}
	require.NoError(t, b.Access.Grant(b.ctx, "beta/0000", "ann"))
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		filter := store.PointFilter{
			Include: rapid.SampledFrom([]string{"", "^acme/", "000[12]$", `\bACME\b`, "nothing"}).Draw(rt, "include"),
			Exclude: rapid.SampledFrom([]string{"", "^beta/", "2$"}).Draw(rt, "exclude"),
			Viewer:  rapid.SampledFrom([]store.Viewer{{}, {Login: "ann"}, {Login: "bob"}, store.Administrator, {Login: "ann", Admin: true}}).Draw(rt, "viewer"),
		}
		if rapid.Bool().Draw(rt, "has from") {
			from := day(rapid.IntRange(-5, 0).Draw(rt, "from"))
			filter.From = &from
		}
		if rapid.Bool().Draw(rt, "has to") {
			to := day(rapid.IntRange(-5, 0).Draw(rt, "to"))
			filter.To = &to
		}
		want := map[string][]store.Point{}
		var ids []string
		for i := range rapid.IntRange(1, 3).Draw(rt, "series") {
			byValue := rapid.Bool().Draw(rt, "byValue")
			method := insights.Search
			if byValue {
				method = insights.SearchCompute
			}
			series := b.series(rt, fmt.Sprintf("run %d, series %d", runs, i), method)
			ids = append(ids, series.ID)
			var ledger []insights.Sample
			for _, repository := range repositories {
				for _, offset := range rapid.SliceOfNDistinct(rapid.IntRange(-5, 0), 0, 3, rapid.ID).Draw(rt, "times") {
					sample := insights.Sample{RepositoryID: repository.ID, Time: day(offset), Outcome: rapid.SampledFrom(insights.Outcomes).Draw(rt, "outcome")}
					if sample.Outcome == insights.Pending {
						continue
					}
					if sample.Outcome != insights.Absent && sample.Outcome != insights.Failed {
						sample.Commit = oid(rapid.IntRange(0, 5).Draw(rt, "commit"))
						sample.Value, sample.Values = valuesAt(sample.Commit, byValue)
					}
					ledger = append(ledger, sample)
				}
			}
			b.writeAlone(rt, series, ledger)
			if points := bruteForce(ledger, names, private, byValue, filter); len(points) > 0 {
				want[series.ID] = points
			}
		}
		require.NoError(rt, b.Repositories.Remove(b.ctx, "acme/0001"))
		got, err := b.Charts.Points(b.ctx, ids, filter)
		require.NoError(rt, err)
		exported := b.export(rt, ids, filter)
		_, err = b.pool.Exec(b.ctx, `UPDATE repositories SET deleted_at = NULL`)
		require.NoError(rt, err)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("points, -sum +SQL:\n%s", diff)
		}
		if diff := cmp.Diff(want, exported); diff != "" {
			rt.Fatalf("export, -sum +SQL:\n%s", diff)
		}
	})
}

// export returns what an export of the series contains.
func (b *bundle) export(t require.TestingT, seriesIDs []string, f store.PointFilter) map[string][]store.Point {
	e, err := b.Charts.Export(b.ctx, seriesIDs, f)
	require.NoError(t, err)
	defer e.Close()
	all := map[string][]store.Point{}
	for _, id := range seriesIDs {
		require.NoError(t, e.Each(b.ctx, id, func(p store.Point) error {
			all[id] = append(all[id], p)
			return nil
		}))
	}
	return all
}

func TestATimeWithoutValuesIsAPoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repository := b.repository(t, "acme/api")
	b.repository(t, "acme/web")
	series := b.series(t, "TODO", insights.SearchCompute)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(-1))
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, []insights.Sample{
		{RepositoryID: repository.ID, Time: day(-1), Outcome: insights.Counted, Commit: oid("a"), Values: map[string]int64{}},
	}))
	points, err := b.Charts.Points(b.ctx, []string{series.ID, "nobody"}, store.PointFilter{})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(map[string][]store.Point{series.ID: {
		{Time: day(-1), Coverage: store.Coverage{Known: 1, Planned: 2}, Outcomes: insights.Completeness{Planned: 2, Counted: 1, Pending: 1}},
		{Time: day(0), Coverage: store.Coverage{Known: 0, Planned: 2}, Outcomes: insights.Completeness{Planned: 2, Pending: 2}},
	}}, points))
}

func TestBrokenPatternsAreInvalid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repository(t, "acme/api")
	series := b.series(t, "TODO", insights.Search)
	b.plan(t, series, insights.BackfillPlan, day(0))
	for _, filter := range []store.PointFilter{{Include: "a("}, {Exclude: "a("}} {
		_, err := b.Charts.Points(b.ctx, []string{series.ID}, filter)
		requireCode(t, insights.Invalid, err, "not valid at byte 1: missing closing )")
		_, err = b.Charts.Export(b.ctx, []string{series.ID}, filter)
		requireCode(t, insights.Invalid, err, "not valid at byte 1: missing closing )")
	}
	_, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, RepoPattern: "[z-a]"})
	requireCode(t, insights.Invalid, err, "not valid at byte 2")
	_, err = b.Repositories.List(b.ctx, store.RepositoryFilter{NamePattern: "*"})
	requireCode(t, insights.Invalid, err, "not valid at byte 1")
	_, err = b.Repositories.Count(b.ctx, store.RepositoryFilter{NamePattern: "(?!x)"})
	requireCode(t, insights.Invalid, err, "not valid at byte 1")
}
