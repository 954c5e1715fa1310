package activities

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// budgets determine how a page is divided into workflows; see the settings' descriptions in package
// store.
type budgets struct {
	batch  int64 // the largest cost of repositories that share a workflow
	shards int   // number of search queues; each batch belongs to one
	frame  int64 // a repository that costs more gets one workflow per sample time
}

const (
	// pageCost bounds a page of more than one repository, in the unit of store.RepositoryWork.Cost.
	// It is about a minute's work for two cores, so that a due recording never waits long. (30
	// repositories with 1 GB of text in total and 12 frames cost about 1,000 and take two cores
	// about 4 s.)
	pageCost = 15_000
	// maxPageRepositories bounds a page whose repositories cost next to nothing.
	maxPageRepositories = 10_000
	// maxBatchRepositories bounds the repositories of a batch, whatever they cost, so that the
	// history of a batch's workflow stays short even if the workflow starts a child for each
	// repository.
	maxBatchRepositories = 100
	// Repositories share a batch only up to 1/minBatches of the page's cost, so that every core of
	// every worker has work, or up to minBatchCost if that is more. A child workflow costs 20-30
	// ms, and the search of a batch that costs minBatchCost takes about 200 ms.
	minBatches   = 12
	minBatchCost = 50
)

// Page returns the next page of a plan's pending work. It reads the settings on each call, so a
// change of a setting takes effect on the next page.
func (p *Plans) Page(ctx context.Context, in PageInput) (PageResult, error) {
	page, err := p.page(ctx, in)
	return page, activityError(ctx, err)
}

func (p *Plans) page(ctx context.Context, in PageInput) (PageResult, error) {
	settings, err := p.Store.Settings.All(ctx)
	if err != nil {
		return PageResult{}, err
	}
	var limits budgets
	var window int
	if err := settings.Parse(map[string]any{
		store.SettingBatchCost: &limits.batch, store.SettingFrameBudget: &limits.frame,
		store.SettingWindow: &window, store.SettingShards: &limits.shards,
	}); err != nil {
		return PageResult{}, err
	}
	work, last, err := p.Store.Plans.Page(ctx, in.SeriesID, in.Plan, in.After, store.PageLimit{Repositories: maxPageRepositories, Cost: pageCost})
	if err != nil {
		return PageResult{}, err
	}
	page, taken := batches(work, limits)
	page.Window, page.Shards = window, limits.shards
	page.Next, page.Last = in.After, last && taken == len(work)
	if taken > 0 {
		page.Next = work[taken-1].RepositoryID
	}
	ranges := make([]store.RepositoryRange, len(page.Batches))
	for i, b := range page.Batches {
		ranges[i] = store.RepositoryRange{From: b.From, Through: b.Through}
	}
	tallies, err := p.Store.Samples.TallyOfRanges(ctx, in.SeriesID, in.Plan, ranges, nil)
	if err != nil {
		return PageResult{}, err
	}
	for i := range page.Batches {
		page.Batches[i].Before = tallies[i]
	}
	// The next page waits for the last batch of this page, so the longest batch should not start
	// last.
	slices.SortStableFunc(page.Batches, func(a, b Batch) int { return cmp.Compare(b.cost, a.cost) })
	return page, nil
}

// batches groups the work, in order of repository ids, into batches until the page is full. `taken`
// is the number of repositories in the page.
func batches(work []store.RepositoryWork, limits budgets) (page PageResult, taken int) {
	limits.batch = min(limits.batch, max(minBatchCost, costOf(work)/minBatches))
	var total int64
	var open *openBatch // the last batch, if repositories can be added to it
	for _, w := range work {
		cost := w.Cost()
		joins := open != nil && open.takes(w, cost, limits)
		if taken > 0 && (total+cost > pageCost || !joins && len(page.Batches) == MaxBatches) {
			break
		}
		if joins {
			open.add(w, cost)
		} else {
			page.Batches = append(page.Batches, Batch{From: w.RepositoryID, Through: w.RepositoryID, Label: w.Name, Unfold: cost > limits.frame, cost: cost})
			open = &openBatch{batch: &page.Batches[len(page.Batches)-1], first: w.Name, count: 1}
		}
		total += cost
		taken++
	}
	return page, taken
}

// costOf returns the cost of the work, at most pageCost.
func costOf(work []store.RepositoryWork) (total int64) {
	for _, w := range work {
		if total += w.Cost(); total >= pageCost {
			return pageCost
		}
	}
	return total
}

// openBatch is a batch to which repositories can still be added.
type openBatch struct {
	batch *Batch
	first string
	count int
}

func (f *openBatch) takes(w store.RepositoryWork, cost int64, limits budgets) bool {
	return insights.ShardOf(w.RepositoryID, limits.shards) == insights.ShardOf(f.batch.From, limits.shards) && !f.batch.Unfold && cost <= limits.frame && f.count < maxBatchRepositories && f.batch.cost+cost <= limits.batch
}

func (f *openBatch) add(w store.RepositoryWork, cost int64) {
	f.batch.Through = w.RepositoryID
	f.count++
	f.batch.cost += cost
	f.batch.Label = fmt.Sprintf("%s and %d more", f.first, f.count-1)
}
