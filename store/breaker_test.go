package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestFailuresForOneReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.repositories(t, "acme", 4)
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(0), day(-1))
	look := func(first, last int) store.Failures {
		found, err := b.Samples.Failures(b.ctx, series.ID, plan, list[first].ID, list[last].ID)
		require.NoError(t, err)
		return found
	}
	require.Zero(t, look(0, 3), "nothing has ended")
	fail := func(i int, class insights.ReasonCode) {
		for _, at := range []int{0, -1} {
			b.write(t, series, plan, insights.Sample{RepositoryID: list[i].ID, Time: day(at), Outcome: insights.Failed, Code: class, Reason: "no route to host"})
		}
	}
	fail(0, "fetch failed")
	fail(1, "fetch failed")
	b.write(t, series, plan, insights.Sample{RepositoryID: list[2].ID, Time: day(0), Outcome: insights.Absent})
	alike := store.Failures{Alike: true, Code: "fetch failed", Reason: "no route to host", Samples: 4, Repositories: 2}
	require.Equal(t, alike, look(0, 3), "absent and pending samples do not count")
	fail(3, "timeout")
	require.Zero(t, look(0, 3))
	require.Equal(t, alike, look(0, 2))
	b.write(t, series, plan, insights.Sample{RepositoryID: list[2].ID, Time: day(-1), Outcome: insights.Counted, Commit: oid(1)})
	require.Zero(t, look(0, 2))
}
