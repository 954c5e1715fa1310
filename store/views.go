package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/ksuid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Views reads and writes insight views.
type Views struct{ *database }

// Create stores a view and its series in one transaction and returns the view as stored, with ids
// and times. A series that another view already has is shared, and keeps its id. Series.ToStart
// returns new series as soon as the transaction is committed. Create returns Invalid for a view
// that insights.View.Validate refuses, and Conflict for a view that has the same series twice or
// whose id is taken.
func (s *Views) Create(ctx context.Context, v insights.View) (insights.View, error) {
	if err := v.Validate(); err != nil {
		return insights.View{}, err
	}
	if v.ID == "" {
		v.ID = ksuid.New().String()
	}
	if v.CreatedAt.IsZero() {
		v.CreatedAt = time.Now()
	}
	v.CreatedAt = instant(v.CreatedAt)
	v.Series = slices.Clone(v.Series)
	err := s.inTx(ctx, func(q *db.Queries) error {
		viewID, err := q.AddView(ctx, db.AddViewParams{UniqueID: v.ID, Title: v.Title, Owner: v.Owner, CreatedAt: v.CreatedAt})
		if err != nil {
			return err
		}
		for _, i := range inKeyOrder(v.Series) {
			series := &v.Series[i]
			if series.ID == "" {
				series.ID = ksuid.New().String()
			}
			row, err := q.AddSeries(ctx, seriesParams(series.Series, v.CreatedAt))
			if err != nil {
				return err
			}
			series.Series = seriesOf(row)
			err = q.AttachSeries(ctx, db.AttachSeriesParams{
				ViewID: viewID, SeriesID: row.ID, Position: int32(i), Label: series.Label, Stroke: series.Stroke,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return insights.View{}, classify(err, "insight %q", v.Title)
	}
	return v, nil
}

// inKeyOrder returns the positions of the series, sorted by definition key. Writers of several
// shared series lock them in this order, which prevents deadlocks.
func inKeyOrder(series []insights.ViewSeries) []int {
	order := make([]int, len(series))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return strings.Compare(series[a].DefinitionKey(), series[b].DefinitionKey())
	})
	return order
}

// ViewFilter selects a page of views. The zero filter selects the first page of all views.
type ViewFilter struct {
	ID    string // only this one
	Find  string // a text in the title or in a label of a series, ignoring case
	After string // the id of the last view of the previous page
	Limit int    // 0: 10,000, the maximum
}

// List returns views with their series, newest first, in two statements. The page is empty when
// After is the id of no view. The id of a deleted view can be used until that view is pruned.
func (s *Views) List(ctx context.Context, f ViewFilter) ([]insights.View, error) {
	rows, err := s.queries().Views(ctx, db.ViewsParams{UniqueID: f.ID, After: f.After, Find: contains(f.Find), RowLimit: pageSize(f.Limit)})
	if err != nil || len(rows) == 0 {
		return nil, classify(err, "insights")
	}
	views := make([]insights.View, len(rows))
	index := make(map[int32]int, len(rows))
	ids := make([]int32, len(rows))
	for i, row := range rows {
		views[i] = insights.View{ID: row.UniqueID, Title: row.Title, Owner: row.Owner, CreatedAt: row.CreatedAt.UTC()}
		index[row.ID], ids[i] = i, row.ID
	}
	series, err := s.queries().SeriesOfViews(ctx, ids)
	if err != nil {
		return nil, classify(err, "series of insights")
	}
	for _, row := range series {
		view := &views[index[row.InsightViewID]]
		view.Series = append(view.Series, insights.ViewSeries{Series: seriesOf(row.InsightSeries), Label: row.Label, Stroke: row.Stroke})
	}
	return views, nil
}

// Count returns how many views all pages of the filter have together.
func (s *Views) Count(ctx context.Context, f ViewFilter) (int64, error) {
	n, err := s.queries().CountViews(ctx, f.ID, contains(f.Find))
	return n, classify(err, "insights")
}

// Get returns one view, NotFound when it does not exist or is deleted.
func (s *Views) Get(ctx context.Context, id string) (insights.View, error) {
	if id == "" {
		return insights.View{}, insights.Errorf(insights.NotFound, "an insight without an id does not exist")
	}
	views, err := s.List(ctx, ViewFilter{ID: id, Limit: 1})
	if err != nil {
		return insights.View{}, err
	}
	if len(views) == 0 {
		return insights.View{}, insights.Errorf(insights.NotFound, "insight %s does not exist", id)
	}
	return views[0], nil
}

// Owner returns the owner of a view. It returns NotFound when the view does not exist or is
// deleted.
func (s *Views) Owner(ctx context.Context, id string) (string, error) {
	owner, err := s.queries().ViewOwner(ctx, id)
	return owner, classify(err, "insight %s", id)
}

// OwnersOfSeries returns the owners of the views that have the series, none for a deleted series.
// It returns NotFound when the series does not exist.
func (s *Views) OwnersOfSeries(ctx context.Context, seriesID string) ([]string, error) {
	owners, err := s.queries().SeriesOwners(ctx, seriesID)
	return owners, classify(err, "series %s", seriesID)
}

// Delete marks a view as deleted, and with it those of its series that no other view has.
// Series.ToStop returns these series as soon as the transaction is committed. The rows stay until
// Retention prunes them. A second call returns NotFound.
func (s *Views) Delete(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(q *db.Queries) error {
		viewID, err := q.DeleteView(ctx, id)
		if err != nil {
			return err
		}
		series, err := q.LockSeriesOfView(ctx, viewID)
		if err != nil {
			return err
		}
		return q.DeleteOrphanSeries(ctx, series)
	})
	return classify(err, "insight %s", id)
}

// contains returns the ILIKE pattern for texts that contain `find`, and "" for "".
func contains(find string) string {
	if find == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(find) + "%"
}
