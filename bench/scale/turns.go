package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// turns times what a series of few repositories waits for while one over all of them is computed: once when the large one has just
// been created and is planned, and then again and again while it is searched.
func turns(ctx context.Context, in *inside, points int) error {
	repositories, err := in.store.Repositories(ctx, store.RepositoryFilter{Limit: 3})
	if err != nil {
		return err
	}
	var names []string
	for _, r := range repositories {
		names = append(names, r.Name)
	}
	began := time.Now()
	large, err := in.createOver(ctx, "TODO case:yes", points, insights.Scope{})
	if err != nil {
		return err
	}
	var worst time.Duration
	for n := 1; ; n++ {
		before, err := in.store.Completeness(ctx, large.ID)
		if err != nil {
			return err
		}
		since := time.Now()
		small, err := in.createOver(ctx, fmt.Sprintf("TODO count:%d", 1_000_000+n), points, insights.Scope{Repositories: names})
		if err != nil {
			return err
		}
		if _, _, err := in.complete(ctx, small); err != nil {
			return err
		}
		took := time.Since(since)
		after, err := in.store.Completeness(ctx, large.ID)
		if err != nil {
			return err
		}
		tally, err := in.store.Completeness(ctx, small.ID)
		if err != nil {
			return err
		}
		if after.Planned > 0 && after.Pending == 0 {
			if n == 1 {
				return errors.New("the large series was done before the first small one: use more repositories")
			}
			break // it may have been alone at the end
		}
		worst = max(worst, took)
		fmt.Printf("%8.1fs  series %d of %d repositories, %d samples, complete; meanwhile the large one went from %d to %d of %d samples\n",
			took.Seconds(), n, len(names), tally.Planned, before.Done(), after.Done(), after.Planned)
	}
	fmt.Printf("%8.1fs  the large series\n", time.Since(began).Seconds())
	in.bars.AtMost("slowest of the small series, from creation to complete", worst.Seconds(), 10, " s")
	return nil
}

// createOver makes an insight over some repositories as the API does.
func (in *inside) createOver(ctx context.Context, query string, points int, scope insights.Scope) (insights.Series, error) {
	grid := insights.NewGrid(time.Now(), insights.Interval{Unit: insights.Day, Value: 30}, points)
	view, err := in.store.CreateView(ctx, insights.View{Title: "turns", Series: []insights.ViewSeries{
		{Label: query, Series: insights.Series{Query: query, Method: insights.Search, Grid: grid, Scope: scope}},
	}})
	if err != nil {
		return insights.Series{}, err
	}
	series := view.Series[0].Series
	if err := contract.NewClient(in.temporal, in.p.Namespace).StartSeries(ctx, series, "turns"); err != nil {
		return series, err
	}
	return series, in.store.MarkSeriesStarted(ctx, series.ID)
}
