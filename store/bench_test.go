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

// BenchmarkLedger is a series of 1,000 repositories with 200 commits each at 100 times: planned, written and read.
func BenchmarkLedger(b *testing.B) {
	const repositories, commits, points = 1000, 200, 100
	s := bundle{Store: store.New(testdb.New(b)), ctx: b.Context()}
	for i := range repositories {
		repository := s.repository(b, fmt.Sprintf("acme/%04d", i))
		chain := make([]store.IndexedCommit, commits)
		for c := range chain {
			chain[c] = store.IndexedCommit{Commit: oid(i, c), Time: anchor.Add(time.Duration(c-commits) * 12 * time.Hour)}
		}
		require.NoError(b, s.ReplaceCommitIndex(s.ctx, repository.ID, 0, chain, anchor))
	}
	times := make([]time.Time, points)
	for i := range times {
		times[i] = day(-i)
	}
	var series insights.Series
	var generation int
	plan := func(b *testing.B, name string) {
		series = s.series(b, name, insights.Search)
		var err error
		generation, err = s.BeginGeneration(s.ctx, series.ID, insights.BackfillPlan, times)
		require.NoError(b, err)
		for done := false; !done; {
			done, err = s.PlanSlice(s.ctx, series.ID, generation, store.ScopeFilter{}, 100, true)
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
				page, _, err := s.Page(s.ctx, series.ID, generation, after, 10)
				require.NoError(b, err)
				if len(page) == 0 {
					break
				}
				through := page[len(page)-1].RepositoryID
				samples, err := s.PendingSamples(s.ctx, series.ID, generation, after+1, through, nil)
				require.NoError(b, err)
				for i := range samples {
					samples[i].Outcome, samples[i].Value = insights.Counted, 3
				}
				require.NoError(b, s.WriteSamples(s.ctx, series.ID, generation, samples))
				written += len(samples)
				after = through
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(written), "µs/sample")
	})
	b.Run("retry and cancel of all", func(b *testing.B) {
		taken := 0
		for b.Loop() {
			retry, err := s.BeginRetry(s.ctx, series.ID, insights.Everything())
			require.NoError(b, err)
			for done := false; !done; {
				done, err = s.RetrySlice(s.ctx, series.ID, retry, 100)
				require.NoError(b, err)
			}
			for n := 1; n > 0; taken += n {
				n, err = s.CancelSlice(s.ctx, series.ID, retry, "benchmark", 20_000)
				require.NoError(b, err)
			}
			require.NoError(b, s.CompleteGeneration(s.ctx, series.ID, retry, anchor))
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(taken), "µs/sample")
	})
	b.Run("retry of nothing", func(b *testing.B) {
		for b.Loop() {
			retry, err := s.BeginRetry(s.ctx, series.ID, insights.Selection{})
			require.NoError(b, err)
			require.Zero(b, retry)
		}
	})
	b.Run("completeness", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Completeness(s.ctx, series.ID)
			require.NoError(b, err)
		}
	})
	b.Run("completeness of generation", func(b *testing.B) {
		for b.Loop() {
			_, err := s.CompletenessOfGeneration(s.ctx, series.ID, generation)
			require.NoError(b, err)
		}
	})
	b.Run("points", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Points(s.ctx, []string{series.ID}, store.PointFilter{})
			require.NoError(b, err)
		}
	})
	b.Run("points filtered", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Points(s.ctx, []string{series.ID}, store.PointFilter{Include: "acme/00"})
			require.NoError(b, err)
		}
	})
	b.Run("samples", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Samples(s.ctx, store.SampleFilter{SeriesID: series.ID, Limit: 50})
			require.NoError(b, err)
		}
	})
}
