package store

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Series reads and writes series: what is computed, and the outbox of workflow starts and stops.
type Series struct{ *database }

// Get returns a series, deleted or not.
func (s *Series) Get(ctx context.Context, seriesID string) (insights.Series, error) {
	row, err := s.queries().Series(ctx, seriesID)
	if err != nil {
		return insights.Series{}, classify(err, "series %s", seriesID)
	}
	return seriesOf(row), nil
}

// SeriesStart is a series whose workflow has not been started, with the title and label that users
// see.
type SeriesStart struct {
	Series insights.Series
	Title  string // of the oldest view that has the series
	Label  string // in that view
}

// outboxPage is the largest number of series that ToStart or ToStop returns.
const outboxPage = 100

// ToStart returns up to 100 series that are not deleted and whose workflows are not marked as
// started, oldest first. Two reconcilers may get the same ones: starting is idempotent by workflow
// id.
func (s *Series) ToStart(ctx context.Context) ([]SeriesStart, error) {
	rows, err := s.queries().SeriesToStart(ctx, nil, outboxPage)
	if err != nil {
		return nil, classify(err, "series to start")
	}
	return seriesStarts(rows), nil
}

func seriesStarts(rows []db.SeriesToStartRow) []SeriesStart {
	list := make([]SeriesStart, len(rows))
	for i, row := range rows {
		list[i] = SeriesStart{Series: seriesOf(row.InsightSeries), Title: row.Title, Label: row.Label}
	}
	return list
}

// Started returns a page of the series that are not deleted and whose workflows are marked as
// started, in the order in which they were stored. The page starts behind the cursor `after` and
// has at most `limit` series. `next` is the cursor of the following page, which may be empty; 0
// means that this page was the last.
func (s *Series) Started(ctx context.Context, after int64, limit int) (list []insights.Series, next int64, err error) {
	rows, err := s.queries().StartedSeries(ctx, id32(after), pageSize(limit))
	if err != nil {
		return nil, 0, classify(err, "series whose workflow runs")
	}
	for _, row := range rows {
		list = append(list, seriesOf(row))
	}
	if len(rows) == int(pageSize(limit)) {
		next = int64(rows[len(rows)-1].ID)
	}
	return list, next, nil
}

// MarkStarted records that the workflow of a series runs; ToStart then no longer returns the
// series. If the series was deleted while its workflow was being started, ToStop returns the series
// again, even if it was marked as stopped: the workflow may have started after it was stopped.
func (s *Series) MarkStarted(ctx context.Context, seriesID string) error {
	return s.mark(ctx, seriesID, s.queries().MarkSeriesStarted)
}

// MarkLost records that the workflow of a series does not exist, because someone ended it by hand
// or Temporal's database was lost. ToStart then returns the series again. MarkLost returns the
// entry that ToStart has for the series, and NotFound if the series is deleted.
func (s *Series) MarkLost(ctx context.Context, seriesID string) (start SeriesStart, err error) {
	err = s.inTx(ctx, func(q *db.Queries) error {
		if err := s.mark(ctx, seriesID, q.MarkSeriesLost); err != nil {
			return err
		}
		rows, err := q.SeriesToStart(ctx, &seriesID, 1)
		if err != nil || len(rows) == 0 {
			return cmp.Or(err, pgx.ErrNoRows)
		}
		start = seriesStarts(rows)[0]
		return nil
	})
	return start, classify(err, "series %s", seriesID)
}

// ToStop returns the ids of up to 100 deleted series whose workflows are not marked as stopped.
// Some of these workflows may not exist, because they were never started or are just being started.
func (s *Series) ToStop(ctx context.Context) ([]string, error) {
	list, err := s.queries().SeriesToStop(ctx, outboxPage)
	return list, classify(err, "series to stop")
}

// MarkStopped takes a series out of ToStop.
func (s *Series) MarkStopped(ctx context.Context, seriesID string) error {
	return s.mark(ctx, seriesID, s.queries().MarkSeriesStopped)
}

func (s *Series) mark(ctx context.Context, seriesID string, update func(context.Context, string) (int64, error)) error {
	n, err := update(ctx, seriesID)
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "series %s does not exist", seriesID)
	}
	return classify(err, "series %s", seriesID)
}

func seriesOf(r db.InsightSeries) insights.Series {
	return insights.Series{
		ID:    r.SeriesID,
		Query: r.Query,
		Scope: insights.Scope{Repositories: r.Repositories, Criteria: text(r.RepositoryCriteria)},
		Grid: insights.Grid{
			Anchor:   r.Anchor.UTC(),
			Interval: insights.Interval{Unit: insights.Unit(r.SampleIntervalUnit), Value: int(r.SampleIntervalValue)},
			Points:   int(r.Points),
			Zone:     r.Zone,
		},
		Method:              insights.GenerationMethod(r.GenerationMethod),
		CreatedAt:           r.CreatedAt.UTC(),
		NextRecordingAfter:  r.NextRecordingAfter.UTC(),
		BackfillQueuedAt:    instantOrNil(r.BackfillQueuedAt),
		BackfillCompletedAt: instantOrNil(r.BackfillCompletedAt),
	}
}

func seriesParams(s insights.Series, createdAt time.Time) db.AddSeriesParams {
	next := s.NextRecordingAfter
	if next.IsZero() {
		next = s.Grid.Next(s.Grid.Anchor)
	}
	var repositories []string // NULL, not an empty array, if the scope is not a list
	if len(s.Scope.Repositories) > 0 {
		repositories = s.Scope.Repositories
	}
	return db.AddSeriesParams{
		SeriesID:              s.ID,
		Query:                 s.Query,
		DefinitionKey:         s.DefinitionKey(),
		Repositories:          repositories,
		RepositoryCriteria:    textOrNil(s.Scope.Criteria),
		GenerationMethod:      string(s.Method),
		Anchor:                instant(s.Grid.Anchor),
		SampleIntervalUnit:    db.TimeUnit(s.Grid.Interval.Unit),
		SampleIntervalValue:   int32(s.Grid.Interval.Value),
		RecordingIntervalDays: int32(s.Grid.Interval.Days()),
		Points:                int32(s.Grid.Points),
		Zone:                  s.Grid.Zone,
		CreatedAt:             createdAt,
		NextRecordingAfter:    instant(next),
	}
}
