package api

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// behind is the same server behind an authenticating proxy on this machine.
func (b *bundle) behind(auth Auth) http.Handler {
	auth.Mode, auth.Networks = AuthProxy, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return New(Config{
		Store: b.store, Workflows: b.workflows, Repositories: fakeProber{}, Metrics: prometheus.NewRegistry(),
		Logger: slog.New(slog.NewTextHandler(b.log, nil)), Now: func() time.Time { return epoch },
		Auth: auth,
	})
}

// operateAs sends a GraphQL operation with a login, and returns the body of the response.
func operateAs(t *testing.T, h http.Handler, who, operation string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(t, err)
	return askAs(t, h, who, http.MethodPost, "/graphql", string(body))
}

// askAs sends a request with a login as the proxy does, and returns the body of the response.
func askAs(t *testing.T, h http.Handler, who, method, target, body string) string {
	t.Helper()
	r := request(method, target, func(r *http.Request) {
		r.RemoteAddr = "127.0.0.1:4711"
		r.Header.Set("X-Forwarded-User", who)
		setBody(r, body)
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

// Charts, exports and lists of samples contain only what the viewer may see. Without a proxy every
// viewer sees everything.
func TestPrivateRepositoriesAreHiddenFromViewersWithoutAGrant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.create("permissions", "TODO")
	series := view.DataSeries[0].SeriesID
	plan := b.plan(series, "public", "private")
	private, err := b.store.Repositories.ByName(t.Context(), "private")
	require.NoError(t, err)
	require.NoError(t, b.store.Repositories.SetFlags(t.Context(), private.ID, false, false, true))
	b.settle(series, plan, func(i int, s *insights.Sample) {
		if counted(i, s); s.RepositoryID == private.ID {
			s.Value = 1000
		} else {
			s.Value = 1
		}
	})
	behindProxy := b.behind(Auth{Admins: []string{"root"}})
	open := New(Config{
		Store: b.store, Workflows: b.workflows, Repositories: fakeProber{}, Metrics: prometheus.NewRegistry(),
		Logger: slog.New(slog.NewTextHandler(b.log, nil)), Now: func() time.Time { return epoch },
	})
	ask := func(h http.Handler, who, method, target, body string) string {
		return askAs(t, h, who, method, target, body)
	}
	query, err := json.Marshal(map[string]any{"query": `{ insightViews { nodes { dataSeries {
		points { value } samples(first: 50) { totalCount nodes { repository { name } } } } } } }`})
	require.NoError(t, err)
	for _, test := range []struct {
		name    string
		handler http.Handler
		who     string
		sees    bool
	}{
		{"nobody's grant", behindProxy, "ann", false},
		{"an administrator", behindProxy, "root", true},
		{"no proxy", open, "", true},
	} {
		answer := ask(test.handler, test.who, http.MethodPost, "/graphql", string(query))
		require.Equal(t, test.sees, strings.Contains(answer, `"value":1001`), "%s: %s", test.name, answer)
		require.Equal(t, !test.sees, strings.Contains(answer, `"value":1}`), test.name)
		require.Equal(t, test.sees, strings.Contains(answer, `"private"`), test.name)
		require.Equal(t, test.sees, strings.Contains(answer, `"totalCount":12`), test.name)
		export := ask(test.handler, test.who, http.MethodGet, "/export/"+view.ID+".csv", "")
		require.Equal(t, test.sees, strings.Contains(export, ",1001,"), "%s: %s", test.name, export)
	}
}

// What a person may not see is neither counted nor named.
func TestHiddenRepositoriesAreNeitherCountedNorNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, name := range []string{"open", "secret", "gone"} {
		_, err := b.store.Repositories.Add(t.Context(), name, "/srv/"+name, true)
		require.NoError(t, err)
		require.NoError(t, b.store.Access.SetPrivate(t.Context(), name, name != "open"))
	}
	variables := input("an insight", "TODO")
	variables["input"].(map[string]any)["repositoryScope"] = map[string]any{"repositories": []string{"open", "secret", "gone"}}
	b.do(&struct{}{}, createMutation, variables)
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "gone"))
	require.NoError(t, b.store.Access.Grant(t.Context(), "secret", "ann"))

	behind := b.behind(Auth{Admins: []string{"root"}})
	const operation = `{ open: previewRepositoriesFromQuery(query: "repo:open") { numberOfRepositories }
		secret: previewRepositoriesFromQuery(query: "repo:^s") { numberOfRepositories }
		insightViews { nodes { dataSeriesDefinitions { repositoryDefinition { ... on InsightRepositoryScope { repositories } } } } } }`
	for who, want := range map[string]string{
		"bob":  `{"open":{"numberOfRepositories":1},"secret":{"numberOfRepositories":0},"insightViews":{"nodes":[{"dataSeriesDefinitions":[{"repositoryDefinition":{"repositories":["open"]}}]}]}}`,
		"ann":  `{"open":{"numberOfRepositories":1},"secret":{"numberOfRepositories":1},"insightViews":{"nodes":[{"dataSeriesDefinitions":[{"repositoryDefinition":{"repositories":["open","secret"]}}]}]}}`,
		"root": `{"open":{"numberOfRepositories":1},"secret":{"numberOfRepositories":1},"insightViews":{"nodes":[{"dataSeriesDefinitions":[{"repositoryDefinition":{"repositories":["open","secret","gone"]}}]}]}}`,
	} {
		require.JSONEq(t, `{"data":`+want+`}`, operateAs(t, behind, who, operation, nil), who)
	}
}

// A file URL is checked as its path, and registers the same repository as the path.
func TestAFileURLIsCheckedAsAPath(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var added struct{ AddRepository struct{ ID, Location string } }
	const add = `mutation($l: String!) { addRepository(location: $l) { id location } }`
	b.do(&added, add, map[string]any{"l": "/srv/secret.git"})
	id := added.AddRepository.ID
	for _, spelling := range []string{"file:///srv/secret.git", "file://localhost/srv/./secret.git/", "file:///srv/%73ecret.git", "/srv//x/../secret.git"} {
		b.do(&added, add, map[string]any{"l": spelling})
		require.Equal(t, id, added.AddRepository.ID, spelling)
		require.Equal(t, "/srv/secret.git", added.AddRepository.Location)
	}
	require.Contains(t, b.refused(insights.Invalid, add, map[string]any{"l": "file://host/srv/secret.git"}), "names no host")
	require.Contains(t, b.refused(insights.NotFound, add, map[string]any{"l": "file:///etc/secret.git"}), "not a git repository")
}

// The outcome of a sample tells what a file contains: whether "count:1" is exceeded, for example.
// So a person gets no number and no text that depends on samples of hidden repositories.
func TestCompletenessLeavesOutHiddenRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	view := b.create("an oracle", "TODO count:1")
	series := view.DataSeries[0].SeriesID
	plan := b.plan(series, "open", "secret")
	require.NoError(t, b.store.Access.SetPrivate(t.Context(), "secret", true))
	secret, err := b.store.Repositories.ByName(t.Context(), "secret")
	require.NoError(t, err)
	b.settle(series, plan, func(i int, s *insights.Sample) {
		if counted(i, s); s.RepositoryID == secret.ID {
			s.Outcome, s.Code, s.Reason = insights.Partial, insights.ReasonCountLimit, "count:1 was reached in secret.txt"
		}
	})
	require.NoError(t, b.store.Plans.Complete(t.Context(), series, plan, epoch))
	problem := contract.Problem{Code: insights.Unavailable, Message: "secret.txt", At: epoch}
	paused := contract.PausedBy{By: "breaker", Reason: "secret.txt", At: epoch, Breaker: true}
	require.NoError(t, b.store.Access.Grant(t.Context(), "secret", "ann"))

	behind := b.behind(Auth{Admins: []string{"root"}})
	operation := `{ insightViews(id: "` + view.ID + `") { nodes { dataSeries {
		completeness { planned counted partial } status { totalPoints completedJobs } notices { reason } reasons { count }
		workflow { completeness { planned counted partial } problem { message } pausedReason } } } } }`
	const progress = `subscription { insightProgress(ids: ["VIEW"]) { series { completeness { planned counted partial } } } }`
	retries := store.PlanRequest{SeriesID: series, Kind: insights.RetryPlan, Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Partial}}}
	_, err = b.store.Plans.Begin(t.Context(), retries)
	require.NoError(t, err)
	editors := b.behind(Auth{Editors: []string{everyone}})
	for who, sees := range map[string]bool{"bob": false, "ann": true} {
		own := createAs(t, editors, who, "TODO count:1").DataSeries[0].SeriesID
		require.Equal(t, series, own, "the series is shared")
		for _, retry := range []string{
			`mutation { retryInsightSeriesBackfill(seriesId: "S") { seriesId } }`, `mutation { retryInsightSamples(seriesId: "S", filter: {}) { seriesId } }`,
			`mutation { retryInsightSamples(seriesId: "S", filter: {outcomes: [PARTIAL], repository: "."}) { seriesId } }`,
		} {
			answer := operateAs(t, editors, who, strings.Replace(retry, `"S"`, `"`+series+`"`, 1), nil)
			require.Equal(t, !sees, strings.Contains(answer, "no sample that you may see"), "%s: %s", who, answer)
		}
		answer := operateAs(t, editors, who, `{ insightSeries(id: "`+series+`") { plans { kind } } }`, nil)
		require.Equal(t, sees, strings.Contains(answer, "RETRY"), "%s: %s", who, answer)
	}
	b.workflows.set(func(f *fakeWorkflows) {
		f.status = contract.Status{State: contract.Paused, Completeness: insights.Completeness{Planned: 12, Counted: 6, Partial: 6}, Problem: &problem, Paused: &paused}
	})
	for who, sees := range map[string]bool{"bob": false, "ann": true, "root": true} {
		answer := operateAs(t, behind, who, operation, nil) + firstAnswer(t, behind, who, strings.Replace(progress, "VIEW", view.ID, 1))
		require.Equal(t, sees, strings.Contains(answer, `"planned":12`), "%s: %s", who, answer)
		require.Equal(t, sees, strings.Contains(answer, `"partial":6`), "%s: %s", who, answer)
		require.Equal(t, sees, strings.Contains(answer, `"totalPoints":12`), "%s: %s", who, answer)
		require.Equal(t, sees, strings.Contains(answer, "count limit"), "%s: %s", who, answer)
		require.Equal(t, sees, strings.Contains(answer, "secret.txt"), "%s: %s", who, answer)
		if !sees {
			require.Equal(t, 3, strings.Count(answer, `{"planned":6,"counted":6,"partial":0}`), answer)
		}
	}
}

func TestMetricsAreForAdministrators(t *testing.T) {
	t.Parallel()
	behind := setup(t).behind(Auth{Admins: []string{"root"}})
	for who, want := range map[string]int{"bob": http.StatusForbidden, "root": http.StatusOK} {
		r := request(http.MethodGet, "/metrics", func(r *http.Request) {
			r.RemoteAddr = "127.0.0.1:4711"
			r.Header.Set("X-Forwarded-User", who)
		})
		require.Equal(t, want, status(behind, r), who)
	}
}

func TestPasswordsOfLocationsAreNotShown(t *testing.T) {
	t.Parallel()
	for location, shown := range map[string]string{
		"https://bob:hunter2@git.example/acme/x": "https://git.example/acme/x", "ssh://bob:hunter2@git.example/x": "ssh://bob:xxxxx@git.example/x",
		"https://bob:hunter^2@git.example/acme/x": "xxxxx@git.example/acme/x", "git@git.example:acme/x": "git@git.example:acme/x",
	} {
		require.Equal(t, shown, withoutPassword(location))
	}
}
