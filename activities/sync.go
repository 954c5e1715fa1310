package activities

import (
	"context"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// Sync fetches mirrors and refreshes commit indexes.
type Sync struct {
	Store   *store.Store
	Mirrors *Mirrors
}

// listPage is how many repositories one run of a SyncWorkflow works on: three events each.
const listPage = 400

// List returns the ids of the next repositories after the given one.
func (s *Sync) List(ctx context.Context, after int64) (ListResult, error) {
	ids, err := s.ids(ctx)
	if err != nil {
		return ListResult{}, outcome(ctx, err)
	}
	first, found := slices.BinarySearch(ids, after)
	if found {
		first++
	}
	last := min(first+listPage, len(ids))
	return ListResult{IDs: ids[first:last], Last: last == len(ids)}, nil
}

// ids reads all ids: the store pages by name, and 36,000 rows take about 0.1 s.
func (s *Sync) ids(ctx context.Context) ([]int64, error) {
	var ids []int64
	err := eachRepository(ctx, s.Store, func(r store.Repository) error {
		ids = append(ids, r.ID)
		return nil
	})
	slices.Sort(ids)
	return ids, err
}

// eachRepository calls do for every registered repository, by name.
func eachRepository(ctx context.Context, from *store.Store, do func(store.Repository) error) error {
	const page = 2000
	for after := ""; ; {
		list, err := from.Repositories(ctx, store.RepositoryFilter{After: after, Limit: page})
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := do(r); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
		after = list[len(list)-1].Name
	}
}

// Repository fetches and indexes one repository. Its own trouble is recorded with it and is no error of the activity; a
// repository that was removed meanwhile is left alone.
func (s *Sync) Repository(ctx context.Context, id int64) error {
	work, done := untilWorkerStops(ctx)
	defer done()
	r, err := s.Store.Repository(work, id)
	if insights.ErrorCode(err) == insights.NotFound {
		return nil
	}
	if err != nil {
		return outcome(ctx, err)
	}
	if r.DeletedAt != nil {
		return nil
	}
	if _, err := s.Mirrors.Refresh(work, r); err != nil && asRepositoryError(err) == nil {
		return outcome(ctx, err)
	}
	return nil
}
