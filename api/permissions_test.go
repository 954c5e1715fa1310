package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/store"
)

// rootFields returns the names of all root fields of the schema, as keys of permissions.
func rootFields(t *testing.T) (fields []string) {
	t.Helper()
	text, err := os.ReadFile("schema.graphql")
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	require.NoError(t, err)
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, field := range root.Fields {
			if !isIntrospection(field.Name) {
				fields = append(fields, root.Name+"."+field.Name)
			}
		}
	}
	return fields
}

func TestEveryRootFieldHasAPermission(t *testing.T) {
	t.Parallel()
	fields := rootFields(t)
	require.Len(t, permissions, len(fields))
	for _, field := range fields {
		require.NotZero(t, permissions[field].role, field)
	}
}

// The people of the matrix. Owner and editor have the same role; the owner created the insight.
var matrixPeople = []string{"viewer", "editor", "owner", "root"}

// matrix says which of these people may use each root field on an insight of the owner. It is
// written independently of permissions.
var matrix = map[string]struct {
	operation string
	may       string // initials: v(iewer), e(ditor), o(wner), r(oot)
}{
	"Query.currentUser":                  {`{ currentUser { username } }`, "veor"},
	"Query.health":                       {`{ health { workerPolling } }`, "veor"},
	"Query.insightSeries":                {`{ insightSeries(id: "SERIES") { seriesId } }`, "veor"},
	"Query.insightViews":                 {`{ insightViews { nodes { id } } }`, "veor"},
	"Query.previewRepositoriesFromQuery": {`{ previewRepositoriesFromQuery(query: "repo:x") { numberOfRepositories } }`, "veor"},
	"Query.repositories":                 {`{ repositories { nodes { name } } }`, "veor"},
	"Query.repositoryGrants":             {`{ repositoryGrants { nodes { login } } }`, "r"},
	"Query.settings":                     {`{ settings { key } }`, "veor"},
	"Query.validateInsightQuery":         {`{ validateInsightQuery(query: "x") { canonical } }`, "veor"},
	"Query.validateScopedInsightQuery":   {`{ validateScopedInsightQuery(query: "x") { isValid } }`, "veor"},
	"Subscription.insightProgress":       {`subscription { insightProgress(ids: ["VIEW"]) { id } }`, "veor"},

	"Mutation.createLineChartSearchInsight": {`mutation { createLineChartSearchInsight(input: {options: {title: "new"}, repositoryScope: {repositories: []}, dataSeries: [{query: "new", options: {label: "new"}, timeScope: {stepInterval: {unit: MONTH, value: 1}}}]}) { view { id } } }`, "eor"},
	"Mutation.deleteInsightView":            {`mutation { deleteInsightView(id: "VIEW") { alwaysNil } }`, "or"},

	"Mutation.cancelInsightSeriesBackfill": {`mutation { cancelInsightSeriesBackfill(seriesId: "SERIES") { seriesId } }`, "or"},
	"Mutation.extendInsightSeries":         {`mutation { extendInsightSeries(seriesId: "SERIES", points: 20) { seriesId } }`, "or"},
	"Mutation.pauseInsightSeries":          {`mutation { pauseInsightSeries(seriesId: "SERIES") { seriesId } }`, "or"},
	"Mutation.resumeInsightSeries":         {`mutation { resumeInsightSeries(seriesId: "SERIES") { seriesId } }`, "or"},
	"Mutation.retryInsightSamples":         {`mutation { retryInsightSamples(seriesId: "SERIES", filter: {}) { seriesId } }`, "or"},
	"Mutation.retryInsightSeriesBackfill":  {`mutation { retryInsightSeriesBackfill(seriesId: "SERIES") { seriesId } }`, "or"},
	"Mutation.setInsightSeriesRetention":   {`mutation { setInsightSeriesRetention(seriesId: "SERIES", points: 9) { seriesId } }`, "or"},
	"Mutation.snapshotInsightSeries":       {`mutation { snapshotInsightSeries(seriesId: "SERIES") { seriesId } }`, "or"},
	"Mutation.triggerInsightSeries":        {`mutation { triggerInsightSeries(seriesId: "SERIES") { seriesId } }`, "or"},

	"Mutation.moveInsightSeriesBackfillToBackOfQueue":  {`mutation { moveInsightSeriesBackfillToBackOfQueue(seriesId: "SERIES") { seriesId } }`, "r"},
	"Mutation.moveInsightSeriesBackfillToFrontOfQueue": {`mutation { moveInsightSeriesBackfillToFrontOfQueue(seriesId: "SERIES") { seriesId } }`, "r"},

	"Mutation.addRepository":        {`mutation { addRepository(location: "/srv/new") { name } }`, "r"},
	"Mutation.grantRepository":      {`mutation { grantRepository(name: "REPOSITORY", login: "viewer") { name } }`, "r"},
	"Mutation.removeRepository":     {`mutation { removeRepository(name: "REPOSITORY") { alwaysNil } }`, "r"},
	"Mutation.renameRepository":     {`mutation { renameRepository(name: "REPOSITORY", newName: "REPOSITORY-renamed") { name } }`, "r"},
	"Mutation.revokeRepository":     {`mutation { revokeRepository(name: "REPOSITORY", login: "viewer") { alwaysNil } }`, "r"},
	"Mutation.setRepositoryPrivate": {`mutation { setRepositoryPrivate(name: "REPOSITORY", private: true) { name } }`, "r"},
	"Mutation.syncRepository":       {`mutation { syncRepository(name: "REPOSITORY") { alwaysNil } }`, "r"},
	"Mutation.updateSetting":        {`mutation { updateSetting(key: "backsight.sync.interval", value: "5m") { key } }`, "r"},
}

// Every person uses every root field on an insight of the owner, and on a repository that is
// public, private, or private with a grant. Each cell gets objects of its own, because some
// operations delete theirs.
func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	require.Len(t, matrix, len(rootFields(t)))
	b := setup(t)
	behind := b.behind(Auth{Admins: []string{"root"}, Editors: []string{"editor", "owner"}})
	n := 0
	for field, row := range matrix {
		visibilities := []string{"public"}
		if strings.Contains(row.operation, "REPOSITORY") {
			visibilities = []string{"public", "private", "granted"}
		}
		for _, visibility := range visibilities {
			for _, who := range matrixPeople {
				n++
				repository := fmt.Sprintf("r%d", n)
				_, err := b.store.Repositories.Add(t.Context(), repository, "/srv/"+repository, true)
				require.NoError(t, err)
				require.NoError(t, b.store.Access.SetPrivate(t.Context(), repository, visibility != "public"))
				if visibility == "granted" {
					require.NoError(t, b.store.Access.Grant(t.Context(), repository, who))
				}
				created := createAs(t, behind, "owner", fmt.Sprintf("query%d", n))
				operation := strings.NewReplacer("VIEW", created.ID, "SERIES", created.DataSeries[0].SeriesID, "REPOSITORY", repository).Replace(row.operation)
				answer := firstAnswer(t, behind, who, operation)
				may := strings.Contains(row.may, who[:1])
				require.Equal(t, !may, strings.Contains(answer, `"code":"forbidden"`), "%s as %s on a %s repository: %s", field, who, visibility, answer)
				if may {
					// The series has no samples yet.
					nothing := strings.Contains(answer, "so nothing is retried") && strings.HasPrefix(field, "Mutation.retry")
					require.Equal(t, nothing, strings.Contains(answer, `"errors"`), "%s as %s: %s", field, who, answer)
				} else {
					require.NotContains(t, answer, repository, "the answer does not name what the person may not see")
				}
			}
		}
	}
	// Nobody who is not signed in gets an answer.
	r := request(http.MethodPost, "/graphql", func(r *http.Request) { r.RemoteAddr = "127.0.0.1:4711" })
	require.Equal(t, http.StatusUnauthorized, status(behind, r))
}

func createAs(t *testing.T, h http.Handler, who, query string) createdView {
	t.Helper()
	var answer struct {
		Data struct {
			CreateLineChartSearchInsight struct{ View createdView }
		}
	}
	text := operateAs(t, h, who, createMutation, input("an insight", query))
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	require.NotEmpty(t, answer.Data.CreateLineChartSearchInsight.View.ID, text)
	return answer.Data.CreateLineChartSearchInsight.View
}

// firstAnswer returns the response to an operation or, if it is a subscription, the first event.
func firstAnswer(t *testing.T, h http.Handler, who, operation string) string {
	t.Helper()
	if !strings.HasPrefix(operation, "subscription") {
		return operateAs(t, h, who, operation, nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := request(http.MethodPost, "/graphql", func(r *http.Request) {
		r.RemoteAddr = "127.0.0.1:4711"
		r.Header.Set("X-Forwarded-User", who)
		r.Header.Set("Accept", "text/event-stream")
		body, err := json.Marshal(map[string]string{"query": operation})
		require.NoError(t, err)
		setBody(r, string(body))
	})
	w := &untilEvent{httptest.NewRecorder(), cancel}
	h.ServeHTTP(w, r.WithContext(ctx))
	return w.Body.String()
}

// untilEvent calls cancel after the first event of a stream.
type untilEvent struct {
	*httptest.ResponseRecorder
	cancel func()
}

func (w *untilEvent) Flush() {
	if strings.Contains(w.Body.String(), "data:") {
		w.cancel()
	}
}

func TestOwnership(t *testing.T) {
	t.Parallel()
	b := setup(t)
	behind := b.behind(Auth{Admins: []string{"root"}, Editors: []string{everyone}})
	ask := func(who, operation string) string { return operateAs(t, behind, who, operation, nil) }
	ann, bob := createAs(t, behind, "ann", "shared"), createAs(t, behind, "bob", "shared")
	series := ann.DataSeries[0].SeriesID
	require.Equal(t, series, bob.DataSeries[0].SeriesID, "two insights share the series")
	const show = `{ insightViews { nodes { owner viewerCanEdit } } }`
	require.JSONEq(t, `{"data":{"insightViews":{"nodes":[{"owner":"bob","viewerCanEdit":false},{"owner":"ann","viewerCanEdit":true}]}}}`, ask("ann", show))
	require.JSONEq(t, `{"data":{"insightViews":{"nodes":[{"owner":"bob","viewerCanEdit":true},{"owner":"ann","viewerCanEdit":true}]}}}`, ask("root", show))
	require.JSONEq(t, `{"data":{"currentUser":{"username":"ann","siteAdmin":false,"role":"EDITOR"}}}`, ask("ann", `{ currentUser { username siteAdmin role } }`))

	pause := fmt.Sprintf(`mutation { pauseInsightSeries(seriesId: %q) { seriesId } }`, series)
	require.NotContains(t, ask("ann", pause), "errors")
	require.NotContains(t, ask("bob", pause), "errors")
	require.Contains(t, ask("eve", pause), "only the owner of the insight and administrators may do this")
	require.NotContains(t, ask("bob", fmt.Sprintf(`mutation { deleteInsightView(id: %q) { alwaysNil } }`, bob.ID)), "errors")
	require.Contains(t, ask("bob", pause), `"code":"forbidden"`, "bob no longer has an insight with the series")
	require.NotContains(t, ask("ann", pause), "errors")

	// What does not exist has no owner, and the answer says that it does not exist.
	require.Contains(t, ask("ann", `mutation { deleteInsightView(id: "gone") { alwaysNil } }`), "insight gone does not exist")
	require.Contains(t, ask("ann", `mutation { pauseInsightSeries(seriesId: "gone") { seriesId } }`), "series gone does not exist")

	// Without a proxy everybody is an administrator, and insights have no owner.
	old := b.create("old", "TODO")
	require.Contains(t, ask("ann", fmt.Sprintf(`{ insightViews(id: %q) { nodes { owner viewerCanEdit } } }`, old.ID)), `{"owner":null,"viewerCanEdit":false}`)
	require.Contains(t, ask("ann", fmt.Sprintf(`mutation { deleteInsightView(id: %q) { alwaysNil } }`, old.ID)), `"code":"forbidden"`)
	require.NotContains(t, ask("root", fmt.Sprintf(`mutation { deleteInsightView(id: %q) { alwaysNil } }`, old.ID)), "errors")
}

func TestALoginIsExactlyOneValidHeader(t *testing.T) {
	t.Parallel()
	b := setup(t)
	behind := b.behind(Auth{Admins: []string{"root"}})
	for _, test := range []struct {
		headers []string
		status  int
	}{
		{nil, http.StatusUnauthorized},
		{[]string{""}, http.StatusUnauthorized},
		{[]string{"ann", "root"}, http.StatusUnauthorized},
		{[]string{"root", "root"}, http.StatusUnauthorized},
		{[]string{"ann, root"}, http.StatusUnauthorized},
		{[]string{"ann\x00"}, http.StatusUnauthorized},
		{[]string{"r\u200boot"}, http.StatusUnauthorized},
		{[]string{"root\u00a0"}, http.StatusUnauthorized},
		{[]string{"mu\u0308ller"}, http.StatusOK}, // compared in the composed form
		{[]string{"ann\xff"}, http.StatusUnauthorized},
		{[]string{strings.Repeat("a", store.MaxLogin+1)}, http.StatusUnauthorized},
		{[]string{strings.Repeat("a", store.MaxLogin)}, http.StatusOK},
		{[]string{"ann.lee+x@example.com"}, http.StatusOK},
		{[]string{`CORP\ann`}, http.StatusOK},
		{[]string{"Zoë"}, http.StatusOK},
	} {
		r := request(http.MethodPost, "/graphql", func(r *http.Request) {
			r.RemoteAddr = "127.0.0.1:4711"
			r.Header["X-Forwarded-User"] = slices.Clone(test.headers)
			setBody(r, `{"query":"{ currentUser { username } }"}`)
		})
		require.Equal(t, test.status, status(behind, r), "%q", test.headers)
	}
	require.NoError(t, Auth{Admins: []string{"root"}, Editors: []string{everyone, "ann"}}.CheckLogins())
	require.ErrorContains(t, Auth{Admins: []string{everyone}, Editors: []string{"ann"}}.CheckLogins(), `--admins: login "*"`)
	require.ErrorContains(t, Auth{Editors: []string{"ann lee"}}.CheckLogins(), `--editors: login "ann lee"`)
}
