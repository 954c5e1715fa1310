package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		b.post(`query Named { settings { key } }`, nil)
	}
	b.post(`mutation { removeRepository(name: "x") { alwaysNil } }`, nil)
	b.post(`{ nothing }`, nil)
	broken, err := http.Post(b.url+"/graphql", "application/json", strings.NewReader("{"))
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, broken.StatusCode)
	require.NoError(t, broken.Body.Close())

	response, err := http.Get(b.url + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for _, line := range []string{
		`backsight_graphql_answers_total{code="ok",kind="query"} 2`,
		`backsight_graphql_answers_total{code="not_found",kind="mutation"} 1`,
		`backsight_graphql_answers_total{code="invalid",kind="unknown"} 2`,
		`backsight_graphql_seconds_count{kind="query"} 2`,
	} {
		require.Contains(t, string(text), line+"\n")
	}
	require.NotContains(t, string(text), "Named")
}
