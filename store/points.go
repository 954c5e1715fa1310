package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Charts reads what charts show: sums over repositories, by time.
type Charts struct{ *database }

// Point is the sum of a series' values over repositories at one time.
type Point struct {
	Time  time.Time
	Label string // the captured value or language, for a series that counts by value; else ""
	Value float64
	// Coverage says how many of the repositories planned at this time have an exact value. If its
	// Known is 0, Value is no more than a lower bound, and without partial samples it means
	// nothing.
	Coverage Coverage
	Outcomes insights.Completeness // tally of the samples at this time
	Snapshot bool                  // between two recordings; the next snapshot replaces it
	Archived bool                  // too old for charts; exports have it. Only Export.Each sets it
}

// Coverage is how many of the planned repositories have an exact value.
type Coverage struct{ Known, Planned int64 }

// PointFilter selects points. From and To are inclusive. Include and Exclude are patterns on
// repository names, as insights.NamePattern has them, "" for none. Points count only repositories
// that the Viewer may see: the zero Viewer sees public ones.
type PointFilter struct {
	From, To         *time.Time
	Include, Exclude string
	Viewer           Viewer

	values *chosenValues // nil: every captured value
}

// everything reports whether the viewer sees all repositories and asks for all of them. Such a read
// only needs the sums that writers keep, in series_tallies and capture_sums.
func (f PointFilter) everything() bool { return f.Viewer.Admin && f.Include == "" && f.Exclude == "" }

// span returns the first and the last time asked for.
func (f PointFilter) span() (from, to time.Time) {
	from, to = minTime, maxTime
	if f.From != nil {
		from = instant(*f.From)
	}
	if f.To != nil {
		to = instant(*f.To)
	}
	return from, to
}

// Every sample time is between these, see insights.Grid.Validate.
var (
	minTime = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	maxTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Points returns the points of several series, as a map by series id, in time order, the shown
// snapshot last. An administrator's read without f.Include and f.Exclude takes one SQL statement
// over the sums that writers keep. Other reads are filtered. They take up to five statements in one
// transaction, and read the ledger's rows of either the chosen repositories or all others,
// whichever are fewer.
//
// A time at which nothing matched has a point with value 0. A time at which nothing is known yet
// has a point with Coverage.Known 0. A series that counts by value has a point for each time and
// each value that occurs at any of the times. Points of one time are in the order of
// insights.CompareLabels. If no value occurs at all, there is one point per time, without a label.
// Removed repositories still count. A series that does not exist, or has no plan, has no points. A
// filtered read has no points at times at which no chosen repository has a sample. Points returns
// Invalid for a pattern that insights.NamePattern refuses.
func (s *Charts) Points(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
	return s.points(ctx, seriesIDs, f, 0)
}

// errTooManyPoints ends a read that would return too many points.
var errTooManyPoints = errors.New("too many points")

// within returns errTooManyPoints if n is more than `most`; 0 means no limit.
func within(n, most int) error {
	if most > 0 && n > most {
		return errTooManyPoints
	}
	return nil
}

// points does the same as Points. It returns errTooManyPoints, wrapped, instead of more than `most`
// points, and then has not needed more memory than for so many; 0 means no limit.
func (s *Charts) points(ctx context.Context, seriesIDs []string, f PointFilter, most int) (map[string][]Point, error) {
	from, to := f.span()
	params := db.PointsParams{SeriesIDs: seriesIDs, FromTime: from, ToTime: to, AllValues: f.values == nil}
	if f.values != nil {
		params.ValueSeries, params.ChosenValues = f.values.keys, f.values.values
	}
	if f.everything() {
		var rows []db.PointsRow
		err := s.queries().EachPoint(ctx, params, func(row db.PointsRow) error {
			rows = append(rows, row)
			return within(len(rows), most)
		})
		if err != nil {
			return nil, classify(err, "points of %d series", len(seriesIDs))
		}
		return pointsOf(rows, most)
	}
	var points map[string][]Point
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) (err error) {
		points, err = s.filteredPoints(ctx, db.New(tx), params, f, most)
		return err
	})
	return points, classify(err, "points of %d series", len(seriesIDs))
}

// pointsOf turns rows, which must be sorted by series and time, into points by series id. It
// returns errTooManyPoints instead of more than `most` points; 0 means no limit.
func pointsOf(rows []db.PointsRow, most int) (map[string][]Point, error) {
	points, n := make(map[string][]Point), 0
	for len(rows) > 0 {
		end := slices.IndexFunc(rows, func(r db.PointsRow) bool { return r.SeriesID != rows[0].SeriesID })
		if end < 0 {
			end = len(rows)
		}
		one := rows[:end]
		labels := []string{""}
		if one[0].Captured {
			labels = labelsOf(one)
		}
		times := 0
		for i, row := range one {
			if i == 0 || !row.Time.Equal(one[i-1].Time) {
				times++
			}
		}
		if n += times * len(labels); within(n, most) != nil {
			return nil, errTooManyPoints
		}
		points[one[0].SeriesID] = fill(one, labels, times)
		rows = rows[end:]
	}
	return points, nil
}

// fill turns the rows of one series into points for all labels at all times. For each time, the
// rows have only the values that occur then; fill adds the other labels, with the value 0.
func fill(rows []db.PointsRow, labels []string, times int) []Point {
	points := make([]Point, 0, times*len(labels))
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
				Time: first.Time.UTC(), Label: label, Value: values[label], Snapshot: first.Snapshot,
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
