package store

import (
	"context"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Retention archives sample times, and prunes deleted views and series, and the commit indexes of
// removed repositories.
type Retention struct{ *database }

// SeriesRetention says how many sample times of a series are shown on charts. Older times are
// archived: exports still have them, completeness still counts them, and charts show them again
// when the number is raised. Archiving deletes no sample.
type SeriesRetention struct {
	Points   int  // how many of the newest sample times are shown on charts; 0: all
	Own      *int // the series' own number; nil: the setting applies
	Archived int  // sample times that charts do not show
}

// Of returns the retention of a series. `setting` is the value of SettingRetentionPoints.
func (s *Retention) Of(ctx context.Context, seriesID string, setting int) (SeriesRetention, error) {
	row, err := s.queries().Retention(ctx, int32(setting), seriesID)
	if err != nil {
		return SeriesRetention{}, classify(err, "series %s: retention", seriesID)
	}
	r := SeriesRetention{Points: int(row.Points), Archived: int(row.Archived)}
	if row.Own != nil {
		own := int(*row.Own)
		r.Own = &own
	}
	return r, nil
}

// maxRetention is far above the number of points that a series can have.
const maxRetention = 1 << 20

// Set gives a series a number of its own, 0 for all; nil makes the setting apply again. The number
// takes effect with the next KeepNewest or KeepNewestOf. Set returns Invalid for a number below 0
// or above maxRetention.
func (s *Retention) Set(ctx context.Context, seriesID string, points *int) error {
	var own *int32
	if points != nil {
		if *points < 0 || *points > maxRetention {
			return insights.Errorf(insights.Invalid, "series %s: retention of %d points: use a number from 1 to %d, or 0 for all", seriesID, *points, maxRetention)
		}
		n := int32(*points)
		own = &n
	}
	n, err := s.queries().SetRetention(ctx, own, seriesID)
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "series %s does not exist", seriesID)
	}
	return classify(err, "series %s: retention", seriesID)
}

// Kept says what KeepNewest did.
type Kept struct {
	Next               int64 // the cursor of the next page, which may be empty; 0: there is none
	Archived, Restored int64 // sample times
}

// KeepNewest archives and restores sample times of the next series after the cursor `after`, of at
// most `limit` series. The SQL function shown_points says how many times of a series are shown,
// given its own number and `setting`, the value of SettingRetentionPoints. Idempotent. It takes one
// statement.
func (s *Retention) KeepNewest(ctx context.Context, setting int, after int64, limit int) (Kept, error) {
	row, err := s.queries().KeepNewest(ctx, db.KeepNewestParams{Setting: int32(setting), After: id32(after), RowLimit: pageSize(limit)})
	if err != nil {
		return Kept{}, classify(err, "retention")
	}
	kept := Kept{Archived: row.Archived, Restored: row.Restored}
	if row.Series == int64(pageSize(limit)) {
		kept.Next = int64(row.Last)
	}
	return kept, nil
}

// KeepNewestOf is like KeepNewest for one series.
func (s *Retention) KeepNewestOf(ctx context.Context, seriesID string, setting int) (Kept, error) {
	row, err := s.queries().KeepNewest(ctx, db.KeepNewestParams{Setting: int32(setting), Chosen: seriesID, RowLimit: 1})
	return Kept{Archived: row.Archived, Restored: row.Restored}, classify(err, "series %s: retention", seriesID)
}
