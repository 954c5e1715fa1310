package insights_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

// The parts always sum to Planned, whether the samples of a plan end one by one or in groups, and
// in any order.
func TestCompletenessPartsAlwaysSumToPlanned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c insights.Completeness
		for range rapid.IntRange(0, 5).Draw(t, "slices of the plan") {
			c.Add(insights.Pending, rapid.Int64Range(0, 100).Draw(t, "pending"))
			c.Add(insights.Absent, rapid.Int64Range(0, 100).Draw(t, "absent"))
			c.Add(insights.Reused, rapid.Int64Range(0, 100).Draw(t, "reused"))
		}
		planned := c.Planned
		require.NoError(t, c.Check())
		for c.Pending > 0 {
			var done insights.Completeness
			left := rapid.Int64Range(1, c.Pending).Draw(t, "settled")
			for _, o := range insights.Outcomes {
				if o != insights.Pending && left > 0 {
					n := rapid.Int64Range(0, left).Draw(t, string(o))
					done.Add(o, n)
					left -= n
				}
			}
			done.Add(insights.Failed, left)
			before := c.Percent()
			c.Settle(done)
			require.NoError(t, c.Check())
			require.Equal(t, planned, c.Planned)
			require.GreaterOrEqual(t, c.Percent(), before)
			require.Equal(t, c.Pending == 0, c.Percent() == 100)
		}
		require.Equal(t, planned, c.Done())
	})
}

func TestCompletenessCheckFindsContradictions(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, insights.Completeness{Planned: 2, Counted: 1}.Check(), "sum to 1")
	require.ErrorContains(t, insights.Completeness{Counted: 1, Pending: -1}.Check(), "pending is -1")
}

func TestErrorCode(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("create: %w", insights.Errorf(insights.NotFound, "repository %q: no such repository", "acme/api"))
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	require.Equal(t, insights.Internal, insights.ErrorCode(errors.New("boom")))
	require.Equal(t, insights.Code(""), insights.ErrorCode(nil))
	require.False(t, insights.NotFound.Retryable())
	require.True(t, insights.Unavailable.Retryable())
	cause := errors.New("connection refused")
	require.ErrorIs(t, insights.Errorf(insights.Unavailable, "postgres: %w", cause), cause)
}

func TestViewValidate(t *testing.T) {
	t.Parallel()
	series := insights.ViewSeries{Series: insights.Series{Query: "TODO", Grid: insights.NewGrid(at("2024-05-05T05:05:55Z"), insights.Interval{Unit: insights.Month, Value: 1}, 12)}}
	require.NoError(t, insights.View{Title: "t", Series: []insights.ViewSeries{series}}.Validate())
	require.ErrorContains(t, insights.View{Title: " ", Series: []insights.ViewSeries{series}}.Validate(), "no title")
	require.ErrorContains(t, insights.View{Title: "t"}.Validate(), "at least one query")
	both := series
	both.Scope = insights.Scope{Repositories: []string{"a"}, Criteria: "repo:a"}
	require.ErrorContains(t, insights.View{Title: "t", Series: []insights.ViewSeries{both}}.Validate(), "use one of them")
}

func TestDefinitionKeyTellsSeriesApart(t *testing.T) {
	t.Parallel()
	base := insights.Series{Query: "TODO", Method: insights.Search, Grid: insights.NewGrid(at("2024-05-05T05:05:55Z"), insights.Interval{Unit: insights.Month, Value: 1}, 12)}
	same := base
	require.Equal(t, base.DefinitionKey(), same.DefinitionKey())
	for name, change := range map[string]func(*insights.Series){
		"query": func(s *insights.Series) { s.Query = "FIXME" },
		"list":  func(s *insights.Series) { s.Scope.Repositories = []string{"a"} },
		"two repositories differ from one whose name has a space": func(s *insights.Series) { s.Scope.Repositories = []string{"a", "b"} },
		"criteria": func(s *insights.Series) { s.Scope.Criteria = "a b" },
		"points":   func(s *insights.Series) { s.Grid.Points = 13 },
		"zone":     func(s *insights.Series) { s.Grid.Zone = "Europe/Berlin" },
		"method":   func(s *insights.Series) { s.Method = insights.SearchCompute },
	} {
		other := base
		change(&other)
		require.NotEqual(t, base.DefinitionKey(), other.DefinitionKey(), name)
	}
}
