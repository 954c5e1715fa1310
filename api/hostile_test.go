package api

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostileTexts are JSON literals of texts that no client sends by mistake, or that databases,
// shells and terminals cannot take.
var hostileTexts = map[string]string{
	"NUL":             `"a\u0000b"`,
	"invalid UTF-8":   "\"a\xff\xfeb\"",
	"a surrogate":     `"a\ud800b"`,
	"invisible":       `"a\u200b\u202e\ufeffb"`,
	"control":         `"a\u0007\u001b[31m\u007fb"`,
	"a line feed":     `"a\nb\r\n"`,
	"a path":          `"../../../../etc/passwd"`,
	"only spaces":     `"   "`,
	"empty":           `""`,
	"200 kB":          `"` + strings.Repeat("a", 200_000) + `"`,
	"200 kB of runes": `"` + strings.Repeat("𝔘", 50_000) + `"`,
	"SQL":             `"' OR 1=1; DROP TABLE insight_view; --"`,
	"a format":        `"%s%d%v%n%[9]d"`,
	"a regexp":        `"(((((((((a*)*)*)*)*)*)*)*)*)*$"`,
	"brackets":        `"` + strings.Repeat("(", 5_000) + `"`,
}

// refusedTexts are those that no change accepts, except in queries, which are read as they are, and
// for people whose grants are removed.
var refusedTexts = map[string]bool{"NUL": true, "invalid UTF-8": true, "a surrogate": true, "invisible": true, "control": true, "a line feed": true, "200 kB": true, "200 kB of runes": true}

// hostileOperations have a text in the place of $x, which has the type that the operation declares.
var hostileOperations = []string{
	`query($x: ID) { insightViews(id: $x) { nodes { id } } }`,
	`query($x: String) { insightViews(find: $x) { nodes { id } } }`,
	`query($x: String) { insightViews(after: $x) { nodes { id } } }`,
	`query($x: ID!) { insightSeries(id: $x) { label } }`,
	`query($x: String) { repositories(find: $x) { nodes { name } } }`,
	`query($x: String) { repositories(after: $x) { nodes { name } } }`,
	`query($x: String) { repositoryGrants(repository: $x) { nodes { login } } }`,
	`query($x: String) { repositoryGrants(login: $x, after: $x) { nodes { login } } }`,
	`query($x: String!) { validateScopedInsightQuery(query: $x) { isValid } }`,
	`query($x: String!) { previewRepositoriesFromQuery(query: $x) { numberOfRepositories } }`,
	`query($x: String!) { validateInsightQuery(query: $x) { isValid error { message } } }`,
	`query($x: String) { insightSeries(id: "SERIES") { points(includeRepoRegex: $x) { value } } }`,
	`query($x: String) { insightSeries(id: "SERIES") { points(excludeRepoRegex: $x) { value } } }`,
	`query($x: String) { insightSeries(id: "SERIES") { samples(after: $x) { nodes { commit } } } }`,
	`query($x: String!) { insightSeries(id: "SERIES") { samples(values: [$x]) { nodes { commit } } } }`,
	`mutation($x: String!) { createLineChartSearchInsight(input: {options: {title: $x}, dataSeries: [{query: "a"}]}) { view { id } } }`,
	`mutation($x: String!) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: $x}]}) { view { id } } }`,
	`mutation($x: String) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: "a", options: {label: $x}}]}) { view { id } } }`,
	`mutation($x: String) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: "a", options: {lineColor: $x}}]}) { view { id } } }`,
	`mutation($x: String!) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: "a"}], repositoryScope: {repositories: [$x]}}) { view { id } } }`,
	`mutation($x: String) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: "a"}], repositoryScope: {repositoryCriteria: $x}}) { view { id } } }`,
	`mutation($x: String) { createLineChartSearchInsight(input: {options: {title: "t"}, dataSeries: [{query: "a"}], timeScope: {stepInterval: {unit: MONTH, value: 1}, zone: $x}}) { view { id } } }`,
	`mutation($x: ID!) { deleteInsightView(id: $x) { alwaysNil } }`,
	`mutation($x: ID!) { pauseInsightSeries(seriesId: $x) { label } }`,
	`mutation($x: String) { pauseInsightSeries(seriesId: "SERIES", reason: $x, by: $x) { label } }`,
	`mutation($x: String) { cancelInsightSeriesBackfill(seriesId: "SERIES", reason: $x, by: $x) { label } }`,
	`mutation($x: ID!) { setInsightSeriesRetention(seriesId: $x, points: 3) { label } }`,
	`mutation($x: String!) { renameRepository(name: $x, newName: "b") { name } }`,
	`mutation($x: String!) { renameRepository(name: "acme/api", newName: $x) { name } }`,
	`mutation($x: String!) { addRepository(location: $x) { name } }`,
	`mutation($x: String) { addRepository(location: "https://host.invalid/a", name: $x) { name } }`,
	`mutation($x: String!) { removeRepository(name: $x) { alwaysNil } }`,
	`mutation($x: String!) { setRepositoryPrivate(name: $x, private: true) { name } }`,
	`mutation($x: String!) { grantRepository(name: $x, login: "ann") { name } }`,
	`mutation($x: String!) { grantRepository(name: "acme/web", login: $x) { name } }`,
	`mutation($x: String!) { revokeRepository(name: $x, login: "ann") { alwaysNil } }`,
	`mutation($x: String!) { revokeRepository(login: $x) { alwaysNil } }`,
	`mutation($x: String) { syncRepository(name: $x) { alwaysNil } }`,
	`mutation($x: String!) { updateSetting(key: $x, value: "1") { key } }`,
	`mutation($x: String!) { updateSetting(key: "backsight.sync.interval", value: $x) { key } }`,
}

// internals are words that an answer must not contain: they come from drivers, from Go, or from the
// server's machine.
var internals = []string{
	"SQLSTATE", "pgx", "ERROR:", "invalid byte sequence", "goroutine", "runtime error", ".go:", "json:", "graphql.", "strconv.", "Go value", "%!", "/root/",
}

// Each hostile text in each place where a client can send one gets a result or an error with a code
// other than "internal", in few words, and nothing internal.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.create("Debt", "TODO")
	series := view.DataSeries[0].SeriesID
	b.settle(series, b.plan(series, "acme/api", "acme/web"), counted)
	sent := 0
	for _, operation := range hostileOperations {
		operation = strings.ReplaceAll(operation, "SERIES", series)
		query, err := json.Marshal(operation)
		require.NoError(t, err)
		for _, name := range slices.Sorted(maps.Keys(hostileTexts)) {
			text := hostileTexts[name]
			sent++
			what := name + " in " + operation
			response, err := http.Post(b.url+"/graphql", "application/json", strings.NewReader(fmt.Sprintf(`{"query":%s,"variables":{"x":%s}}`, query, text)))
			require.NoError(t, err, what)
			answer := requireHarmless(t, what, response)
			if refusedTexts[name] && !strings.Contains(operation, "query: $x") && !strings.Contains(operation, "query($x") && !strings.Contains(operation, "revoke") {
				require.NotEmpty(t, answer.Errors, what)
			}
			for _, problem := range answer.Errors {
				require.Contains(t, []any{"invalid", "not_found", "conflict", "forbidden", "unavailable"}, problem.Extensions["code"], "%s: %s", what, problem.Message)
				require.Less(t, len(problem.Message), 2000, what)
			}
		}
	}
	require.Greater(t, sent, 300)
	kept, err := b.store.Views.Get(t.Context(), view.ID)
	require.NoError(t, err, "no text was run as SQL")
	require.Equal(t, "Debt", kept.Title)
	require.NotContains(t, b.log.String(), "a request failed", "an error that the server does not know")
	require.NotContains(t, b.log.String(), "panicked")
}

// The same for requests other than GraphQL operations.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.create("Debt", "TODO")
	long := strings.Repeat("a", 20_000)
	for _, path := range []string{
		"/export/", "/export/x", "/export/x.csv", "/export/%00.csv", "/export/..%2f..%2fetc%2fpasswd.csv", "/export/" + long + ".csv", "/export/%ff%fe.json",
		"/export/" + view.ID + ".csv?from=%00", "/export/" + view.ID + ".csv?to=9999999999", "/export/" + view.ID + ".csv?includeRepoRegex=" + url.QueryEscape("("+long),
		"/export/" + view.ID + ".csv?includeRepoRegex=%00", "/export/" + view.ID + ".csv?excludeRepoRegex=%ff", "/export/" + view.ID + ".csv?excludeRepoRegex=a{1000}{1000}",
		"/assets/..%2f..%2fgo.mod", "/assets/%00", "/%2e%2e/%2e%2e/etc/passwd", "/.git/config", "/" + long, "/insights/%ff", "/graphiql/..", "/metrics/../x", "//evil.example/", "/export//x.csv",
	} {
		response, err := http.Get(b.url + path)
		require.NoError(t, err, path)
		requireHarmless(t, path[:min(len(path), 80)], response)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace, "BREW"} {
		r, err := http.NewRequestWithContext(t.Context(), method, b.url+"/graphql", strings.NewReader("{}"))
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err, method)
		require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode, method)
		requireHarmless(t, method, response)
	}
	require.NotContains(t, b.log.String(), "a request failed")
}

// requireHarmless reads an answer and checks that it is small and has nothing internal.
func requireHarmless(t *testing.T, what string, response *http.Response) (a answer) {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err, what)
	require.Less(t, response.StatusCode, 500, "%s: %s", what, text[:min(len(text), 300)])
	for _, word := range internals {
		require.NotContains(t, string(text), word, what)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		require.NoError(t, json.Unmarshal(text, &a), "%s: %s", what, text[:min(len(text), 300)])
	}
	return a
}
