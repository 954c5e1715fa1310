package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Point is the sum of a series' values over repositories at one time.
type Point struct {
	Time  time.Time
	Label string // the value of a series whose method is ByValue; "" otherwise
	Value float64
	// Coverage says how many of the repositories planned at this time have an exact value. At 0 the value says nothing.
	Coverage Coverage
	Outcomes insights.Completeness // the samples behind this time
	Snapshot bool                  // between two recordings, replaced by the next one (see Charts)
	Archived bool                  // older than what charts show (see Export)
}

// Coverage is how many repositories are known, of those planned.
type Coverage struct{ Known, Planned int64 }

// PointFilter narrows points. From and To are included; Include and Exclude are regular expressions of Postgres on
// repository names, "" for none. Only what the Viewer may see is counted: private repositories are hidden from the zero Viewer.
type PointFilter struct {
	From, To         *time.Time
	Include, Exclude string
	Viewer           Viewer

	values *chosenValues // nil: every captured value
}

// everything reports whether the reader sees all repositories and asks for all of them: then the writers' sums are the answer.
func (f PointFilter) everything() bool { return f.Viewer.Admin && f.Include == "" && f.Exclude == "" }

// span is the first and the last time asked for.
func (f PointFilter) span() (from, to time.Time) {
	from, to = dawn, dusk
	if f.From != nil {
		from = instant(*f.From)
	}
	if f.To != nil {
		to = instant(*f.To)
	}
	return from, to
}

// No sample time is outside of these, see insights.Grid.Validate.
var (
	dawn = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	dusk = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Points returns the points of several series in time order. For who sees all repositories and asks for all, that is one statement over
// sums that the writers keep; for others it is up to five in one snapshot, which read the ledger's rows of the repositories chosen or of
// the others, whichever are fewer. The times come from the ledger: one at which
// nothing matched is a point with value 0, one at which nothing is known yet is a point with coverage 0. A series by captured
// value has a point for each time and each value that occurs at any of the times, within a time as insights.CompareLabels orders them; if none
// occurs, one point per time without label. Removed repositories go on counting. A series that isn't there, or has
// no plan, has no points. Invalid for a broken pattern.
func (s *Store) Points(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
	from, to := f.span()
	params := db.PointsParams{SeriesIDs: seriesIDs, FromTime: from, ToTime: to, AllValues: f.values == nil}
	if f.values != nil {
		params.ValueSeries, params.ChosenValues = f.values.keys, f.values.values
	}
	if f.everything() {
		rows, err := s.queries().Points(ctx, params)
		return pointsOf(rows), classify(err, "points of %d series", len(seriesIDs))
	}
	var points map[string][]Point
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) (err error) {
		points, err = filteredPoints(ctx, db.New(tx), params, f)
		return err
	})
	return points, classify(err, "points of %d series", len(seriesIDs))
}

// pointsOf turns rows by series, time and capture into points.
func pointsOf(rows []db.PointsRow) map[string][]Point {
	points := make(map[string][]Point)
	for len(rows) > 0 {
		end := slices.IndexFunc(rows, func(r db.PointsRow) bool { return r.SeriesID != rows[0].SeriesID })
		if end < 0 {
			end = len(rows)
		}
		points[rows[0].SeriesID] = fill(rows[:end])
		rows = rows[end:]
	}
	return points
}

// fill turns the rows of one series, which have only the values that occur at a time, into points for all labels.
func fill(rows []db.PointsRow) []Point {
	labels := []string{""}
	if rows[0].Captured {
		labels = labelsOf(rows)
	}
	var points []Point
	for len(rows) > 0 {
		first := rows[0]
		values := make(map[string]float64)
		for len(rows) > 0 && rows[0].Time.Equal(first.Time) {
			values[text(rows[0].Capture)] = rows[0].Value
			rows = rows[1:]
		}
		outcomes := outcomesOf(first)
		for _, label := range labels {
			points = append(points, Point{
				Time: first.Time.UTC(), Label: label, Value: values[label],
				Coverage: Coverage{Known: outcomes.Known(), Planned: outcomes.Planned}, Outcomes: outcomes,
			})
		}
	}
	return points
}

func outcomesOf(row db.PointsRow) insights.Completeness {
	return tallyOf(db.CompletenessRow{Counted: row.Counted, Reused: row.Reused, Absent: row.Absent, Partial: row.Partial, Failed: row.Failed, Pending: row.Pending})
}

func labelsOf(rows []db.PointsRow) []string {
	var labels []string
	for _, row := range rows {
		if row.Capture != nil {
			labels = append(labels, *row.Capture)
		}
	}
	if len(labels) == 0 {
		return []string{""}
	}
	slices.SortFunc(labels, insights.CompareLabels)
	return slices.Compact(labels)
}
