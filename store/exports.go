package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/store/internal/db"
)

// Export reads all points of some series, including archived ones, with a bounded amount of memory.
// Create it with Charts.Export; callers must call Close. It holds a connection of the pool. Not
// safe for concurrent use.
type Export struct {
	tx       pgx.Tx
	q        *db.Queries
	choice   *chosen // nil: all repositories
	series   map[string]exportedSeries
	archived archive
	from, to time.Time
}

// exportedSeries has the slots of a series also by time, and the times in order.
type exportedSeries struct {
	slots
	times []time.Time
	at    map[time.Time]slot
}

// Export begins an export. All reads of the export see the database as it is now. Export returns
// Invalid for a pattern of f that insights.NamePattern refuses.
func (s *Charts) Export(ctx context.Context, seriesIDs []string, f PointFilter) (*Export, error) {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, classify(err, "export")
	}
	e := &Export{tx: tx, q: db.New(tx)}
	if err := e.open(ctx, s.database, seriesIDs, f); err != nil {
		e.Close()
		return nil, classify(err, "export of %d series", len(seriesIDs))
	}
	return e, nil
}

func (e *Export) open(ctx context.Context, d *database, seriesIDs []string, f PointFilter) error {
	if !f.everything() {
		choice, err := d.chooseRepositories(ctx, e.q, f)
		if err != nil {
			return err
		}
		e.choice = &choice
	}
	e.from, e.to = f.span()
	all, err := chartSlots(ctx, e.q, db.PointsParams{SeriesIDs: seriesIDs, FromTime: e.from, ToTime: e.to})
	if err != nil {
		return err
	}
	e.series = make(map[string]exportedSeries, len(all))
	for id, s := range all {
		one := exportedSeries{slots: *s, at: make(map[time.Time]slot, len(s.bySlot))}
		for where, t := range s.bySlot {
			one.at[t] = where
		}
		one.times = slices.SortedFunc(maps.Keys(one.at), time.Time.Compare)
		e.series[id] = one
	}
	e.archived, err = archivedTimes(ctx, e.q, seriesIDs)
	return err
}

// Close ends the export. It is idempotent.
func (e *Export) Close() {
	// The transaction has only read, so a failed rollback loses nothing: pgx closes the connection.
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = e.tx.Rollback(ctx)
}

// closeTimeout bounds the end of an export whose database no longer answers.
const closeTimeout = 5 * time.Second

// exportWindow is the number of sample times that an export reads together. It bounds the memory:
// one number for each captured value at each of these times.
const exportWindow = 8

// Each calls `each` with the points of one series in the order of Charts.Points, and sets
// Point.Archived. An error of `each` ends the export and is returned. An administrator's export
// without f.Include and f.Exclude takes one SQL statement, or two for a series that counts by
// value. Other exports take some statements for each exportWindow times, and twice as many for a
// series that counts by value, because each of its times has a point for every value that occurs at
// any time.
func (e *Export) Each(ctx context.Context, seriesID string, each func(Point) error) error {
	labels, err := e.labels(ctx, seriesID)
	if err != nil {
		return err
	}
	at := func(t time.Time, at *sum) error {
		for _, p := range e.pointsAt(seriesID, t, at, labels) {
			if err := each(p); err != nil {
				return err
			}
		}
		return nil
	}
	if e.choice == nil {
		return e.whole(ctx, seriesID, at)
	}
	return e.windows(ctx, seriesID, e.series[seriesID].times, at)
}

// labels returns the labels that each time of a series has.
func (e *Export) labels(ctx context.Context, seriesID string) ([]string, error) {
	all := e.series[seriesID]
	values := ranking{}
	switch {
	case !all.captured:
	case e.choice == nil:
		captures, err := e.q.CaptureLabels(ctx, db.CaptureLabelsParams{SeriesID: all.key, FromTime: e.from, ToTime: e.to})
		if err != nil {
			return nil, classify(err, "export of series %s", seriesID)
		}
		for _, capture := range captures {
			values.add(capture, 1, time.Time{})
		}
	default:
		err := e.windows(ctx, seriesID, all.times, func(t time.Time, at *sum) error {
			values.addAll(at.captures, t)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return values.labels(Display{}), nil
}

// whole calls `each` with the sum of all repositories at each time of a series, in order. It keeps
// the sum of one time in memory.
func (e *Export) whole(ctx context.Context, seriesID string, each func(t time.Time, at *sum) error) error {
	var at *sum // of the time now; nil before the first row
	var now time.Time
	var stopped error // an error of each, as opposed to one of the database
	flush := func() error {
		if at != nil {
			stopped = each(now, at)
		}
		return stopped
	}
	params := db.PointsParams{SeriesIDs: []string{seriesID}, FromTime: e.from, ToTime: e.to, AllValues: true}
	err := e.q.EachPoint(ctx, params, func(row db.PointsRow) error {
		if t := row.Time.UTC(); at == nil || !t.Equal(now) {
			if err := flush(); err != nil {
				return err
			}
			at, now = newSum(), t
		}
		at.add(row)
		return nil
	})
	if stopped != nil {
		return stopped
	}
	if err != nil {
		return classify(err, "export of series %s", seriesID)
	}
	return flush()
}

// pointsAt returns the points of a time, one for each label.
func (e *Export) pointsAt(seriesID string, t time.Time, at *sum, labels []string) []Point {
	all := e.series[seriesID]
	p := Point{
		Time: t, Snapshot: all.at[t].chunk < 0, Outcomes: at.outcomes,
		Coverage: Coverage{Known: at.outcomes.Known(), Planned: at.outcomes.Planned},
	}
	p.Archived = e.archived.has(seriesID, p)
	points := make([]Point, len(labels))
	for i, label := range labels {
		if p.Label, p.Value = label, at.value; all.captured {
			p.Value = at.captures[label]
		}
		points[i] = p
	}
	return points
}

// windows calls `each` with the sum of the chosen repositories at each of the times at which they
// have samples, in the order of the times. It reads exportWindow times together.
func (e *Export) windows(ctx context.Context, seriesID string, times []time.Time, each func(t time.Time, at *sum) error) error {
	all := e.series[seriesID]
	for window := range slices.Chunk(times, exportWindow) {
		part := newSlots(all.key, all.captured)
		for _, t := range window {
			part.add(t, all.at[t])
		}
		params := db.PointsParams{SeriesIDs: []string{seriesID}, FromTime: window[0], ToTime: window[len(window)-1], AllValues: true}
		read, err := sumsOver(ctx, e.q, map[string]*slots{seriesID: part}, params, *e.choice, 0)
		if err != nil {
			return classify(err, "export of series %s", seriesID)
		}
		for _, t := range window {
			at := read[sumKey{all.key, t}]
			if at == nil || at.outcomes.Planned == 0 {
				continue
			}
			if err := each(t, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// chart does the same as a filtered Charts.Read for one series, with memory for exportWindow times
// instead of all. It returns errTooManyPoints instead of more than `most` points.
func (e *Export) chart(ctx context.Context, seriesID string, d Display, most int) (Chart, error) {
	live := slices.DeleteFunc(slices.Clone(e.series[seriesID].times), func(t time.Time) bool { return e.archived[seriesID][t] })
	var times []time.Time // newest first
	values := ranking{}
	for end := len(live); end > 0 && (d.Samples == 0 || len(times) < d.Samples); end -= exportWindow {
		type timed struct {
			t  time.Time
			at *sum
		}
		var window []timed
		err := e.windows(ctx, seriesID, live[max(0, end-exportWindow):end], func(t time.Time, at *sum) error {
			window = append(window, timed{t, at})
			return nil
		})
		if err != nil {
			return Chart{}, err
		}
		for _, w := range slices.Backward(window) {
			if d.Samples > 0 && len(times) == d.Samples {
				break
			}
			times = append(times, w.t)
			values.addAll(w.at.captures, w.t)
		}
	}
	slices.Reverse(times)
	labels := values.labels(d)
	if err := within(len(times)*len(labels), most); err != nil {
		return Chart{}, err
	}
	c := Chart{Values: len(values)}
	err := e.windows(ctx, seriesID, times, func(t time.Time, at *sum) error {
		c.Points = append(c.Points, e.pointsAt(seriesID, t, at, labels)...)
		return nil
	})
	return c, err
}
