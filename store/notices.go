package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Notices reads and writes notices (the table insight_dirty_queries).
type Notices struct{ *database }

// Notice is something that users should know about the query or the samples of a series.
type Notice struct {
	Since  time.Time
	Code   insights.ReasonCode
	Reason string // for people: the error if Code is ReasonPlanning, otherwise the code
	// the newest sample time that the notice is about or, if Code is ReasonPlanning, when the
	// error last occurred
	ForTime time.Time
}

// Text returns the reason, with the code before it if the reason is an error.
func (n Notice) Text() string {
	if n.Code == insights.ReasonPlanning {
		return string(n.Code) + ": " + n.Reason
	}
	return n.Reason
}

// List returns the notices of a series, those about the newest samples first. Three methods change
// notices: Plans.Complete, except for a snapshot; Commits.Replace, if samples are no longer at the
// commits as of their times; and SetPlanningProblem.
func (s *Notices) List(ctx context.Context, seriesID string) ([]Notice, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().Notices(ctx, key)
	if err != nil {
		return nil, classify(err, "series %s: notices", seriesID)
	}
	list := make([]Notice, len(rows))
	for i, row := range rows {
		list[i] = Notice{Since: row.DirtyAt.UTC(), Code: insights.ReasonCode(row.Code), Reason: row.Reason, ForTime: row.ForTime.UTC()}
	}
	return list, nil
}

// SetPlanningProblem records why a series cannot be planned. If `problem` is "", the series can be
// planned, and SetPlanningProblem deletes the notice. A notice with the same problem keeps its
// Since.
func (s *Notices) SetPlanningProblem(ctx context.Context, seriesID, problem string, at time.Time) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	problem = clean(problem, maxReason)
	err = s.inTx(ctx, func(q *db.Queries) error { return setNotice(ctx, q, key, insights.ReasonPlanning, problem, at, at) })
	return classify(err, "series %s: planning problem", seriesID)
}

// setNotice replaces the notices of a code by one with the reason. With the reason "" it only
// deletes them.
func setNotice(ctx context.Context, q *db.Queries, key int32, code insights.ReasonCode, reason string, at, forTime time.Time) error {
	if err := q.ClearNotices(ctx, db.ClearNoticesParams{SeriesID: key, Code: string(code), Reason: reason}); err != nil || reason == "" {
		return err
	}
	return q.AddNotice(ctx, db.AddNoticeParams{SeriesID: key, At: instant(at), Code: string(code), Reason: reason, ForTime: instant(forTime)})
}

// refreshNotices updates the notices of a series to match the outcomes and commits of its samples.
func refreshNotices(ctx context.Context, q *db.Queries, key int32, at time.Time) error {
	if err := q.ClearSampleNotices(ctx, key, texts(insights.SeriesReasons)); err != nil {
		return err
	}
	err := q.AddSampleNotices(ctx, db.AddSampleNoticesParams{SeriesID: key, At: instant(at), Ignored: texts(insights.OperatorReasons)})
	if err != nil {
		return err
	}
	newest, err := q.NewestRewritten(ctx, key)
	if err != nil {
		return err
	}
	reason, forTime := "", at
	if len(newest) > 0 {
		reason, forTime = string(insights.ReasonHistoryRewritten), newest[0]
	}
	return setNotice(ctx, q, key, insights.ReasonHistoryRewritten, reason, at, forTime)
}

// noteRewritten adds a notice to each series with samples at commits that are no longer those as of
// their times in the repository's index. Callers must call it in the transaction that changed the
// index, after the index was written.
func noteRewritten(ctx context.Context, q *db.Queries, repo int32, at time.Time) error {
	return q.NoteRewrittenRepository(ctx, db.NoteRewrittenRepositoryParams{At: instant(at), RepoID: repo, Code: string(insights.ReasonHistoryRewritten)})
}

func texts(codes []insights.ReasonCode) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = string(code)
	}
	return list
}
