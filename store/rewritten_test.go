package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// After a force-push, the series with samples at removed commits, and no others, have a notice
// until these samples are computed again.
func TestRewrittenHistoryHasANoticeUntilARetry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, other := b.repository(t, "acme/a"), b.repository(t, "acme/b")
	commits := b.index(t, r, day(3), -3, -1)
	b.index(t, other, day(3), -3)
	touched, spared := b.series(t, "TODO", insights.Search), b.series(t, "FIXME", insights.Search)
	plan := b.plan(t, touched, insights.BackfillPlan, day(-2), day(0))
	for _, at := range []int{-2, 0} {
		b.write(t, touched, plan, insights.Sample{RepositoryID: r.ID, Time: day(at), Outcome: insights.Counted, Value: 1, Commit: commits[(at+2)/2].Commit})
		b.write(t, touched, plan, insights.Sample{RepositoryID: other.ID, Time: day(at), Outcome: insights.Counted, Value: 1, Commit: oid(other.Name, 0)})
	}
	require.NoError(t, b.Plans.Complete(b.ctx, touched.ID, plan, day(0)))
	plan = b.plan(t, spared, insights.BackfillPlan, day(-2))
	b.write(t, spared, plan, insights.Sample{RepositoryID: r.ID, Time: day(-2), Outcome: insights.Counted, Value: 1, Commit: commits[0].Commit})

	appended := append(commits, store.IndexedCommit{Commit: oid("later"), Time: day(1)})
	require.NoError(t, b.Commits.Replace(b.ctx, r.ID, 2, appended[2:], day(4)))
	known, err := b.Repositories.Get(b.ctx, r.ID)
	require.NoError(t, err)
	require.Nil(t, known.RewrittenAt, "new commits do not rewrite history")

	require.NoError(t, b.Commits.Replace(b.ctx, r.ID, 1, []store.IndexedCommit{{Commit: oid("rewritten"), Time: day(-1)}}, day(5)))
	known, err = b.Repositories.Get(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, day(5), *known.RewrittenAt)
	notes, err := b.Notices.List(b.ctx, touched.ID)
	require.NoError(t, err)
	require.Equal(t, []store.Notice{{Since: day(5), Code: insights.ReasonHistoryRewritten, Reason: string(insights.ReasonHistoryRewritten), ForTime: day(0)}}, notes)
	notes, err = b.Notices.List(b.ctx, spared.ID)
	require.NoError(t, err)
	require.Empty(t, notes, "the commit of its sample still exists")

	// A recording does not delete the notice; a retry of everything does.
	recording := b.plan(t, touched, insights.RecordingPlan, day(1))
	b.write(t, touched, recording, insights.Sample{RepositoryID: r.ID, Time: day(1), Outcome: insights.Counted, Value: 2, Commit: oid("rewritten")})
	require.NoError(t, b.Plans.Complete(b.ctx, touched.ID, recording, day(6)))
	notes, err = b.Notices.List(b.ctx, touched.ID)
	require.NoError(t, err)
	require.Len(t, notes, 1)
	retry, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: touched.ID, Kind: insights.RetryPlan, Selection: insights.Everything()})
	require.NoError(t, err)
	_, _, err = b.Plans.WriteSlice(b.ctx, touched.ID, retry, store.ScopeFilter{}, 100, true)
	require.NoError(t, err)
	pending, err := b.Samples.Pending(b.ctx, touched.ID, retry, 0, 1<<31)
	require.NoError(t, err)
	for _, sample := range pending {
		sample.Outcome, sample.Value = insights.Counted, 3
		b.write(t, touched, retry, sample)
	}
	require.NoError(t, b.Plans.Complete(b.ctx, touched.ID, retry, day(7)))
	notes, err = b.Notices.List(b.ctx, touched.ID)
	require.NoError(t, err)
	require.Empty(t, notes)
}

// A fast-forward can change the past, too: people push commits later than their dates. The series
// with samples at or after such a date get the notice until these samples are computed again.
func TestALatePushHasANotice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/a")
	commits := b.index(t, r, day(0), -3, -1)
	sampled := func(query string, at int, commit string) insights.Series {
		series := b.series(t, query, insights.Search)
		plan := b.plan(t, series, insights.BackfillPlan, day(at))
		b.write(t, series, plan, insights.Sample{RepositoryID: r.ID, Time: day(at), Outcome: insights.Counted, Value: 1, Commit: commit})
		require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(0)))
		return series
	}
	old, recent := sampled("TODO", -2, commits[0].Commit), sampled("FIXME", 0, commits[1].Commit)
	absent := b.series(t, "XXX", insights.Search)
	b.plan(t, absent, insights.BackfillPlan, day(-4)) // before the first commit
	noticesOf := func(s insights.Series) []store.Notice {
		list, err := b.Notices.List(b.ctx, s.ID)
		require.NoError(t, err)
		return list
	}
	push := func(seq int, name string, dated, indexed int) *time.Time {
		require.NoError(t, b.Commits.Replace(b.ctx, r.ID, seq, []store.IndexedCommit{{Commit: oid(name), Time: day(dated)}}, day(indexed)))
		known, err := b.Repositories.Get(b.ctx, r.ID)
		require.NoError(t, err)
		return known.RewrittenAt
	}
	require.Nil(t, push(2, "new", 1, 2))
	require.Nil(t, push(3, "late, but after all samples", 1, 3))
	require.Empty(t, noticesOf(recent))

	require.Equal(t, day(4), *push(4, "late", -1, 4))
	require.Empty(t, noticesOf(old), "its sample is before the commit")
	require.Empty(t, noticesOf(absent))
	require.Equal(t, []store.Notice{{Since: day(4), Code: insights.ReasonHistoryRewritten, Reason: string(insights.ReasonHistoryRewritten), ForTime: day(0)}}, noticesOf(recent))

	require.Equal(t, day(5), *push(5, "from long ago", -9, 5))
	require.Len(t, noticesOf(old), 1)
	require.Len(t, noticesOf(absent), 1)
}

// Checking whether samples are still at commits of their branches costs one look-up each, and does
// not read the whole histories.
func TestCompleteDoesNotReadWholeHistories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alone, read := b.rowsOf(t, "commit_index")
	const repositories, commits = 10, 600
	for i := range repositories {
		b.repository(t, fmt.Sprint("acme/", i))
	}
	for _, sql := range []string{
		`INSERT INTO commit_index (repo_id, seq, commit_bytea, committed_at)
			SELECT r.id, n, decode(md5(r.id || ' ' || n) || '12345678', 'hex'), '2024-01-01'::timestamptz + n * interval '12 hours'
			FROM repositories AS r, generate_series(0, ` + fmt.Sprint(commits-1) + `) AS n`,
		`INSERT INTO commit_index_metadata (repo_id, last_indexed_at) SELECT id, now() FROM repositories`,
		`UPDATE repositories SET rewritten_at = now()`,
		`ANALYZE`,
	} {
		_, err := b.pool.Exec(b.ctx, sql)
		require.NoError(t, err)
	}
	series := b.series(t, "TODO", insights.Search)
	var times []time.Time
	for month := range 10 {
		times = append(times, time.Date(2024, time.Month(1+month), 2, 0, 0, 0, 0, time.UTC))
	}
	plan := b.plan(t, series, insights.BackfillPlan, times...)
	pending, err := b.Samples.Pending(b.ctx, series.ID, plan, 0, 1<<31)
	require.NoError(t, err)
	require.Len(t, pending, repositories*len(times))
	for i := range pending {
		require.NotEmpty(t, pending[i].Commit)
		pending[i].Outcome = insights.Counted
	}
	b.write(t, series, plan, pending...)
	before := read()
	require.NoError(t, alone.Plans.Complete(b.ctx, series.ID, plan, day(0)))
	require.Less(t, read()-before, int64(3*len(pending)))
	notes, err := b.Notices.List(b.ctx, series.ID)
	require.NoError(t, err)
	require.Empty(t, notes)
}

// A renamed repository keeps its samples, and points keep the name that it had when they were
// written.
func TestRenamedRepositoryKeepsItsSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.repository(t, "acme/old")
	b.repository(t, "acme/taken")
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0))
	b.write(t, series, plan, insights.Sample{RepositoryID: r.ID, Time: day(0), Outcome: insights.Counted, Value: 1, Commit: oid("a")})
	require.NoError(t, b.Repositories.Rename(b.ctx, "acme/old", "acme/new"))
	plan = b.plan(t, series, insights.RecordingPlan, day(1))
	b.write(t, series, plan, insights.Sample{RepositoryID: r.ID, Time: day(1), Outcome: insights.Counted, Value: 2, Commit: oid("b")})

	var listed, pointed []string
	for _, s := range b.ledger(t, series) {
		if s.RepositoryID == r.ID {
			listed = append(listed, s.Repository)
		}
	}
	require.Equal(t, []string{"acme/new", "acme/new"}, listed)
	for _, p := range b.pointRows(t, series) {
		pointed = append(pointed, p.Name)
	}
	require.Equal(t, []string{"acme/old", "acme/old"}, pointed, "of the row that holds both")
	points, err := b.Charts.Points(b.ctx, []string{series.ID}, store.PointFilter{Include: "^acme/new$", Viewer: store.Administrator})
	require.NoError(t, err)
	require.Len(t, points[series.ID], 2, "filters match its present name")

	requireCode(t, insights.NotFound, b.Repositories.Rename(b.ctx, "acme/old", "acme/other"), "does not exist")
	requireCode(t, insights.Conflict, b.Repositories.Rename(b.ctx, "acme/new", "acme/taken"), "another repository has this name")
	requireCode(t, insights.Invalid, b.Repositories.Rename(b.ctx, "acme/new", " "), "the new name is empty")
}
