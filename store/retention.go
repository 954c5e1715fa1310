package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Retention says how much of a series its charts show. Older sample times are archived: exports have them, completeness counts
// them, and they are shown again when the number is raised. No sample is ever lost by it.
type Retention struct {
	Points   int // sample times that charts show, the newest; 0: all
	Own      *int
	Archived int // sample times that charts do not show
}

// Retention returns that of a series; setting is the value of SettingRetentionPoints.
func (s *Store) Retention(ctx context.Context, seriesID string, setting int) (Retention, error) {
	row, err := s.queries().Retention(ctx, seriesID)
	if err != nil {
		return Retention{}, classify(err, "series %s: retention", seriesID)
	}
	r := Retention{Archived: int(row.Archived)}
	switch {
	case row.Own != nil:
		own := int(*row.Own)
		r.Own, r.Points = &own, own
	case setting > 0:
		r.Points = max(setting, int(row.Points))
	}
	return r, nil
}

// SetRetention gives a series a number of its own, 0 for all; nil is the setting's again. KeepNewest puts it into force. Invalid below 0.
func (s *Store) SetRetention(ctx context.Context, seriesID string, points *int) error {
	var own *int32
	if points != nil {
		if *points < 0 || *points > 1<<20 {
			return insights.Errorf(insights.Invalid, "series %s: retention of %d points: use a number from 1, or 0 for all", seriesID, *points)
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

// Kept is what KeepNewest did.
type Kept struct {
	Next               int64 // the cursor of the page after this one; 0: there is none
	Archived, Restored int64 // sample times
}

// KeepNewest archives and restores sample times of the next limit series after the cursor, as their own numbers or the given setting say
// (0: all stay). Again, it does nothing. One statement.
func (s *Store) KeepNewest(ctx context.Context, setting int, after int64, limit int) (Kept, error) {
	row, err := s.queries().KeepNewest(ctx, db.KeepNewestParams{Points: int32(setting), After: id32(after), RowLimit: pageSize(limit)})
	if err != nil {
		return Kept{}, classify(err, "retention")
	}
	kept := Kept{Archived: row.Archived, Restored: row.Restored}
	if row.Series == int64(pageSize(limit)) {
		kept.Next = int64(row.Last)
	}
	return kept, nil
}

// KeepNewestOf is KeepNewest for one series.
func (s *Store) KeepNewestOf(ctx context.Context, seriesID string, setting int) (Kept, error) {
	row, err := s.queries().KeepNewest(ctx, db.KeepNewestParams{Points: int32(setting), Chosen: seriesID, RowLimit: 1})
	return Kept{Archived: row.Archived, Restored: row.Restored}, classify(err, "series %s: retention", seriesID)
}

// archivedTimes returns the sample times that charts do not show, by series.
func (s *Store) archivedTimes(ctx context.Context, seriesIDs []string) (map[string]map[time.Time]bool, error) {
	rows, err := s.queries().ArchivedTimes(ctx, seriesIDs)
	if err != nil {
		return nil, classify(err, "archived times of %d series", len(seriesIDs))
	}
	archived := map[string]map[time.Time]bool{}
	for _, row := range rows {
		if archived[row.SeriesID] == nil {
			archived[row.SeriesID] = map[time.Time]bool{}
		}
		archived[row.SeriesID][row.Time.UTC()] = true
	}
	return archived, nil
}
