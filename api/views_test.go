package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/workflows/contract"
)

const readView = `query($id: ID!) { insightViews(id: $id) { totalCount nodes { id presentation { title seriesPresentation { label color } }
	dataSeriesDefinitions { query timeScope { unit value } points anchor zone generatedFromCaptureGroups repositoryDefinition {
		__typename ... on RepositorySearchScope { search allRepositories } ... on InsightRepositoryScope { repositories } } }
	dataSeries { seriesId label status { totalPoints pendingJobs completedJobs failedJobs isLoadingData nextRecordingAfter } workflow { state temporalUrl } } } } }`

// A query of the longest length is stored, read and validated.
func TestLongQuery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := "/" + strings.Repeat("word|", query.MaxLength/5-10) + "word/"
	id := b.create("Words", text).DataSeries[0].SeriesID
	series, err := b.store.Series.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, text, series.Query)
	again := b.create("Words", text).DataSeries[0].SeriesID
	require.Equal(t, id, again, "equal series are shared")
}

func TestCreateReadDelete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.workflows.status = contract.Status{State: contract.Sleeping}
	created := b.create("Debt", "TODO case:yes", "FIXME")
	require.Len(t, created.DataSeries, 2)
	require.Equal(t, []string{created.DataSeries[0].SeriesID + " Debt", created.DataSeries[1].SeriesID + " Debt"}, b.workflows.started)
	waiting, err := b.store.Series.ToStart(t.Context())
	require.NoError(t, err)
	require.Empty(t, waiting, "started series are marked")

	a := b.post(readView, map[string]any{"id": created.ID})
	require.Empty(t, a.Errors)
	definition := func(query string) string {
		return fmt.Sprintf(`{"query":%q,"timeScope":{"unit":"MONTH","value":1},"points":6,"anchor":"2026-03-31T12:30:15Z","zone":"","generatedFromCaptureGroups":false,
			"repositoryDefinition":{"__typename":"RepositorySearchScope","search":"","allRepositories":true}}`, query)
	}
	series := func(i int, label string) string {
		id := created.DataSeries[i].SeriesID
		return fmt.Sprintf(`{"seriesId":%q,"label":%q,"status":{"totalPoints":0,"pendingJobs":0,"completedJobs":0,"failedJobs":0,"isLoadingData":true,"nextRecordingAfter":"2026-04-30T12:30:15Z"},
			"workflow":{"state":"SLEEPING","temporalUrl":"http://127.0.0.1:8233/namespaces/default/workflows/series%%2F%s"}}`, id, label, id)
	}
	require.JSONEq(t, fmt.Sprintf(`{"insightViews":{"totalCount":1,"nodes":[{"id":%q,
		"presentation":{"title":"Debt","seriesPresentation":[{"label":"TODO case:yes","color":""},{"label":"FIXME","color":""}]},
		"dataSeriesDefinitions":[%s,%s],"dataSeries":[%s,%s]}]}}`,
		created.ID, definition("case:yes TODO"), definition("FIXME"), series(0, "TODO case:yes"), series(1, "FIXME")), string(a.Data))

	b.do(&struct{}{}, `mutation($id: ID!) { deleteInsightView(id: $id) { alwaysNil } }`, map[string]any{"id": created.ID})
	require.ElementsMatch(t, []string{created.DataSeries[0].SeriesID, created.DataSeries[1].SeriesID}, b.workflows.stopped)
	left, err := b.store.Series.ToStop(t.Context())
	require.NoError(t, err)
	require.Empty(t, left, "stopped series are marked")
	a = b.post(readView, map[string]any{"id": created.ID})
	require.JSONEq(t, `{"insightViews":{"totalCount":0,"nodes":[]}}`, string(a.Data))
	b.refused(insights.NotFound, `mutation($id: ID!) { deleteInsightView(id: $id) { alwaysNil } }`, map[string]any{"id": created.ID})
}

// While Temporal does not answer, a view can still be created. The reconciler starts its series
// later.
func TestCreateWithoutTemporal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.workflows.fail = insights.Errorf(insights.Unavailable, "rpc error: connection refused")
	created := b.create("Debt", "TODO")
	waiting, err := b.store.Series.ToStart(t.Context())
	require.NoError(t, err)
	require.Len(t, waiting, 1)

	a := b.post(readView, map[string]any{"id": created.ID})
	require.Empty(t, a.Errors)
	require.Contains(t, string(a.Data), `"workflow":null`)

	message := b.refused(insights.Unavailable, `mutation($id: ID!) { pauseInsightSeries(seriesId: $id) { seriesId } }`, map[string]any{"id": created.DataSeries[0].SeriesID})
	require.NotContains(t, message, "rpc error")
	require.Contains(t, b.log.String(), "rpc error", "the log has the cause")

	b.do(&struct{}{}, `mutation($id: ID!) { deleteInsightView(id: $id) { alwaysNil } }`, map[string]any{"id": created.ID})
	left, err := b.store.Series.ToStop(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{created.DataSeries[0].SeriesID}, left)
}

func TestErrorsInInputHaveFieldsAndPositions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.post(createMutation, map[string]any{"input": map[string]any{
		"options": map[string]any{"title": " "},
		"dataSeries": []map[string]any{
			{"query": "TODO"},
			{"query": "😀 fille:go"},
			{"query": "TODO", "generatedFromCaptureGroups": true},
			{"query": "TODO", "timeScope": map[string]any{"stepInterval": map[string]any{"unit": "DAY", "value": 0}}},
			{"query": "TODO", "options": map[string]any{"lineColor": "red;background:url(//x)"}},
		},
		"repositoryScope": map[string]any{"repositoryCriteria": "repo:["},
	}})
	type place struct {
		Field, Code string
		Start, End  any
	}
	var got []place
	for _, e := range a.Errors {
		field, err := json.Marshal(e.Extensions["field"])
		require.NoError(t, err)
		got = append(got, place{string(field), e.Extensions["code"].(string), e.Extensions["start"], e.Extensions["end"]})
		require.Equal(t, []any{"createLineChartSearchInsight"}, e.Path)
	}
	want := []place{
		{Field: `["input","options","title"]`, Code: "invalid"},
		{Field: `["input","repositoryScope","repositoryCriteria"]`, Code: "invalid", Start: 5.0, End: 6.0},
		// the emoji is two UTF-16 units
		{Field: `["input","dataSeries",1,"query"]`, Code: "invalid", Start: 3.0, End: 9.0},
		{Field: `["input","dataSeries",2,"query"]`, Code: "invalid"},
		{Field: `["input","dataSeries",3,"timeScope"]`, Code: "invalid"},
		{Field: `["input","dataSeries",4,"options","lineColor"]`, Code: "invalid"},
	}
	require.Empty(t, cmp.Diff(want, got))
	require.Contains(t, a.Errors[2].Extensions["suggestion"], `"file"`)
	require.Empty(t, b.workflows.started)
	n, err := b.store.Views.List(t.Context(), anyView)
	require.NoError(t, err)
	require.Empty(t, n, "nothing was stored")
}

func TestScopeOfUnknownRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.store.Repositories.Add(t.Context(), "acme/api", "/srv/api", true)
	require.NoError(t, err)
	in := input("x", "TODO")
	in["input"].(map[string]any)["repositoryScope"] = map[string]any{"repositories": []string{"acme/api", "acme/apj"}}
	a := b.post(createMutation, in)
	require.Len(t, a.Errors, 1)
	require.Equal(t, []any{"input", "repositoryScope", "repositories"}, a.Errors[0].Extensions["field"])
	require.Contains(t, a.Errors[0].Message, "acme/apj")
	require.NotContains(t, a.Errors[0].Message, "acme/api,")
	in["input"].(map[string]any)["repositoryScope"] = map[string]any{"repositories": []string{"acme/api"}}
	require.Empty(t, b.post(createMutation, in).Errors)
}

func TestPagesOfViews(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 5 {
		b.create(fmt.Sprintf("view %d", i), fmt.Sprintf("word%d", i))
	}
	var titles []string
	var after any
	for {
		var page struct {
			InsightViews struct {
				TotalCount int
				Nodes      []struct{ Presentation struct{ Title string } }
				PageInfo   struct {
					EndCursor   *string
					HasNextPage bool
				}
			}
		}
		b.do(&page, `query($after: String) { insightViews(first: 2, after: $after) { totalCount nodes { presentation { title } } pageInfo { endCursor hasNextPage } } }`, map[string]any{"after": after})
		require.Equal(t, 5, page.InsightViews.TotalCount)
		for _, n := range page.InsightViews.Nodes {
			titles = append(titles, n.Presentation.Title)
		}
		if !page.InsightViews.PageInfo.HasNextPage {
			break
		}
		after = *page.InsightViews.PageInfo.EndCursor
	}
	require.Equal(t, []string{"view 4", "view 3", "view 2", "view 1", "view 0"}, titles)

	b.refused(insights.Invalid, `{ insightViews(first: 0) { totalCount } }`, nil)
	b.refused(insights.Invalid, `{ insightViews(first: 201) { totalCount } }`, nil)
	b.refused(insights.Invalid, `{ insightViews(after: "x") { totalCount } }`, nil)
	repositoryCursor := encodeCursor("repository", "acme/api")
	require.Contains(t, b.refused(insights.Invalid, `query($after: String) { insightViews(after: $after) { totalCount } }`, map[string]any{"after": repositoryCursor}), "not a cursor of this list")
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("Debt", "TODO")
	id := created.DataSeries[0].SeriesID
	var paused struct {
		PauseInsightSeries struct {
			Workflow struct{ State, PausedBy, PausedReason, PausedAt string }
		}
	}
	b.do(&paused, `mutation($id: ID!) { pauseInsightSeries(seriesId: $id, reason: "slow host", by: "ann") { workflow { state pausedBy pausedReason pausedAt } } }`, map[string]any{"id": id})
	require.Equal(t, "PAUSED", paused.PauseInsightSeries.Workflow.State)
	require.Equal(t, "ann", paused.PauseInsightSeries.Workflow.PausedBy)
	require.Equal(t, "slow host", paused.PauseInsightSeries.Workflow.PausedReason)
	require.Equal(t, "2026-03-31T12:30:15Z", paused.PauseInsightSeries.Workflow.PausedAt)
	b.do(&struct{}{}, `mutation($id: ID!) { resumeInsightSeries(seriesId: $id, by: "bob") { seriesId } }`, map[string]any{"id": id})
	require.Equal(t, []contract.Command{{By: "ann", Reason: "slow host"}, {By: "bob"}}, b.workflows.commands)
	b.refused(insights.NotFound, `mutation { pauseInsightSeries(seriesId: "nope") { seriesId } }`, nil)
}

func TestCaptureGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := input("Go versions", `/^go (1\.\d+)/ file:go\.mod$`)
	in["input"].(map[string]any)["dataSeries"].([]map[string]any)[0]["generatedFromCaptureGroups"] = true
	var result struct {
		CreateLineChartSearchInsight struct{ View createdView }
	}
	b.do(&result, createMutation, in)
	series, err := b.store.Series.Get(t.Context(), result.CreateLineChartSearchInsight.View.DataSeries[0].SeriesID)
	require.NoError(t, err)
	require.Equal(t, insights.SearchCompute, series.Method)
}

// A language statistics series takes an empty query or filters, and its samples have values per
// language.
func TestLanguageStats(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := input("Languages", "", "-file:^docs/")
	for _, s := range in["input"].(map[string]any)["dataSeries"].([]map[string]any) {
		s["generationMethod"] = "LANGUAGE_STATS"
	}
	var result struct {
		CreateLineChartSearchInsight struct{ View createdView }
	}
	b.do(&result, createMutation, in)
	created := result.CreateLineChartSearchInsight.View
	series, err := b.store.Series.Get(t.Context(), created.DataSeries[0].SeriesID)
	require.NoError(t, err)
	require.Equal(t, insights.LanguageStats, series.Method)
	require.Empty(t, series.Query)
	var definitions struct {
		InsightViews struct {
			Nodes []struct {
				Presentation          struct{ SeriesPresentation []struct{ Label string } }
				DataSeriesDefinitions []struct {
					Query, GenerationMethod    string
					GeneratedFromCaptureGroups bool
				}
			}
		}
	}
	b.do(&definitions, `query($id: ID!) { insightViews(id: $id) { nodes { presentation { seriesPresentation { label } }
		dataSeriesDefinitions { query generationMethod generatedFromCaptureGroups } } } }`, map[string]any{"id": created.ID})
	view := definitions.InsightViews.Nodes[0]
	require.Equal(t, "Lines by language", view.Presentation.SeriesPresentation[0].Label)
	require.Equal(t, "LANGUAGE_STATS", view.DataSeriesDefinitions[1].GenerationMethod)
	require.Equal(t, "-file:^docs/", view.DataSeriesDefinitions[1].Query)
	require.False(t, view.DataSeriesDefinitions[1].GeneratedFromCaptureGroups)

	plan := b.plan(series.ID, "acme/api", "acme/web")
	b.settle(series.ID, plan, func(i int, s *insights.Sample) {
		counted(i, s)
		s.Values = map[string]int64{"Go": int64(i + 1), "C++": 1, "(unknown)": 2}
		s.Value = float64(i + 4)
	})
	var read struct {
		InsightSeries struct {
			Points []struct {
				Label, PointInTimeQuery string
				Value                   float64
			}
			Samples struct {
				Nodes []struct {
					Repository struct{ Name string }
					Value      float64
					Values     []struct {
						Label string
						Value float64
					}
				}
			}
		}
	}
	const points = `points(from: "2026-03-31T12:30:15Z") { label value pointInTimeQuery }`
	b.do(&read, `query($id: ID!) { insightSeries(id: $id) { `+points+` samples(first: 2) { nodes { repository { name } value values { label value } } } } }`, map[string]any{"id": series.ID})
	require.Len(t, read.InsightSeries.Points, 3)
	require.Equal(t, []string{"(unknown)", "C++", "Go"}, []string{read.InsightSeries.Points[0].Label, read.InsightSeries.Points[1].Label, read.InsightSeries.Points[2].Label})
	require.Equal(t, `lang:"C++" rev:at.time(2026-03-31T12:30:15Z)`, read.InsightSeries.Points[1].PointInTimeQuery)
	sum := 0.0
	for _, sample := range read.InsightSeries.Samples.Nodes {
		require.Len(t, sample.Values, 3)
		require.Equal(t, "(unknown)", sample.Values[0].Label)
		require.Equal(t, sample.Value, sample.Values[0].Value+sample.Values[1].Value+sample.Values[2].Value)
		sum += sample.Values[2].Value
	}
	require.Equal(t, read.InsightSeries.Points[2].Value, sum)

	b.do(&read, `query($id: ID!) { insightSeries(id: $id) { samples(first: 2, values: ["Go", "COBOL"]) { nodes { value values { label value } } } } }`, map[string]any{"id": series.ID})
	for _, sample := range read.InsightSeries.Samples.Nodes {
		require.Len(t, sample.Values, 1, "only the requested values that occur")
		require.Equal(t, "Go", sample.Values[0].Label)
	}

	before := b.statements.n.Load()
	b.do(&read, `query($id: ID!) { insightSeries(id: $id) { samples(first: 2) { nodes { value } } } }`, map[string]any{"id": series.ID})
	without := b.statements.n.Load() - before
	before = b.statements.n.Load()
	b.do(&read, `query($id: ID!) { insightSeries(id: $id) { samples(first: 2) { nodes { value values { label } } } } }`, map[string]any{"id": series.ID})
	require.Equal(t, without+1, b.statements.n.Load()-before, "requested values cost one statement")

	for name, change := range map[string]map[string]any{
		"a pattern":      {"query": "TODO lang:go", "generationMethod": "LANGUAGE_STATS"},
		"paths":          {"query": "type:path go", "generationMethod": "LANGUAGE_STATS"},
		"a selection":    {"query": "lang:go select:file", "generationMethod": "LANGUAGE_STATS"},
		"two methods":    {"query": "", "generationMethod": "LANGUAGE_STATS", "generatedFromCaptureGroups": true},
		"nothing at all": {"query": ""},
	} {
		in := input("x", "y")
		in["input"].(map[string]any)["dataSeries"] = []map[string]any{change}
		require.NotEmpty(t, b.post(createMutation, in).Errors, name)
	}
}

func TestValidateQuery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, row := range []struct{ name, operation, want string }{
		{
			"legal", `{ validateInsightQuery(query: "TODO  case:yes") { isValid canonical captures error { message } } }`,
			`{"validateInsightQuery":{"isValid":true,"canonical":"case:yes TODO","captures":0,"error":null}}`,
		},
		{
			"a repeated group", `{ validateInsightQuery(query: "/(?:(a),)+/", generatedFromCaptureGroups: true) { isValid captures notes } }`,
			`{"validateInsightQuery":{"isValid":true,"captures":1,"notes":["A group inside a repetition, as in (?:(\\w+),)+, gives only the value of the last repetition. To count the value of each repetition, write a pattern that matches a single repetition."]}}`,
		},
		{
			"a repeated group that is not counted", `{ validateInsightQuery(query: "/(?:(a),)+/") { isValid notes } }`,
			`{"validateInsightQuery":{"isValid":true,"notes":[]}}`,
		},
		{
			"no group", `{ validateInsightQuery(query: "TODO", generatedFromCaptureGroups: true) { isValid error { start end } } }`,
			`{"validateInsightQuery":{"isValid":false,"error":{"start":0,"end":4}}}`,
		},
		{
			"values of commits", `{ validateInsightQuery(query: "type:diff /(a)/", generatedFromCaptureGroups: true) { isValid captures error { start end } } }`,
			`{"validateInsightQuery":{"isValid":false,"captures":1,"error":{"start":0,"end":9}}}`,
		},
		{
			"filters", `{ validateInsightQuery(query: "", generationMethod: LANGUAGE_STATS) { isValid canonical error { start } } }`,
			`{"validateInsightQuery":{"isValid":true,"canonical":"","error":null}}`,
		},
		{
			"more than filters", `{ validateInsightQuery(query: "lang:go TODO", generationMethod: LANGUAGE_STATS) { isValid error { start end } } }`,
			`{"validateInsightQuery":{"isValid":false,"error":{"start":8,"end":12}}}`,
		},
		{
			"near miss", `{ validateInsightQuery(query: "a fille:x") { isValid error { start end } } }`,
			`{"validateInsightQuery":{"isValid":false,"error":{"start":2,"end":8}}}`,
		},
		{
			"scope", `{ validateScopedInsightQuery(query: "repo:^acme/") { isValid invalidReason } }`,
			`{"validateScopedInsightQuery":{"isValid":true,"invalidReason":null}}`,
		},
		{
			"all repositories", `{ previewRepositoriesFromQuery(query: "") { numberOfRepositories } }`,
			`{"previewRepositoriesFromQuery":{"numberOfRepositories":0}}`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := b.post(row.operation, nil)
			require.Empty(t, a.Errors)
			require.JSONEq(t, row.want, string(a.Data))
		})
	}
	var bad struct {
		ValidateScopedInsightQuery struct {
			IsValid       bool
			InvalidReason string
		}
	}
	b.do(&bad, `{ validateScopedInsightQuery(query: "TODO") { isValid invalidReason } }`, nil)
	require.False(t, bad.ValidateScopedInsightQuery.IsValid)
	require.Equal(t, "a repository scope can contain filters only, not text to search for: did you mean repo:TODO?", bad.ValidateScopedInsightQuery.InvalidReason)
}
