package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const createdAnswer = `{"data":{"createLineChartSearchInsight":{"view":{"id":"V1","dataSeries":[{"seriesId":"S1","label":"todo"},{"seriesId":"S2","label":"fix"}]}}}}`

func TestInsightCreate(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer}, scripted{"previewRepositoriesFromQuery", `{"data":{"previewRepositoriesFromQuery":{"numberOfRepositories":3}}}`})
	status, stdout, stderr := a.run("insight", "create", "--title", "Debt", "--query", "TODO, later", "--query", "FIXME", "--label", "todo", "--label", "fix",
		"--repos", "^acme/", "--every", "2weeks", "--points", "24", "--zone", "Europe/Berlin", "--capture")
	require.Equal(t, exitDone, status)
	require.Empty(t, stderr)
	requireLines(t, []string{"insight  V1", "series   S1  todo", "series   S2  fix"}, stdout)
	require.JSONEq(t, `{"query":"repo:^acme/"}`, string(a.asked[0].Variables))
	require.JSONEq(t, `{"input":{"options":{"title":"Debt"},"repositoryScope":{"repositoryCriteria":"repo:^acme/"},
		"timeScope":{"stepInterval":{"unit":"WEEK","value":2},"points":24,"zone":"Europe/Berlin"},
		"dataSeries":[{"query":"TODO, later","options":{"label":"todo"},"generatedFromCaptureGroups":true},
			{"query":"FIXME","options":{"label":"fix"},"generatedFromCaptureGroups":true}]}}`, string(a.asked[1].Variables))

	status, stdout, _ = a.run("insight", "create", "--title", "Debt", "--query", "x", "--repo", "acme/api", "--repo", "acme/web", "--json")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{`{"id":"V1","series":["S1","S2"]}`}, stdout)
	require.JSONEq(t, `{"input":{"options":{"title":"Debt"},"repositoryScope":{"repositories":["acme/api","acme/web"]},
		"timeScope":{"stepInterval":{"unit":"MONTH","value":1},"points":12},
		"dataSeries":[{"query":"x","generatedFromCaptureGroups":false}]}}`, string(a.asked[2].Variables))
}

// A scope that matches no repository is named, whether it comes from --repos or from the query.
func TestInsightCreateNamesScopesThatMatchNothing(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer}, scripted{"previewRepositoriesFromQuery", `{"data":{"previewRepositoriesFromQuery":{"numberOfRepositories":0}}}`})
	for _, row := range []struct {
		args []string
		want []string
	}{
		{[]string{"--query", "TODO", "--query", "FIXME", "--repos", "^nothing@"}, []string{`no repository matches repo:^nothing\@ now: repositories that match later are added`}},
		{[]string{"--query", "repo:a TODO", "--query", "repo:b TODO", "--repos", "c"}, []string{
			"no repository matches repo:a repo:c now: repositories that match later are added",
			"no repository matches repo:b repo:c now: repositories that match later are added",
		}},
		{[]string{"--query", "TODO"}, nil},
	} {
		status, _, stderr := a.run(append([]string{"insight", "create", "--title", "Debt"}, row.args...)...)
		require.Equal(t, exitDone, status)
		if row.want == nil {
			require.Empty(t, stderr)
			continue
		}
		requireLines(t, row.want, stderr)
	}
}

func TestInsightCreateOfLanguages(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer})
	status, _, _ := a.run("insight", "create", "--title", "Languages", "--languages")
	require.Equal(t, exitDone, status)
	require.JSONEq(t, `{"input":{"options":{"title":"Languages"},"repositoryScope":{},
		"timeScope":{"stepInterval":{"unit":"MONTH","value":1},"points":12},
		"dataSeries":[{"query":"","generatedFromCaptureGroups":false,"generationMethod":"LANGUAGE_STATS"}]}}`, string(a.asked[0].Variables))
	for _, args := range [][]string{{"--languages", "--capture"}, {}} {
		status, _, _ = a.run(append([]string{"insight", "create", "--title", "Languages"}, args...)...)
		require.Equal(t, exitUsage, status)
	}
}

// The mark under an error in a query is placed by characters, although the server counts UTF-16
// code units.
func TestInsightCreateShowsWhereAQueryIsWrong(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"createLineChartSearchInsight", `{"data":null,"errors":[
		{"message":"unknown field \"fille\"","extensions":{"code":"invalid","field":["input","dataSeries",1,"query"],"start":3,"end":9,"suggestion":"did you mean \"file\"?"}},
		{"message":"the title is too long","extensions":{"code":"invalid","field":["input","options","title"]}}]}`})
	status, stdout, stderr := a.run("insight", "create", "--title", "Debt", "--query", "TODO", "--query", "😀 fille:go")
	require.Equal(t, exitUsage, status)
	require.Empty(t, stdout)
	requireLines(t, []string{
		`backsight: unknown field "fille"`,
		`  😀 fille:go`,
		`    ^^^^^^`,
		`  did you mean "file"?`,
		`the title is too long`,
	}, stderr)
}

const waitingSeries = `{"seriesId":"S1","label":"todo","completeness":{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2,"rate":2,"etaSeconds":1},"status":{"backfillCompletedAt":null,"nextRecordingAfter":"2026-02-01T00:00:00Z"}}`

func doneSeries(counted, partial string) string {
	return `{"seriesId":"S1","label":"todo","completeness":{"planned":4,"counted":` + counted + `,"reused":0,"absent":1,"partial":` + partial + `,"failed":0,"pending":0,"rate":null,"etaSeconds":null},"status":{"backfillCompletedAt":"2026-01-01T00:00:00Z","nextRecordingAfter":"2026-02-01T00:00:00Z"}}`
}

func viewWith(series string) string {
	return `{"data":{"insightViews":{"nodes":[{"dataSeries":[` + series + `]}]},"insightSeries":null}}`
}

func TestInsightCreateWait(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, end string
		status    int
		stderr    []string
	}{
		{"complete", doneSeries("3", "0"), exitDone, []string{
			"████████▒▒▒▒▒▒▒···············  50%  2/4  counted 1  absent 1  2/s  1 s left",
			"███████████████████████▒▒▒▒▒▒▒ 100%  4/4  counted 3  absent 1",
		}},
		{"with a gap", doneSeries("2", "1"), exitFailed, []string{
			"████████▒▒▒▒▒▒▒···············  50%  2/4  counted 1  absent 1  2/s  1 s left",
			"███████████████▒▒▒▒▒▒▒▒~~~~~~~ 100%  4/4  counted 2  absent 1  partial 1",
			"1 of 4 samples are partial or failed: `backsight insight points V1 --by-repo` lists them with the reasons",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer},
				scripted{"insightViews", viewWith(waitingSeries)}, scripted{"insightViews", viewWith(row.end)})
			status, stdout, stderr := a.run("insight", "create", "--title", "Debt", "--query", "TODO", "--wait", "--json")
			require.Equal(t, row.status, status)
			requireLines(t, []string{`{"id":"V1","series":["S1","S2"]}`}, stdout)
			require.Contains(t, stderr, row.stderr[len(row.stderr)-1])
			requireLines(t, row.stderr, stderr)
		})
	}
}

// --wait goes on while the database restarts.
func TestInsightCreateWaitsThroughAnOutage(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer},
		scripted{"insightViews", `{"errors":[{"message":"the database does not answer","extensions":{"code":"unavailable"}}]}`},
		scripted{"insightViews", viewWith(doneSeries("3", "0"))})
	status, _, stderr := a.run("insight", "create", "--title", "Debt", "--query", "TODO", "--wait")
	require.Equal(t, exitDone, status)
	require.Contains(t, stderr, "the database does not answer\n")
}

// --wait ends with an error when a series has a problem.
func TestInsightCreateWaitEndsWhenASeriesCannotBePlanned(t *testing.T) {
	t.Parallel()
	stuck := waitingSeries[:len(waitingSeries)-1] + `,"workflow":{"state":"SLEEPING","problem":{"message":"scope refused"}}}`
	a := serve(t, scripted{"createLineChartSearchInsight", createdAnswer}, scripted{"insightViews", viewWith(stuck)})
	status, _, stderr := a.run("insight", "create", "--title", "Debt", "--query", "TODO", "--wait")
	require.Equal(t, exitFailed, status)
	require.Contains(t, stderr, "series S1 has a problem: scope refused")
}

const pointsAnswer = `{"data":{"insightSeries":{"points":[
	{"dateTime":"2026-01-31T00:00:00Z","value":2.5,"label":"","coverage":{"known":1,"planned":2},"outcomes":{"planned":2,"counted":1,"reused":0,"absent":0,"partial":0,"failed":0,"pending":1}},
	{"dateTime":"2026-02-28T00:00:00Z","value":3,"label":"1.26","coverage":{"known":2,"planned":2},"outcomes":{"planned":2,"counted":2,"reused":0,"absent":0,"partial":0,"failed":0,"pending":0}}]}}}`

const oneSeries = `{"data":{"insightViews":{"nodes":[]},"insightSeries":{"seriesId":"S1","label":"todo"}}}`

func TestInsightPoints(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", oneSeries}, scripted{"points {", pointsAnswer})
	status, stdout, _ := a.run("insight", "points", "S1", "--json")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{
		`{"series":"S1","label":"todo","time":"2026-01-31T00:00:00Z","value":2.5,"coverage":{"known":1,"planned":2},"outcomes":{"planned":2,"counted":1,"reused":0,"absent":0,"partial":0,"failed":0,"pending":1}}`,
		`{"series":"S1","label":"1.26","time":"2026-02-28T00:00:00Z","value":3,"coverage":{"known":2,"planned":2},"outcomes":{"planned":2,"counted":2,"reused":0,"absent":0,"partial":0,"failed":0,"pending":0}}`,
	}, stdout)
	_, stdout, _ = a.run("insight", "points", "S1")
	requireLines(t, []string{
		"TIME                  SERIES  VALUE  COVERAGE",
		"2026-01-31T00:00:00Z  todo    2.5    1/2",
		"2026-02-28T00:00:00Z  1.26    3      2/2",
	}, stdout)
}

func TestInsightPointsByRepository(t *testing.T) {
	t.Parallel()
	page := func(node, info string) string {
		return `{"data":{"insightSeries":{"samples":{"nodes":[` + node + `],"pageInfo":` + info + `}}}}`
	}
	a := serve(t, scripted{"insightViews", oneSeries},
		scripted{"samples(", page(`{"repository":{"name":"acme/api"},"dateTime":"2026-01-31T00:00:00Z","outcome":"COUNTED","commit":"abc","value":0,"reason":null}`, `{"endCursor":"next","hasNextPage":true}`)},
		scripted{"samples(", page(`{"repository":{"name":"acme/web"},"dateTime":"2026-01-31T00:00:00Z","outcome":"FAILED","commit":null,"value":null,"reason":"git exited 128"}`, `{"endCursor":"end","hasNextPage":false}`)})
	status, stdout, _ := a.run("insight", "points", "S1", "--by-repo", "--json")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{
		`{"series":"S1","label":"todo","time":"2026-01-31T00:00:00Z","value":0,"coverage":{"known":1,"planned":1},"outcomes":{"planned":1,"counted":1,"reused":0,"absent":0,"partial":0,"failed":0,"pending":0},"repository":"acme/api","commit":"abc","outcome":"counted"}`,
		`{"series":"S1","label":"todo","time":"2026-01-31T00:00:00Z","value":null,"coverage":{"known":0,"planned":1},"outcomes":{"planned":1,"counted":0,"reused":0,"absent":0,"partial":0,"failed":1,"pending":0},"repository":"acme/web","commit":"","outcome":"failed","reason":"git exited 128"}`,
	}, stdout)
	require.JSONEq(t, `{"id":"S1","after":"next","first":200}`, string(a.asked[2].Variables))
}

// A sample with values gets a row for each value, and the pages stay small.
func TestInsightPointsByRepositoryAndValue(t *testing.T) {
	t.Parallel()
	page := func(node, info string) string {
		return `{"data":{"insightSeries":{"samples":{"nodes":[` + node + `],"pageInfo":` + info + `}}}}`
	}
	a := serve(t, scripted{"insightViews", oneSeries},
		scripted{"samples(", page(`{"repository":{"name":"acme/api"},"dateTime":"2026-01-31T00:00:00Z","outcome":"COUNTED","commit":"abc","value":5,"reason":null,
			"values":[{"label":"1.9","value":2},{"label":"1.10","value":3}]}`, `{"endCursor":"next","hasNextPage":true}`)},
		scripted{"samples(", page(`{"repository":{"name":"acme/api"},"dateTime":"2025-12-31T00:00:00Z","outcome":"ABSENT","commit":null,"value":0,"reason":null,"values":[]}`, `{"endCursor":"end","hasNextPage":false}`)})
	status, stdout, _ := a.run("insight", "points", "S1", "--by-repo")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{
		"TIME                  SERIES  REPOSITORY  VALUE  OUTCOME  COMMIT  REASON",
		"2026-01-31T00:00:00Z  1.9     acme/api    2      counted  abc     ",
		"2026-01-31T00:00:00Z  1.10    acme/api    3      counted  abc     ",
		"2025-12-31T00:00:00Z  todo    acme/api    0      absent           ",
	}, stdout)
	require.JSONEq(t, `{"id":"S1","after":"next","first":20}`, string(a.asked[2].Variables))
}

func TestUnknownID(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", `{"data":{"insightViews":{"nodes":[]},"insightSeries":null}}`})
	for _, command := range [][]string{{"insight", "points", "X"}, {"insight", "show", "X"}, {"series", "status", "X"}, {"series", "pause", "X"}} {
		status, _, stderr := a.run(command...)
		require.Equal(t, exitFailed, status)
		require.Contains(t, stderr, "`backsight insight list` lists")
	}
}

func TestInsightExport(t *testing.T) {
	t.Parallel()
	_, stdout, _ := serve(t).run("insight", "export", "V1", "--format", "json")
	require.Equal(t, "GET /export/V1.json", stdout)
}
