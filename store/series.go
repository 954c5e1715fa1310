package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Series returns a series, deleted or not.
func (s *Store) Series(ctx context.Context, seriesID string) (insights.Series, error) {
	row, err := s.queries().Series(ctx, seriesID)
	if err != nil {
		return insights.Series{}, classify(err, "series %s", seriesID)
	}
	return seriesOf(row), nil
}

// SeriesStart is a series whose workflow has not been started, with the words that people know it by.
type SeriesStart struct {
	Series insights.Series
	Title  string // of the oldest view that has it
	Label  string // in that view
}

// outboxPage bounds how much of the outbox one round of the reconciler takes.
const outboxPage = 100

// SeriesToStart returns up to 100 live series whose workflows are not marked as started, oldest first. Starting is
// idempotent by workflow id, so two reconcilers may see the same ones.
func (s *Store) SeriesToStart(ctx context.Context) ([]SeriesStart, error) {
	rows, err := s.queries().SeriesToStart(ctx, outboxPage)
	if err != nil {
		return nil, classify(err, "series to start")
	}
	list := make([]SeriesStart, len(rows))
	for i, row := range rows {
		list[i] = SeriesStart{Series: seriesOf(row.InsightSeries), Title: row.Title, Label: row.Label}
	}
	return list, nil
}

// MarkSeriesStarted takes a series out of SeriesToStart. Of one that is deleted it puts the workflow, which runs now, into SeriesToStop.
func (s *Store) MarkSeriesStarted(ctx context.Context, seriesID string) error {
	return s.mark(ctx, seriesID, s.queries().MarkSeriesStarted)
}

// MarkSeriesLost puts a series back into SeriesToStart: its workflow was ended by hand, or went with Temporal's database. NotFound for a
// series that is deleted.
func (s *Store) MarkSeriesLost(ctx context.Context, seriesID string) error {
	return s.mark(ctx, seriesID, s.queries().MarkSeriesLost)
}

// SeriesToStop returns the ids of up to 100 deleted series whose workflows are not marked as stopped, started or not: the
// start may be on its way.
func (s *Store) SeriesToStop(ctx context.Context) ([]string, error) {
	list, err := s.queries().SeriesToStop(ctx, outboxPage)
	return list, classify(err, "series to stop")
}

// MarkSeriesStopped takes a series out of SeriesToStop.
func (s *Store) MarkSeriesStopped(ctx context.Context, seriesID string) error {
	return s.mark(ctx, seriesID, s.queries().MarkSeriesStopped)
}

func (s *Store) mark(ctx context.Context, seriesID string, update func(context.Context, string) (int64, error)) error {
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
	var repositories []string // NULL, not an empty array, where the scope is no list
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
