package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/store"
)

// A series plans exactly the repositories that the page shows for its scope. They include forks and
// archived repositories, unless the scope excludes them.
func TestScopePreviewEqualsThePlan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, flags := range map[string][2]bool{"acme/plain": {}, "acme/fork": {true, false}, "acme/archived": {false, true}, "other/both": {true, true}} {
		r := b.remote(name, "file:///nowhere/"+name)
		require.NoError(t, b.store.Repositories.SetFlags(t.Context(), r.ID, flags[0], flags[1], false))
	}
	for criteria, want := range map[string]int64{
		"repo:.": 4, "repo:^acme/": 3, "fork:no": 2, "fork:only": 2, "archived:no": 2, "archived:only fork:no": 1, "repo:^acme/ fork:no archived:no": 1,
	} {
		scope, err := query.ParseScope(criteria)
		require.NoError(t, err)
		// The page's preview counts in this way.
		count, err := b.store.Repositories.CountInScope(t.Context(), store.ScopeFilter{Match: scope.Matches}, store.Administrator)
		require.NoError(t, err)
		require.EqualValues(t, want, count, criteria)
		begun := b.begin(b.series("TODO", func(s *insights.Series) { s.Scope.Criteria = criteria }))
		require.Equal(t, 3*want, begun.Tally.Planned, criteria)
	}
}
