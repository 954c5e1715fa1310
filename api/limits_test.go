package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	t.Run("the page's own queries are far from them", func(t *testing.T) {
		a := b.post(`{ insightViews(first: 50) { totalCount pageInfo { endCursor hasNextPage } nodes { id createdAt presentation { title }
			dataSeries { seriesId label status { backfillCompletedAt isLoadingData } completeness { planned counted reused absent partial failed pending percent rate etaSeconds }
				points { dateTime value label coverage { known planned } } } } } }`, nil)
		require.Empty(t, a.Errors)
	})
	t.Run("complexity", func(t *testing.T) {
		message := b.refused(insights.Invalid, `{ insightViews(first: 200) { nodes { dataSeries { samples(first: 200) { nodes { commit reason } } } } } }`, nil)
		require.Contains(t, message, "complexity")
		// An illegal page size does not make a large request cheap.
		require.Contains(t, b.refused(insights.Invalid, `{ insightViews(first: 2000000) { nodes { id } } }`, nil), "complexity")
	})
	t.Run("tokens", func(t *testing.T) {
		b.refused(insights.Invalid, "{ "+strings.Repeat("a:__typename ", maxTokens)+"}", nil)
	})
	t.Run("introspection works", func(t *testing.T) {
		a := b.post(`{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } } }`, nil)
		require.Empty(t, a.Errors)
	})
	t.Run("body", func(t *testing.T) {
		response, err := http.Post(b.url+"/graphql", "application/json", strings.NewReader(`{"query":"`+strings.Repeat(" ", maxBody)+`"}`))
		require.NoError(t, err)
		defer response.Body.Close()
		var text strings.Builder
		_, err = io.Copy(&text, response.Body)
		require.NoError(t, err)
		require.Contains(t, text.String(), "too large")
	})
}
