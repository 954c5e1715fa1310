package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Plans reads and writes the plans of series.
type Plans struct{ *database }

// PlanRequest says which plan Begin makes.
type PlanRequest struct {
	SeriesID string
	Kind     insights.PlanKind
	Times    []time.Time // in any order; none for a retry
	// Points is the number of points that an extension gives the series.
	Points int
	// Note says why the plan is made; users read it. "" if the kind is reason enough.
	Note string
	// Selection says which samples a retry computes again.
	Selection insights.Selection
}

// Begin makes a plan and returns its number. If the series has an open plan of the same kind, times
// and selection (for a snapshot, an open or complete one), Begin returns the number of that plan,
// so that an activity can be attempted again. It returns 0 when a retry selects no sample. Begin
// does not write the plan's samples: WriteSlice does.
//
// An extension also gives the series its new number of points, in the same transaction. A snapshot
// drops earlier snapshots that were not completed.
//
// Begin returns Invalid for an unknown kind, for a request without times that is not a retry, for a
// selection that Selection.Normal or insights.NamePattern refuses, and for an extension whose grid
// Grid.Validate refuses. It returns Conflict for an extension if the series already has that many
// points, or if the extension would make it equal to another series.
func (p *Plans) Begin(ctx context.Context, r PlanRequest) (int, error) {
	switch {
	case !r.Kind.Valid():
		return 0, insights.Errorf(insights.Invalid, "series %s: a plan cannot have the kind %q: use one of %q", r.SeriesID, r.Kind, insights.PlanKinds)
	case len(r.Times) == 0 && !r.Kind.Selects():
		return 0, insights.Errorf(insights.Invalid, "series %s: a plan of the kind %s needs at least one time", r.SeriesID, r.Kind)
	}
	selection, err := selectionText(r)
	if err != nil {
		return 0, err
	}
	key, err := p.seriesKey(ctx, r.SeriesID)
	if err != nil {
		return 0, err
	}
	number := int32(0)
	err = p.inTx(ctx, func(q *db.Queries) error {
		if err := q.LockSeries(ctx, key); err != nil {
			return err
		}
		times := instants(r.Times)
		open, err := q.FindPlan(ctx, db.FindPlanParams{SeriesID: key, Kind: string(r.Kind), Times: times, Selection: selection})
		if err != nil {
			return err
		}
		if len(open) > 0 {
			number = open[0]
			return nil
		}
		number, err = p.addPlan(ctx, q, key, r, times, selection)
		return err
	})
	return int(number), classify(err, "series %s: begin a plan of the kind %s", r.SeriesID, r.Kind)
}

// addPlan makes the plan, and slots for those of its times for which the series has none.
func (p *Plans) addPlan(ctx context.Context, q *db.Queries, key int32, r PlanRequest, times []time.Time, selection *string) (number int32, err error) {
	switch {
	case r.Kind.Selects():
		if times, err = p.retryTimes(ctx, q, key, r.Selection); err != nil || len(times) == 0 {
			return 0, err
		}
	case r.Kind == insights.ExtensionPlan:
		if err := extend(ctx, q, key, r); err != nil {
			return 0, err
		}
	}
	if r.Kind.AddsTimes() {
		if err := q.AddTimes(ctx, key, times); err != nil {
			return 0, err
		}
	}
	number, err = q.AddPlan(ctx, db.AddPlanParams{SeriesID: key, Kind: string(r.Kind), Times: times, Selection: selection, Note: clean(r.Note, maxReason)})
	if err != nil || r.Kind.Permanent() {
		return number, err
	}
	if err := q.AddSnapshotSlot(ctx, db.AddSnapshotSlotParams{SeriesID: key, At: times[0], Chunk: -number}); err != nil {
		return 0, err
	}
	return number, dropSnapshots(ctx, q, key, number, false)
}

// extend gives a series more points of the past.
func extend(ctx context.Context, q *db.Queries, key int32, r PlanRequest) error {
	row, err := q.Series(ctx, r.SeriesID)
	if err != nil {
		return err
	}
	series := seriesOf(row)
	if r.Points <= series.Grid.Points {
		return insights.Errorf(insights.Conflict, "series %s: it has %d points already", r.SeriesID, series.Grid.Points)
	}
	series.Grid.Points = r.Points
	if err := series.Grid.Validate(); err != nil {
		return err
	}
	return q.ExtendSeries(ctx, db.ExtendSeriesParams{Points: int32(r.Points), DefinitionKey: series.DefinitionKey(), ID: key})
}

// selectionText returns the selection of a retry as text in normal form. It returns nil for plans
// of other kinds.
func selectionText(r PlanRequest) (*string, error) {
	if !r.Kind.Selects() {
		return nil, nil
	}
	selection, err := r.Selection.Normal()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(selection)
	if err != nil {
		// a defect: a struct of texts and a time can always be encoded
		return nil, fmt.Errorf("series %s: retry: %w", r.SeriesID, err)
	}
	s := string(text)
	return &s, nil
}

// dropSnapshots deletes the snapshots before the given one: all of them if `completeToo` is set,
// otherwise those that are not complete. Late writes to a snapshot that was dropped find no row,
// and change nothing.
func dropSnapshots(ctx context.Context, q *db.Queries, key, number int32, completeToo bool) error {
	old, err := q.OldSnapshots(ctx, db.OldSnapshotsParams{SeriesID: key, Number: number, CompleteToo: completeToo})
	if err != nil {
		return err
	}
	for _, snapshot := range old {
		chunk := -snapshot.Number
		for _, drop := range []func() error{
			func() error { return q.DropChunks(ctx, key, chunk) },
			func() error { return q.DropCaptures(ctx, key, chunk) },
			func() error { return q.DropSnapshotTallies(ctx, key, snapshot.Time) },
			func() error { return q.DropSnapshotSums(ctx, key, snapshot.Time) },
			func() error { return q.DropSlots(ctx, key, chunk) },
			func() error { return q.DropPlan(ctx, key, snapshot.Number) },
		} {
			if err := drop(); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteSlice plans up to `limit` more repositories, in the order of their ids: for a retry,
// repositories with samples that it selects (`scope` and `reuse` then have no effect), and for
// other kinds, repositories in scope. `settled` is the tally of the samples that this call has made
// absent or reused (see planRepositories). `done` says whether the plan is now written in full.
//
// `reuse` says whether a sample takes the exact value that the series has at the same commit. Pass
// false for queries about commits or diffs, whose values belong to intervals instead of commits.
//
// One call is one transaction, which writes up to `limit` samples for each of the plan's times. A
// call can be repeated after any error, because this transaction also stores the id up to which
// repositories are planned. Callers must pass the same scope in all calls. Repositories that are
// registered between two calls are planned, because their ids come last. If a call plans fewer than
// `limit` repositories, or none, `done` can still be false.
func (p *Plans) WriteSlice(ctx context.Context, seriesID string, number int, scope ScopeFilter, limit int, reuse bool) (settled insights.Completeness, done bool, err error) {
	if limit < 1 {
		return settled, false, insights.Errorf(insights.Invalid, "series %s: a slice of %d repositories: must be at least 1", seriesID, limit)
	}
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return settled, false, err
	}
	err = p.inTx(ctx, func(q *db.Queries) error {
		plan, err := q.LockPlan(ctx, key, int32(number))
		if err != nil {
			return err
		}
		if done = plan.PlannedAt != nil; done {
			return nil
		}
		l, err := openLedger(ctx, q, seriesID, int32(number))
		if err != nil {
			return err
		}
		var through int32
		if plan.Selection != nil {
			through, done, err = p.retrySlice(ctx, l, plan, limit)
		} else {
			var ids []int32
			if ids, through, done, err = scope.choose(ctx, q, plan.PlannedThrough, limit); err == nil && len(ids) > 0 {
				settled, err = l.planRepositories(ctx, plan.Times, ids, reuse)
			}
		}
		if err != nil {
			return err
		}
		err = q.AdvancePlan(ctx, db.AdvancePlanParams{PlannedThrough: through, Done: done, SeriesID: key, Number: int32(number)})
		if err == nil && done && insights.PlanKind(plan.Kind) == insights.BackfillPlan {
			err = q.MarkBackfillQueued(ctx, key)
		}
		return err
	})
	if err != nil {
		return insights.Completeness{}, false, classify(err, "series %s: plan %d", seriesID, number)
	}
	return settled, done, nil
}

// PlannedThrough returns the id up to which WriteSlice has planned repositories. Callers use it to
// prepare the repositories of the next WriteSlice.
func (p *Plans) PlannedThrough(ctx context.Context, seriesID string, number int) (int64, error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return 0, err
	}
	through, err := p.queries().PlannedThrough(ctx, key, int32(number))
	return int64(through), classify(err, "series %s: plan %d", seriesID, number)
}

// Complete closes a plan that has no pending sample. For a backfill it sets the series' completion
// time, for a recording the next recording time. A complete snapshot replaces the previous one on
// charts. For any kind but a snapshot, Complete also updates the series' notices. Idempotent.
// Complete returns Conflict while the plan is not written in full or a sample is pending, and
// NotFound for a plan that does not exist, such as a snapshot that a later one has replaced.
func (p *Plans) Complete(ctx context.Context, seriesID string, number int, at time.Time) error {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	err = p.inTx(ctx, func(q *db.Queries) error {
		plan, err := q.LockPlan(ctx, key, int32(number))
		if err != nil || plan.CompletedAt != nil {
			return err
		}
		pending, err := q.HasPending(ctx, key, int32(number))
		if err != nil {
			return err
		}
		if plan.PlannedAt == nil || pending {
			return insights.Errorf(insights.Conflict, "series %s: plan %d is not written in full or has pending samples", seriesID, number)
		}
		if err := q.CompletePlan(ctx, db.CompletePlanParams{At: instant(at), SeriesID: key, Number: int32(number)}); err != nil {
			return err
		}
		return completed(ctx, q, key, seriesID, int32(number), plan, at)
	})
	return classify(err, "series %s: plan %d", seriesID, number)
}

// completed updates the series after the completion of a plan: its notices, its completion or
// recording times, and which snapshot charts show.
func completed(ctx context.Context, q *db.Queries, key int32, seriesID string, number int32, plan db.LockPlanRow, at time.Time) error {
	kind := insights.PlanKind(plan.Kind)
	if kind == insights.SnapshotPlan {
		if err := dropSnapshots(ctx, q, key, number, true); err != nil {
			return err
		}
		return q.CompleteSnapshot(ctx, plan.Times[0], key)
	}
	if err := refreshNotices(ctx, q, key, at); err != nil {
		return err
	}
	switch kind {
	case insights.BackfillPlan:
		return q.CompleteBackfill(ctx, instant(at), key)
	case insights.RecordingPlan:
		series, err := q.Series(ctx, seriesID)
		if err != nil {
			return err
		}
		last := slices.MaxFunc(plan.Times, time.Time.Compare)
		return q.CompleteRecording(ctx, seriesOf(series).Grid.Next(last), key)
	}
	return nil
}

// CancelSlice ends up to `limit` pending samples of a plan and returns how many it ended: 0 when
// none is left. A sample that a retry had selected gets its earlier outcome back. The others fail
// with the code insights.ReasonCancelled and the given reason. A search that is still running may
// write its result afterwards, because a value may replace a failure.
func (p *Plans) CancelSlice(ctx context.Context, seriesID string, number int, reason string, limit int) (int, error) {
	ended := 0
	err := p.inTx(ctx, func(q *db.Queries) error {
		l, err := openLedger(ctx, q, seriesID, int32(number))
		if err != nil {
			return err
		}
		ended, err = l.cancel(ctx, clean(reason, maxReason), limit)
		return err
	})
	return ended, classify(err, "series %s: plan %d: cancel", seriesID, number)
}

// Plan is a plan of a series, as users see it.
type Plan struct {
	Number      int
	Kind        insights.PlanKind
	Times       []time.Time // oldest first
	Note        string      // why it was made; "" if the kind is reason enough
	CreatedAt   time.Time
	CompletedAt *time.Time // nil: not complete
}

// List returns up to `limit` plans of a series, newest first, without snapshots.
func (p *Plans) List(ctx context.Context, seriesID string, limit int) ([]Plan, error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := p.queries().SeriesPlans(ctx, key, pageSize(limit))
	if err != nil {
		return nil, classify(err, "series %s: plans", seriesID)
	}
	list := make([]Plan, len(rows))
	for i, row := range rows {
		list[i] = Plan{
			Number: int(row.Number), Kind: insights.PlanKind(row.Kind), Times: instants(row.Times), Note: row.Note,
			CreatedAt: row.CreatedAt.UTC(), CompletedAt: instantOrNil(row.CompletedAt),
		}
	}
	return list, nil
}

// Times returns the permanent sample times that the plans of a series cover, oldest first. A
// repository that comes into scope later lacks samples at these times. Plans that are not written
// in full do not count.
func (p *Plans) Times(ctx context.Context, seriesID string) ([]time.Time, error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	times, err := p.queries().PlannedTimes(ctx, key, insights.KindsThatAddTimes())
	return instants(times), classify(err, "series %s: planned times", seriesID)
}

// WholeRepositories returns the ids of the repositories that have a sample at every one of the
// times. It reads all rows of the series' ledger that have one of the times.
func (p *Plans) WholeRepositories(ctx context.Context, seriesID string, times []time.Time) (map[int64]bool, error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	ids, err := p.queries().WholeRepositories(ctx, key, instants(times))
	if err != nil {
		return nil, classify(err, "series %s: repositories with samples", seriesID)
	}
	whole := make(map[int64]bool, len(ids))
	for _, id := range ids {
		whole[int64(id)] = true
	}
	return whole, nil
}

// instants returns the distinct times as the database stores them, oldest first.
func instants(times []time.Time) []time.Time {
	sorted := make([]time.Time, len(times))
	for i, t := range times {
		sorted[i] = instant(t)
	}
	slices.SortFunc(sorted, time.Time.Compare)
	return slices.CompactFunc(sorted, time.Time.Equal)
}
