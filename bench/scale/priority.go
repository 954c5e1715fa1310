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

// comparePriority creates a large series over all repositories, and times small series while the
// large one is computed. The first small series begins while the large one is being planned, the
// others while it is being searched.
func comparePriority(ctx context.Context, in *inside, points int) error {
	repositories, err := in.store.Repositories.List(ctx, store.RepositoryFilter{Limit: 3})
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
		before, err := in.store.Samples.Completeness(ctx, large.ID)
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
		after, err := in.store.Samples.Completeness(ctx, large.ID)
		if err != nil {
			return err
		}
		tally, err := in.store.Samples.Completeness(ctx, small.ID)
		if err != nil {
			return err
		}
		if after.Planned > 0 && after.Pending == 0 {
			if n == 1 {
				return errors.New("the large series was complete before the first small one: use more repositories")
			}
			break // the large series may have ended before this small one
		}
		worst = max(worst, took)
		fmt.Printf("%8.1fs  series %d of %d repositories, %d samples, is complete; meanwhile the large one went from %d to %d of %d samples\n",
			took.Seconds(), n, len(names), tally.Planned, before.Done(), after.Done(), after.Planned)
	}
	fmt.Printf("%8.1fs  the large series is complete; it may have ended before the last small one\n", time.Since(began).Seconds())
	in.bars.AtMost("slowest of the small series, from creation to complete", worst.Seconds(), 10, " s")
	return nil
}

// createOver creates an insight over some repositories, as the API does.
func (in *inside) createOver(ctx context.Context, query string, points int, scope insights.Scope) (insights.Series, error) {
	grid := insights.NewGrid(time.Now(), insights.Interval{Unit: insights.Day, Value: 30}, points)
	view, err := in.store.Views.Create(ctx, insights.View{Title: "priority", Series: []insights.ViewSeries{
		{Label: query, Series: insights.Series{Query: query, Method: insights.Search, Grid: grid, Scope: scope}},
	}})
	if err != nil {
		return insights.Series{}, err
	}
	series := view.Series[0].Series
	if err := contract.NewClient(in.temporal, in.p.Namespace).StartSeries(ctx, series, "priority"); err != nil {
		return series, err
	}
	return series, in.store.Series.MarkStarted(ctx, series.ID)
}
