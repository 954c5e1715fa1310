package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestAViewIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	todo, fixme := viewSeries("TODO", insights.Search), viewSeries(`go (\d\.\d+)`, insights.SearchCompute)
	todo.Scope.Repositories = []string{"acme/api", "acme/web"}
	fixme.Scope.Criteria = "repo:^acme/"
	fixme.Grid.Zone = "Europe/Berlin"
	fixme.Grid.Interval = insights.Interval{Unit: insights.Month, Value: 2}
	created, err := b.Views.Create(b.ctx, insights.View{Title: "Debt", Series: []insights.ViewSeries{todo, fixme}})
	require.NoError(t, err)
	require.Len(t, created.ID, 27)
	require.WithinDuration(t, time.Now(), created.CreatedAt, time.Hour)
	for i, given := range []insights.ViewSeries{todo, fixme} {
		got := created.Series[i]
		require.Len(t, got.ID, 27)
		require.Equal(t, given.Grid.Next(anchor), got.NextRecordingAfter)
		require.Equal(t, created.CreatedAt, got.CreatedAt)
		got.ID, got.CreatedAt, got.NextRecordingAfter = "", time.Time{}, time.Time{}
		require.Empty(t, cmp.Diff(given, got))
	}

	got, err := b.Views.Get(b.ctx, created.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(created, got))
	series, err := b.Series.Get(b.ctx, created.Series[1].ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(created.Series[1].Series, series))
	var days int
	require.NoError(t, b.pool.QueryRow(b.ctx, `SELECT recording_interval_days FROM insight_series WHERE series_id = $1`, series.ID).Scan(&days))
	require.Equal(t, 60, days)
}

func TestEqualSeriesAreShared(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Views.Create(b.ctx, insights.View{Title: "one", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search)}})
	require.NoError(t, err)
	again := viewSeries("TODO", insights.Search)
	again.Label, again.Stroke = "to do", "red"
	second, err := b.Views.Create(b.ctx, insights.View{Title: "two", Series: []insights.ViewSeries{viewSeries("FIXME", insights.Search), again}})
	require.NoError(t, err)
	require.Equal(t, first.Series[0].Series, second.Series[1].Series)
	require.Equal(t, "to do", second.Series[1].Label)
	require.NotEqual(t, first.Series[0].ID, second.Series[0].ID)

	require.NoError(t, b.Views.Delete(b.ctx, first.ID))
	stop, err := b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.Empty(t, stop, "the second view still has the series")
	require.NoError(t, b.Views.Delete(b.ctx, second.ID))
	stop, err = b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{second.Series[0].ID, second.Series[1].ID}, stop)
	_, err = b.Views.Get(b.ctx, second.ID)
	requireCode(t, insights.NotFound, err, "insight "+second.ID+" does not exist")
	requireCode(t, insights.NotFound, b.Views.Delete(b.ctx, second.ID), "does not exist")
	deleted, err := b.Series.Get(b.ctx, second.Series[0].ID)
	require.NoError(t, err, "its workflow reads it while it ends")
	require.Equal(t, second.Series[0].Series, deleted)

	third, err := b.Views.Create(b.ctx, insights.View{Title: "three", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search)}})
	require.NoError(t, err)
	require.NotEqual(t, first.Series[0].ID, third.Series[0].ID, "a deleted series is not used again")
}

// A series must not be deleted with its last view while another view with that series is created.
func TestDeletingTheLastViewWaitsForAConcurrentCreate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	last, err := b.Views.Create(b.ctx, insights.View{Title: "last", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search)}})
	require.NoError(t, err)
	made, err := b.pool.Begin(b.ctx) // like Views.Create, but without the commit
	require.NoError(t, err)
	_, err = made.Exec(b.ctx, `
		WITH v AS (INSERT INTO insight_view (unique_id, title) VALUES ('next', 'next') RETURNING id),
			s AS (UPDATE insight_series SET definition_key = definition_key RETURNING id)
		INSERT INTO insight_view_series (insight_view_id, insight_series_id, position, label) SELECT v.id, s.id, 0, '' FROM v, s`)
	require.NoError(t, err)

	result := make(chan error, 1)
	go func() { result <- b.Views.Delete(b.ctx, last.ID) }()
	for waiting := false; !waiting; {
		err := b.pool.QueryRow(b.ctx, `
			SELECT EXISTS (SELECT FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '-- name: %')`).Scan(&waiting)
		require.NoError(t, err)
	}
	require.NoError(t, made.Commit(b.ctx))
	require.NoError(t, <-result)

	view, err := b.Views.Get(b.ctx, "next")
	require.NoError(t, err)
	require.Equal(t, last.Series[0].ID, view.Series[0].ID)
	stop, err := b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.Empty(t, stop)
}

// Concurrent writers of the same series in different orders must not deadlock.
func TestSharingAndDeletingAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	titles := []string{"a", "b", "c", "d"}
	make4 := func(order ...int) insights.View {
		v := insights.View{Title: "shared"}
		for _, i := range order {
			v.Series = append(v.Series, viewSeries(titles[i], insights.Search))
		}
		return v
	}
	var group errgroup.Group
	for range 2 {
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
			group.Go(func() error {
				for range 8 {
					view, err := b.Views.Create(b.ctx, make4(order...))
					if err != nil {
						return err
					}
					if err := b.Views.Delete(b.ctx, view.ID); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	require.NoError(t, group.Wait())
	_, err := b.Views.Create(b.ctx, make4(0, 1, 2, 3))
	require.NoError(t, err)

	var orphans, dead int
	require.NoError(t, b.pool.QueryRow(b.ctx, `
		SELECT count(*) FILTER (WHERE s.deleted_at IS NULL AND v.live = 0), count(*) FILTER (WHERE s.deleted_at IS NOT NULL AND v.live > 0)
		FROM insight_series s CROSS JOIN LATERAL (
			SELECT count(*) AS live FROM insight_view_series vs JOIN insight_view w ON w.id = vs.insight_view_id
			WHERE vs.insight_series_id = s.id AND w.deleted_at IS NULL) v`).Scan(&orphans, &dead))
	require.Zero(t, orphans, "existing series without a view")
	require.Zero(t, dead, "deleted series with a view")
}

func TestSameSeriesTwiceInAViewIsRejected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Views.Create(b.ctx, insights.View{Title: "twice", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search), viewSeries("TODO", insights.Search)}})
	requireCode(t, insights.Conflict, err, `insight "twice": the insight has the same series twice`)
	_, err = b.Views.Create(b.ctx, insights.View{Series: []insights.ViewSeries{viewSeries("TODO", insights.Search)}})
	requireCode(t, insights.Invalid, err, "no title")
	_, err = b.Views.Create(b.ctx, insights.View{Title: "nul\x00", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search)}})
	requireCode(t, insights.Invalid, err, "contains the character U+0000")
	views, err := b.Views.List(b.ctx, store.ViewFilter{})
	require.NoError(t, err)
	require.Empty(t, views)
	start, err := b.Series.ToStart(b.ctx)
	require.NoError(t, err)
	require.Empty(t, start)
}

func TestViewsAreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 7 {
		_, err := b.Views.Create(b.ctx, insights.View{Title: fmt.Sprintf("View %d 100%%", i), Series: []insights.ViewSeries{viewSeries(fmt.Sprintf("Q_%d", i), insights.Search)}})
		require.NoError(t, err)
	}
	list := func(f store.ViewFilter) (titles []string) {
		for {
			page, err := b.Views.List(b.ctx, f)
			require.NoError(t, err)
			for _, view := range page {
				require.Len(t, view.Series, 1)
				titles, f.After = append(titles, view.Title[5:6]), view.ID
			}
			if len(page) < f.Limit || f.Limit == 0 {
				return titles
			}
		}
	}
	require.Equal(t, []string{"6", "5", "4", "3", "2", "1", "0"}, list(store.ViewFilter{Limit: 3}))
	for find, want := range map[string][]string{
		"vIEW 3": {"3"}, "q_5": {"5"}, "100%": {"6", "5", "4", "3", "2", "1", "0"}, "1__%": nil, `\`: nil, "qx5": nil,
	} {
		require.Equal(t, want, list(store.ViewFilter{Find: find, Limit: 2}), find)
		n, err := b.Views.Count(b.ctx, store.ViewFilter{Find: find})
		require.NoError(t, err)
		require.EqualValues(t, len(want), n)
	}
}

func TestStartsAndStopsAreListedUntilMarked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view, err := b.Views.Create(b.ctx, insights.View{Title: "Debt", Series: []insights.ViewSeries{viewSeries("TODO", insights.Search), viewSeries("FIXME", insights.Search)}})
	require.NoError(t, err)
	start, err := b.Series.ToStart(b.ctx)
	require.NoError(t, err)
	require.Len(t, start, 2)
	for _, s := range start {
		require.Equal(t, "Debt", s.Title)
		require.Equal(t, s.Series.Query, s.Label)
	}
	require.NoError(t, b.Series.MarkStarted(b.ctx, view.Series[0].ID))
	start, err = b.Series.ToStart(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []store.SeriesStart{{Series: view.Series[1].Series, Title: "Debt", Label: "FIXME"}}, start)
	started, next, err := b.Series.Started(b.ctx, 0, 1)
	require.NoError(t, err)
	require.Equal(t, []insights.Series{view.Series[0].Series}, started)
	started, next, err = b.Series.Started(b.ctx, next, 1)
	require.NoError(t, err)
	require.Empty(t, started)
	require.Zero(t, next)
	lost, err := b.Series.MarkLost(b.ctx, view.Series[0].ID)
	require.NoError(t, err)
	require.Equal(t, store.SeriesStart{Series: view.Series[0].Series, Title: "Debt", Label: "TODO"}, lost)
	start, err = b.Series.ToStart(b.ctx)
	require.NoError(t, err)
	require.Len(t, start, 2, "a lost series is started anew")

	require.NoError(t, b.Views.Delete(b.ctx, view.ID))
	start, err = b.Series.ToStart(b.ctx)
	require.NoError(t, err)
	require.Empty(t, start, "a deleted series is not started")
	_, err = b.Series.MarkLost(b.ctx, view.Series[0].ID)
	requireCode(t, insights.NotFound, err, "does not exist")
	stop, err := b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.Len(t, stop, 2, "the start of the second may be on its way")
	require.NoError(t, b.Series.MarkStopped(b.ctx, stop[0]))
	left, err := b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.Equal(t, stop[1:], left)
	require.NoError(t, b.Series.MarkStarted(b.ctx, stop[0]))
	left, err = b.Series.ToStop(b.ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, stop, left, "the start came after the stop, which had found nothing to stop")
	requireCode(t, insights.NotFound, b.Series.MarkStarted(b.ctx, "nobody"), "series nobody does not exist")
	requireCode(t, insights.NotFound, b.Series.MarkStopped(b.ctx, "nobody"), "series nobody does not exist")
}
