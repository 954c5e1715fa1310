package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Read returns the charts of several series, as a map by series id; a series without points is not
// in the map. A chart has points at the newest sample times, as many as retention and d.Samples
// allow, for the captured values that d selects. An administrator's read without f.Include and
// f.Exclude takes two SQL statements and, if d.Values is not 0, a third one, with which Postgres
// selects the values. Other reads take up to six statements: they read all values, and Read then
// selects. If they find more than maxPoints values, they read each series again, some times at a
// time, which takes more statements, and memory that does not grow with the number of times. Read
// returns Invalid instead of more than maxPoints points.
func (s *Charts) Read(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (map[string]Chart, error) {
	if d.Values > 0 && f.everything() {
		var err error
		if f.values, err = s.chooseValues(ctx, seriesIDs, f, d); err != nil {
			return nil, err
		}
	}
	points, err := s.points(ctx, seriesIDs, f, maxPoints)
	if errors.Is(err, errTooManyPoints) && d.Values > 0 && !f.everything() {
		return s.readWide(ctx, seriesIDs, f, d)
	}
	if err != nil {
		return nil, readable(err)
	}
	archived, err := archivedTimes(ctx, s.queries(), seriesIDs)
	if err != nil {
		return nil, classify(err, "archived times of %d series", len(seriesIDs))
	}
	charts := make(map[string]Chart, len(points))
	for id, list := range points {
		live := slices.DeleteFunc(slices.Clone(list), func(p Point) bool { return archived.has(id, p) })
		chart := d.bound(live)
		if len(chart.Points) < len(list) {
			chart.Points = withoutIdle(chart.Points)
		}
		if f.values != nil {
			chart.Values = f.values.totals[id]
		}
		charts[id] = chart
	}
	return charts, nil
}

// maxPoints is the largest number of points that Read returns. It bounds the memory of one read.
const maxPoints = 200_000

// readable explains errTooManyPoints, and returns other errors as they are.
func readable(err error) error {
	if errors.Is(err, errTooManyPoints) {
		return insights.Errorf(insights.Invalid, "the chart would have more than %d points: ask for fewer captured values (seriesDisplayOptions.limit), "+
			"fewer times (seriesDisplayOptions.numSamples or `from`) or fewer series, or export the insight", maxPoints)
	}
	return err
}

// readWide does the same as a filtered Read, for series whose captured values are too many to be
// read at once.
func (s *Charts) readWide(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (map[string]Chart, error) {
	e, err := s.Export(ctx, seriesIDs, f)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	charts, left := make(map[string]Chart), maxPoints
	for _, id := range seriesIDs {
		chart, err := e.chart(ctx, id, d, left)
		if err != nil {
			return nil, readable(err)
		}
		if len(chart.Points) == 0 {
			continue
		}
		charts[id] = chart
		left = max(1, left-len(chart.Points)) // 0 would mean no limit
	}
	return charts, nil
}

// withoutIdle removes the points of captured values that occur at none of the times. If no value
// occurs at all, it returns one point per time, without a label.
func withoutIdle(points []Point) []Point {
	occurs := map[string]bool{}
	for _, p := range points {
		if p.Value != 0 {
			occurs[p.Label] = true
		}
	}
	if len(occurs) > 0 {
		return slices.DeleteFunc(points, func(p Point) bool { return p.Label != "" && !occurs[p.Label] })
	}
	var bare []Point
	for _, p := range points {
		if p.Label = ""; len(bare) == 0 || !bare[len(bare)-1].Time.Equal(p.Time) {
			bare = append(bare, p)
		}
	}
	return bare
}

// archive has the archived sample times of some series, by series id.
type archive map[string]map[time.Time]bool

// has reports whether the point is archived: too old for charts. Snapshots are never archived.
func (a archive) has(seriesID string, p Point) bool { return !p.Snapshot && a[seriesID][p.Time] }

func archivedTimes(ctx context.Context, q *db.Queries, seriesIDs []string) (archive, error) {
	rows, err := q.ArchivedTimes(ctx, seriesIDs)
	archived := archive{}
	for _, row := range rows {
		if archived[row.SeriesID] == nil {
			archived[row.SeriesID] = map[time.Time]bool{}
		}
		archived[row.SeriesID][row.Time.UTC()] = true
	}
	return archived, err
}
