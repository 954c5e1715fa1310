package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestQueriesOfPointsKeepTheirType(t *testing.T) {
	january, february := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]struct{ at, diff string }{
		"TODO": {
			"TODO rev:at.time(2026-02-01T00:00:00Z)",
			"TODO type:diff after:2026-01-01T00:00:00Z before:2026-02-01T00:00:00Z",
		},
		"fix type:commit": {
			"fix type:commit after:2026-01-01T00:00:00Z before:2026-02-01T00:00:00Z",
			"fix type:commit after:2026-01-01T00:00:00Z before:2026-02-01T00:00:00Z",
		},
	} {
		models := pointModels(insights.Series{Query: text}, []store.Point{{Time: january}, {Time: february}})
		require.Equal(t, want.at, models[1].PointInTimeQuery)
		require.Equal(t, want.diff, *models[1].DiffQuery)
	}
}
