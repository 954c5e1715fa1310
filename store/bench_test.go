package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/store"
)

// BenchmarkLedger plans, writes and reads a series of 1,000 repositories with 200 commits each at
// 100 times.
func BenchmarkLedger(b *testing.B) {
	const repositories, commits, points = 1000, 200, 100
	s := bundle{Store: store.New(testdb.New(b)), ctx: b.Context()}
	for i := range repositories {
		repository := s.repository(b, fmt.Sprintf("acme/%04d", i))
		chain := make([]store.IndexedCommit, commits)
		for c := range chain {
			chain[c] = store.IndexedCommit{Commit: oid(i, c), Time: anchor.Add(time.Duration(c-commits) * 12 * time.Hour)}
		}
		require.NoError(b, s.Commits.Replace(s.ctx, repository.ID, 0, chain, anchor))
	}
	times := make([]time.Time, points)
	for i := range times {
		times[i] = day(-i)
	}
	var series insights.Series
	var number int
	plan := func(b *testing.B, name string) {
		series = s.series(b, name, insights.Search)
		var err error
		number, err = s.Plans.Begin(s.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: times})
		require.NoError(b, err)
		for done := false; !done; {
			_, done, err = s.Plans.WriteSlice(s.ctx, series.ID, number, store.ScopeFilter{}, 100, true)
			require.NoError(b, err)
		}
	}
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			plan(b, fmt.Sprint("plan ", time.Now().UnixNano()))
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*repositories*points), "µs/sample")
	})
	b.Run("write", func(b *testing.B) {
		written := 0
		for b.Loop() {
			b.StopTimer()
			plan(b, fmt.Sprint("write ", time.Now().UnixNano()))
			b.StartTimer()
			for after := int64(0); ; {
				page, _, err := s.Plans.Page(s.ctx, series.ID, number, after, store.PageLimit{Repositories: 10})
				require.NoError(b, err)
				if len(page) == 0 {
					break
				}
				through := page[len(page)-1].RepositoryID
				samples, err := s.Samples.Pending(s.ctx, series.ID, number, after+1, through)
				require.NoError(b, err)
				for i := range samples {
					samples[i].Outcome, samples[i].Value = insights.Counted, 3
				}
				require.NoError(b, s.Samples.Write(s.ctx, series.ID, number, samples))
				written += len(samples)
				after = through
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(written), "µs/sample")
	})
	b.Run("retry and cancel of all", func(b *testing.B) {
		taken := 0
		for b.Loop() {
			retry, err := s.Plans.Begin(s.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Everything()})
			require.NoError(b, err)
			for done := false; !done; {
				_, done, err = s.Plans.WriteSlice(s.ctx, series.ID, retry, store.ScopeFilter{}, 100, true)
				require.NoError(b, err)
			}
			for n := 1; n > 0; taken += n {
				n, err = s.Plans.CancelSlice(s.ctx, series.ID, retry, "benchmark", 20_000)
				require.NoError(b, err)
			}
			require.NoError(b, s.Plans.Complete(s.ctx, series.ID, retry, anchor))
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(taken), "µs/sample")
	})
	b.Run("retry of nothing", func(b *testing.B) {
		for b.Loop() {
			retry, err := s.Plans.Begin(s.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{}})
			require.NoError(b, err)
			require.Zero(b, retry)
		}
	})
	b.Run("completeness", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Samples.Completeness(s.ctx, series.ID)
			require.NoError(b, err)
		}
	})
	b.Run("completeness of plan", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Samples.TallyOf(s.ctx, series.ID, number)
			require.NoError(b, err)
		}
	})
	b.Run("points", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Charts.Points(s.ctx, []string{series.ID}, store.PointFilter{})
			require.NoError(b, err)
		}
	})
	b.Run("points filtered", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Charts.Points(s.ctx, []string{series.ID}, store.PointFilter{Include: "acme/00"})
			require.NoError(b, err)
		}
	})
	b.Run("samples", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Samples.List(s.ctx, store.SampleFilter{SeriesID: series.ID, Limit: 50})
			require.NoError(b, err)
		}
	})
}
