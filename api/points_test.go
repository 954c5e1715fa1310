package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

var anyView = store.ViewFilter{}

type tallyOf struct {
	Planned, Counted, Reused, Absent, Partial, Failed, Pending int64
	Percent                                                    int
}

func TestPointsCompletenessSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("Debt", "TODO")
	id := created.DataSeries[0].SeriesID
	plan := b.plan(id, "acme/api", "acme/web") // 2 × 6, by repository, newest first
	b.settle(id, plan, func(i int, s *insights.Sample) {
		switch i {
		case 0:
			counted(9, s) // acme/api, newest
		case 1:
			s.Outcome = insights.Absent
		case 6:
			s.Outcome, s.Commit, s.Value, s.Code, s.Reason = insights.Partial, someCommit, 4, "missing object", "blob 12 is missing"
		case 7:
			s.Outcome, s.Code, s.Reason = insights.Failed, "git", "exited 128"
		}
	})
	var result struct {
		InsightSeries struct {
			Completeness tallyOf
			Status       struct{ TotalPoints, PendingJobs, CompletedJobs, FailedJobs int }
			Points       []struct {
				DateTime                    string
				Value                       float64
				Coverage                    struct{ Known, Planned int64 }
				Outcomes                    tallyOf
				DiffQuery, PointInTimeQuery *string
			}
			Samples struct {
				TotalCount int
				Nodes      []struct {
					Repository struct{ Name string }
					DateTime   string
					Outcome    string
					Value      *float64
					Commit     *string
					Reason     *string
				}
				PageInfo struct {
					EndCursor   string
					HasNextPage bool
				}
			}
			Reasons []struct {
				Outcome, ReasonCode, Example string
				Count                        int
			}
		}
	}
	const tallyFields = `planned counted reused absent partial failed pending percent`
	operation := `query($id: ID!, $after: String) { insightSeries(id: $id) {
		completeness { ` + tallyFields + ` } status { totalPoints pendingJobs completedJobs failedJobs }
		points { dateTime value coverage { known planned } outcomes { ` + tallyFields + ` } diffQuery pointInTimeQuery }
		samples(first: 3, after: $after) { totalCount nodes { repository { name } dateTime outcome value commit reason } pageInfo { endCursor hasNextPage } }
		reasons { outcome reasonCode count example } } }`
	b.do(&result, operation, map[string]any{"id": id})
	s := result.InsightSeries
	require.Equal(t, tallyOf{Planned: 12, Counted: 1, Absent: 1, Partial: 1, Failed: 1, Pending: 8, Percent: 33}, s.Completeness)
	require.Equal(t, 12, s.Status.TotalPoints)
	require.Equal(t, 8, s.Status.PendingJobs)
	require.Equal(t, 3, s.Status.CompletedJobs)
	require.Equal(t, 1, s.Status.FailedJobs)

	require.Len(t, s.Points, 6)
	newest := s.Points[5]
	require.Equal(t, "2026-03-31T12:30:15Z", newest.DateTime)
	require.InDelta(t, 13, newest.Value, 0)
	require.Equal(t, int64(1), newest.Coverage.Known)
	require.Equal(t, int64(2), newest.Coverage.Planned)
	require.Equal(t, tallyOf{Planned: 2, Counted: 1, Partial: 1, Percent: 100}, newest.Outcomes)
	require.Equal(t, "TODO type:diff after:2026-02-28T12:30:15Z before:2026-03-31T12:30:15Z", *newest.DiffQuery)
	require.Equal(t, "TODO rev:at.time(2026-03-31T12:30:15Z)", *newest.PointInTimeQuery)
	require.Nil(t, s.Points[0].DiffQuery)
	require.Zero(t, s.Points[0].Coverage.Known, "pending samples are not known")

	require.Equal(t, 12, s.Samples.TotalCount)
	require.Equal(t, "acme/api", s.Samples.Nodes[0].Repository.Name)
	require.Equal(t, "COUNTED", s.Samples.Nodes[0].Outcome)
	require.InDelta(t, 9, *s.Samples.Nodes[0].Value, 0)
	require.Equal(t, "PARTIAL", s.Samples.Nodes[1].Outcome)
	require.Equal(t, "blob 12 is missing", *s.Samples.Nodes[1].Reason)
	require.Equal(t, "ABSENT", s.Samples.Nodes[2].Outcome)
	require.InDelta(t, 0, *s.Samples.Nodes[2].Value, 0)
	require.Nil(t, s.Samples.Nodes[2].Commit)
	require.True(t, s.Samples.PageInfo.HasNextPage)

	require.Len(t, s.Reasons, 2)

	b.do(&result, operation, map[string]any{"id": id, "after": s.Samples.PageInfo.EndCursor})
	require.Equal(t, "FAILED", result.InsightSeries.Samples.Nodes[0].Outcome)
	require.Nil(t, result.InsightSeries.Samples.Nodes[0].Value, "the value of a failed sample is unknown, not zero")

	var filtered struct {
		InsightSeries struct {
			Samples struct{ TotalCount int }
			Points  []struct{ Value float64 }
		}
	}
	b.do(&filtered, `query($id: ID!) { insightSeries(id: $id) { samples(filter: {outcomes: [PARTIAL, FAILED], repository: "web$"}) { totalCount }
		points(includeRepoRegex: "web", from: "2026-03-01T00:00:00+01:00") { value } } }`, map[string]any{"id": id})
	require.Equal(t, 2, filtered.InsightSeries.Samples.TotalCount)
	require.Len(t, filtered.InsightSeries.Points, 1)
	require.InDelta(t, 4, filtered.InsightSeries.Points[0].Value, 0)

	b.refused(insights.Invalid, `query($id: ID!) { insightSeries(id: $id) { points(includeRepoRegex: "(") { value } } }`, map[string]any{"id": id})
	b.refused(insights.Invalid, `query($id: ID!) { insightSeries(id: $id) { points(from: "yesterday") { value } } }`, map[string]any{"id": id})
}

// The number of SQL statements of a list does not depend on the number of views and series.
func TestStatementsDoNotGrowWithViews(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const list = `{ insightViews { totalCount nodes { id dataSeries { seriesId
		points { value } recent: points(from: "2026-01-01T00:00:00Z") { value }
		completeness { planned } status { totalPoints } } dataSeriesDefinitions { query } } } }`
	statements := func() int64 {
		b.post(list, nil) // fills the store's cache of series keys
		before := b.statements.n.Load()
		var result struct {
			InsightViews struct {
				Nodes []struct {
					DataSeries []struct{ Points []struct{ Value float64 } }
				}
			}
		}
		b.do(&result, list, nil)
		for _, v := range result.InsightViews.Nodes {
			for _, s := range v.DataSeries {
				require.Len(t, s.Points, 6)
			}
		}
		return b.statements.n.Load() - before
	}
	add := func(n int) {
		v := b.create(fmt.Sprintf("view %d", n), fmt.Sprintf("a%d", n), fmt.Sprintf("b%d", n))
		for _, s := range v.DataSeries {
			b.plan(s.SeriesID, "acme/api")
		}
	}
	add(0)
	one := statements()
	for i := range 11 {
		add(i + 1)
	}
	require.Equal(t, one, statements())
	require.Equal(t, int64(8), one, "views, their series, the count, points and archived times twice, tallies")
}

func TestExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("=Debt", "TODO")
	id := created.DataSeries[0].SeriesID
	b.settle(id, b.plan(id, "acme/api"), counted)
	get := func(path string) (int, string) {
		response, err := http.Get(b.url + path)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
	}
	status, text := get("/export/" + created.ID + ".csv?from=2026-03-01T00:00:00Z")
	require.Equal(t, http.StatusOK, status)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"title", "series", "label", "time", "value", "known", "planned", "counted", "reused", "absent", "partial", "failed", "pending", "kind"},
		{"'=Debt", id, "TODO", "2026-03-31T12:30:15Z", "0", "1", "1", "1", "0", "0", "0", "0", "0", "point"},
	}, rows)

	status, text = get("/export/" + created.ID + ".json")
	require.Equal(t, http.StatusOK, status)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, 6)
	var point exportedPoint
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &point))
	require.InDelta(t, 5, point.Value, 0)

	status, _ = get("/export/nope.csv")
	require.Equal(t, http.StatusNotFound, status)
	status, _ = get("/export/" + created.ID + ".xls")
	require.Equal(t, http.StatusNotFound, status)
	status, _ = get("/export/" + created.ID + ".csv?from=then")
	require.Equal(t, http.StatusBadRequest, status)
}

// An export and a chart with the same filters contain the same points.
func TestExportFiltersAsTheChart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("Debt", "TODO")
	id := created.DataSeries[0].SeriesID
	b.settle(id, b.plan(id, "acme/api", "acme/web", "other/web"), func(_ int, s *insights.Sample) {
		counted(1, s)
		s.Value = float64(s.RepositoryID)
	})
	for name, want := range map[string]struct {
		query, arguments string
		value            float64
		planned          int64
	}{
		"all":               {"", "", 1 + 2 + 3, 3},
		"excluded":          {"excludeRepoRegex=web", `(excludeRepoRegex: "web")`, 1, 1},
		"included":          {"includeRepoRegex=web", `(includeRepoRegex: "web")`, 2 + 3, 2},
		"included, one not": {"includeRepoRegex=web&excludeRepoRegex=^other", `(includeRepoRegex: "web", excludeRepoRegex: "^other")`, 2, 1},
		"nothing is left":   {"includeRepoRegex=nobody", `(includeRepoRegex: "nobody")`, 0, 0},
	} {
		var chart struct {
			InsightSeries struct {
				Points []struct {
					Value    float64
					Coverage struct{ Planned int64 }
				}
			}
		}
		b.do(&chart, `query($id: ID!) { insightSeries(id: $id) { points`+want.arguments+` { value coverage { planned } } } }`, map[string]any{"id": id})
		response, err := http.Get(b.url + "/export/" + created.ID + ".json?" + want.query)
		require.NoError(t, err)
		defer response.Body.Close()
		lines := json.NewDecoder(response.Body)
		exported := 0
		for ; lines.More(); exported++ {
			var point exportedPoint
			require.NoError(t, lines.Decode(&point))
			require.InDelta(t, want.value, point.Value, 0, name)
			require.Equal(t, want.planned, point.Coverage.Planned, name)
			require.InDelta(t, point.Value, chart.InsightSeries.Points[exported].Value, 0, name)
			require.Equal(t, point.Coverage.Planned, chart.InsightSeries.Points[exported].Coverage.Planned, name)
		}
		require.Len(t, chart.InsightSeries.Points, exported, name)
		require.Equal(t, want.planned > 0, exported > 0, name)
	}
}

// Samples and reasons of a removed repository can still be listed.
func TestSamplesOfARemovedRepositoryAreListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.create("Debt", "TODO").DataSeries[0].SeriesID
	b.settle(id, b.plan(id, "acme/gone", "acme/there"), func(_ int, s *insights.Sample) {
		s.Outcome, s.Code, s.Reason = insights.Failed, "fetch failed", "no route to host"
	})
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "acme/gone"))
	var result struct {
		InsightSeries struct {
			Samples struct {
				TotalCount int
				Nodes      []struct {
					Repository struct{ Name string }
					Outcome    string
				}
			}
			Reasons []struct {
				ReasonCode string
				Count      int
			}
		}
	}
	b.do(&result, `query($id: ID!) { insightSeries(id: $id) { samples(first: 100, filter: {outcomes: [FAILED]}) { totalCount nodes { repository { name } outcome } }
		reasons { reasonCode count } } }`, map[string]any{"id": id})
	names := map[string]int{}
	for _, node := range result.InsightSeries.Samples.Nodes {
		names[node.Repository.Name]++
	}
	require.Equal(t, map[string]int{"acme/gone": 6, "acme/there": 6}, names)
	require.Equal(t, 12, result.InsightSeries.Samples.TotalCount)
	require.Len(t, result.InsightSeries.Reasons, 1)
	require.Equal(t, 12, result.InsightSeries.Reasons[0].Count)
}
