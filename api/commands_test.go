package api

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.create("Debt", "TODO").DataSeries[0].SeriesID
	_, err := b.store.Repositories.Add(t.Context(), "acme/api", "/srv/api", true)
	require.NoError(t, err)
	for _, call := range []string{
		`retryInsightSeriesBackfill(seriesId: $id, by: "ann")`,
		`retryInsightSeriesBackfill(seriesId: $id, all: true)`,
		`retryInsightSamples(seriesId: $id, filter: {outcomes: [FAILED, COUNTED], repository: "^acme/", time: "2026-03-01T00:00:00Z"})`,
		`extendInsightSeries(seriesId: $id, points: 24, by: "ann")`,
		`cancelInsightSeriesBackfill(seriesId: $id, reason: "too large", by: "ann")`,
		`moveInsightSeriesBackfillToFrontOfQueue(seriesId: $id, by: "ann")`,
		`moveInsightSeriesBackfillToBackOfQueue(seriesId: $id)`,
		`triggerInsightSeries(seriesId: $id)`,
	} {
		var answer struct {
			Series struct {
				SeriesID string
				Workflow struct {
					State, Kind, QueuePosition string
					WaitingPlans               int
				}
			}
		}
		b.do(&answer, `mutation($id: ID!) { series: `+call+` { seriesId workflow { state kind waitingPlans queuePosition } } }`, map[string]any{"id": id})
		require.Equal(t, id, answer.Series.SeriesID)
		message := b.workflows.messages[len(b.workflows.messages)-1]
		require.Equal(t, strings.ToUpper(message), answer.Series.Workflow.Kind, "the answer holds the state after the command")
		require.Equal(t, len(b.workflows.messages), answer.Series.Workflow.WaitingPlans)
		position := map[string]string{"front": "FRONT", "back": "BACK"}[message]
		require.Equal(t, cmp.Or(position, "NORMAL"), answer.Series.Workflow.QueuePosition)
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []string{"retry", "retry", "retry", "extend", "cancel", "front", "back", "trigger"}, b.workflows.messages)
	require.Equal(t, []contract.Command{
		{By: "ann"},
		{All: true},
		{Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Failed, insights.Counted}, Time: &at, Repository: "^acme/"}},
		{By: "ann", Points: 24},
		{By: "ann", Reason: "too large"},
		{By: "ann"},
		{},
		{},
	}, b.workflows.commands)
}

func TestRefusedCommands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	variables := map[string]any{"id": b.create("Debt", "TODO").DataSeries[0].SeriesID}
	retry := func(filter string) string {
		return `mutation($id: ID!) { retryInsightSamples(seriesId: $id, filter: ` + filter + `) { seriesId } }`
	}
	require.Contains(t, b.refused(insights.Invalid, retry(`{repository: "("}`), variables), "regular expression")
	require.Contains(t, b.refused(insights.Invalid, retry(`{repository: "acme(?!x)"}`), variables), `"acme(?!x)" for repository names is not valid at byte 5`)
	require.Contains(t, b.refused(insights.Invalid, retry(`{repository: "^nothing$"}`), variables), `no repository matches "^nothing$"`)
	require.Contains(t, b.refused(insights.Invalid, retry(`{outcomes: [PENDING]}`), variables), "only samples that have ended")
	require.Empty(t, b.workflows.commands)
	b.refused(insights.NotFound, `mutation { triggerInsightSeries(seriesId: "nope") { seriesId } }`, nil)
	b.workflows.set(func(f *fakeWorkflows) {
		f.fail = insights.Errorf(insights.Invalid, "extend to 2 points: the series has 12, and does not get shorter")
	})
	require.Contains(t, b.refused(insights.Invalid, `mutation($id: ID!) { extendInsightSeries(seriesId: $id, points: 2) { seriesId } }`, variables), "does not get shorter")
}

// A command to a series whose workflow was terminated starts a new workflow, which gets the
// command.
func TestCommandToASeriesWithoutWorkflowStartsOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var others []string // more and older series than one call of ToStart returns
	for i := range 101 {
		grid := insights.NewGrid(time.Now(), insights.Interval{Unit: insights.Month, Value: 1}, 1)
		series := insights.ViewSeries{Series: insights.Series{Query: fmt.Sprintf("waits%d", i), Method: insights.Search, Grid: grid}}
		other, err := b.store.Views.Create(t.Context(), insights.View{Title: "Other", Series: []insights.ViewSeries{series}})
		require.NoError(t, err)
		others = append(others, other.ID)
	}
	view := b.create("Debt", "TODO")
	id := view.DataSeries[0].SeriesID
	b.workflows.set(func(f *fakeWorkflows) { f.lost, f.started = true, nil })
	var answer struct{ RetryInsightSeriesBackfill struct{ SeriesID string } }
	b.do(&answer, `mutation($id: ID!) { retryInsightSeriesBackfill(seriesId: $id) { seriesId } }`, map[string]any{"id": id})
	require.Equal(t, []string{id + " Debt"}, b.workflows.started)
	require.Equal(t, []string{"retry", "retry"}, b.workflows.messages, "the first is refused, the second accepted by the new workflow")
	for _, other := range others {
		require.NoError(t, b.store.Views.Delete(t.Context(), other))
	}
	left, err := b.store.Series.ToStart(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)

	require.NoError(t, b.store.Views.Delete(t.Context(), view.ID))
	b.workflows.set(func(f *fakeWorkflows) { f.lost, f.started = true, nil })
	b.refused(insights.Conflict, `mutation($id: ID!) { triggerInsightSeries(seriesId: $id) { seriesId } }`, map[string]any{"id": id})
	require.Empty(t, b.workflows.started, "a deleted series gets no new workflow")
}

func TestRetentionPlansAndNotices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.create("view", "TODO").DataSeries[0].SeriesID
	b.plan(id, "acme/api")
	var answer struct {
		Series struct {
			Points    []struct{ IsSnapshot bool }
			Retention struct {
				Points   int
				Override *int
				Archived int
			}
			Plans   []struct{ Kind string }
			Notices []struct{ Reason string }
		}
	}
	const fields = `{ points { isSnapshot } retention { points override archived } plans { kind } notices { reason } }`
	b.do(&answer, `query($id: ID!) { series: insightSeries(id: $id) `+fields+` }`, map[string]any{"id": id})
	all := len(answer.Series.Points)
	require.Equal(t, 30, answer.Series.Retention.Points)
	require.Equal(t, "BACKFILL", answer.Series.Plans[0].Kind)
	require.Empty(t, answer.Series.Notices)

	b.do(&answer, `mutation($id: ID!) { series: setInsightSeriesRetention(seriesId: $id, points: 2) `+fields+` }`, map[string]any{"id": id})
	require.Equal(t, 2, *answer.Series.Retention.Override)
	require.Equal(t, all-2, answer.Series.Retention.Archived)
	require.Len(t, answer.Series.Points, 2, "applied immediately")
	b.do(&answer, `mutation($id: ID!) { series: setInsightSeriesRetention(seriesId: $id) `+fields+` }`, map[string]any{"id": id})
	require.Len(t, answer.Series.Points, all)

	var renamed struct{ RenameRepository struct{ Name string } }
	b.do(&renamed, `mutation { renameRepository(name: "acme/api", newName: " acme/gateway") { name } }`, nil)
	require.Equal(t, "acme/gateway", renamed.RenameRepository.Name)
}
