package activities_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

// The worker's log has a line for each sample that is not exact, with its series, repository and
// frame.
func TestLogNamesSeriesRepositoryAndFrame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var out bytes.Buffer // the environment runs one activity at a time
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	b.env = suite.NewTestActivityEnvironment()
	for _, a := range []any{b.plans, b.search} {
		b.env.RegisterActivity(a)
	}
	damaged := growing(t)
	damaged.Unpack(t)
	damaged.RemoveObject(t, damaged.ObjectAt(t, "main~1:a.go"))
	b.local("acme/damaged", damaged)
	b.local("acme/gone", growing(t))
	_, err := b.store.Repositories.Add(t.Context(), "acme/nowhere", t.TempDir(), true)
	require.NoError(t, err)
	series := b.series("TODO")
	b.backfill(series)

	type line struct {
		Msg, Level, Series, Repository, Frame, Outcome, Code string
	}
	logged := map[line]int{}
	for text := range bytes.Lines(out.Bytes()) {
		var l line
		require.NoError(t, json.Unmarshal(text, &l))
		logged[l]++
	}
	frame := func(k int) string { return series.Grid.Time(k).Format("2006-01-02T15:04:05Z07:00") }
	for _, want := range []line{
		{Msg: "planned", Level: "INFO", Series: series.ID},
		{Msg: "searched", Level: "DEBUG", Series: series.ID, Repository: "acme/damaged"},
		{Msg: "samples are not exact", Level: "WARN", Series: series.ID, Repository: "acme/damaged", Frame: frame(-1), Outcome: "partial", Code: "missing object"},
		{Msg: "samples are not exact", Level: "WARN", Series: series.ID, Repository: "acme/nowhere", Frame: frame(0), Outcome: "failed", Code: "repository not found"},
	} {
		require.Positive(t, logged[want], "%+v in\n%s", want, out.String())
	}
}

// The log does not say that a plan is complete while it has pending samples.
func TestLogSaysWhetherAPlanIsComplete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var out bytes.Buffer
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))))
	b.env = suite.NewTestActivityEnvironment()
	for _, a := range []any{b.plans, b.search} {
		b.env.RegisterActivity(a)
	}
	b.local("r", growing(t))
	series := b.series("TODO")
	plan := b.begin(series).Plan
	for _, want := range []string{"plan not complete yet: it has pending samples", "plan complete"} {
		out.Reset()
		_, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: plan})
		require.NoError(t, err)
		require.Contains(t, out.String(), `msg="`+want)
		_, err = call[insights.Completeness](b, b.search.Samples, everything(series, plan))
		require.NoError(t, err)
	}
}

// A failure that persists is logged once and not at every sync, because tens of thousands of
// repositories may be on an unreachable host.
func TestPersistentFailureIsLoggedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var out bytes.Buffer
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))))
	b.env = suite.NewTestActivityEnvironment()
	b.env.RegisterActivity(b.sync)
	git := growing(t)
	git.NameNoBranch(t)
	r := b.local("r", git)
	for range 3 {
		require.NotEmpty(t, b.synced(r).Error)
	}
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("sync failed")), out.String())
}
