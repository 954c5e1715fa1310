package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestRepositoryNames(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		location string
		local    bool
		want     []string
	}{
		{"https://github.com/acme/api.git", false, []string{"github.com/acme/api"}},
		{"https://ann:secret@github.com:443/acme/api/", false, []string{"github.com/acme/api"}},
		{"ssh://git@git.example/acme/api.git", false, []string{"git.example/acme/api"}},
		{"git@github.com:acme/api.git", false, []string{"github.com/acme/api"}},
		{"github.com:acme/api", false, []string{"github.com/acme/api"}},
		{"file:///srv/caf%E9/api", false, []string{"srv/caf%E9/api"}}, // not UTF-8
		{"/home/ann/src/api", true, []string{"api", "src/api", "ann/src/api", "home/ann/src/api"}},
		{"/srv/api.git", true, []string{"api", "srv/api"}},
		{"/srv/api/.git", true, []string{"api", "srv/api"}},
	} {
		require.Equal(t, row.want, repositoryNames(row.location, row.local), row.location)
	}
}

func TestRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	add := func(location string) string {
		var added struct {
			AddRepository struct{ Name, Location string }
		}
		b.do(&added, `mutation($l: String!) { addRepository(location: $l) { name location } }`, map[string]any{"l": location})
		return added.AddRepository.Name
	}
	require.Equal(t, "api", add("/srv/acme/api"))
	require.Equal(t, "api", add("/srv/acme/api"), "a registered location returns its repository")
	require.Equal(t, "other/api", add("/srv/other/api"), "if a name is in use, the name gets more of the path")
	require.Equal(t, "git.example/acme/web", add("https://ann:secret@git.example/acme/web.git"))
	require.Len(t, b.workflows.synced, 4, "each is synced immediately")
	b.refused(insights.NotFound, `mutation { addRepository(location: "/home/nothing") { name } }`, nil)
	b.refused(insights.Invalid, `mutation { addRepository(location: "ext::sh -c id") { name } }`, nil)
	b.refused(insights.Conflict, `mutation { addRepository(location: "/srv/third/api", name: "api") { name } }`, nil)

	var list struct {
		Repositories struct {
			TotalCount int
			Nodes      []struct{ Name, Location string }
		}
	}
	b.do(&list, `{ repositories(find: "web|other") { totalCount nodes { name location } } }`, nil)
	require.Equal(t, 2, list.Repositories.TotalCount)
	require.Equal(t, "git.example/acme/web", list.Repositories.Nodes[0].Name)

	require.Equal(t, []string{"one", "two"}, noticesOf(store.Repository{Notices: []string{"one"}, Unsearched: "two"}))
	require.Equal(t, []string{"one"}, noticesOf(store.Repository{Notices: []string{"one"}}))
	require.Equal(t, "https://git.example/acme/web.git", list.Repositories.Nodes[0].Location, "neither password nor user, which may be a token")
	b.refused(insights.Invalid, `{ repositories(find: "(") { totalCount } }`, nil)

	var preview struct {
		PreviewRepositoriesFromQuery struct{ NumberOfRepositories int }
	}
	b.do(&preview, `{ previewRepositoriesFromQuery(query: "repo:api$") { numberOfRepositories } }`, nil)
	require.Equal(t, 2, preview.PreviewRepositoriesFromQuery.NumberOfRepositories)

	b.do(&struct{}{}, `mutation { removeRepository(name: "api") { alwaysNil } }`, nil)
	b.refused(insights.NotFound, `mutation { removeRepository(name: "api") { alwaysNil } }`, nil)
	b.refused(insights.NotFound, `mutation { syncRepository(name: "api") { alwaysNil } }`, nil)
	b.do(&struct{}{}, `mutation { syncRepository { alwaysNil } }`, nil)
	require.Equal(t, int64(0), b.workflows.synced[4], "0 is every repository")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var list struct {
		Settings []struct{ Key, Value, Default, Description string }
	}
	b.do(&list, `{ settings { key value default description } }`, nil)
	require.Len(t, list.Settings, len(store.KnownSettings))
	var set struct {
		UpdateSetting struct{ Key, Value string }
	}
	b.do(&set, `mutation($k: String!) { updateSetting(key: $k, value: "20") { key value } }`, map[string]any{"k": store.SettingFrameRate})
	require.Equal(t, "20", set.UpdateSetting.Value)
	b.refused(insights.Invalid, `mutation { updateSetting(key: "insights.historical.worker.rateLimi", value: "20") { key } }`, nil)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var health struct {
		Health struct {
			WorkerPolling  bool
			UnservedShards []int
			TemporalUI     string
			Message        *string
		}
	}
	ask := `{ health { workerPolling unservedShards temporalUi message } }`
	b.do(&health, ask, nil)
	require.True(t, health.Health.WorkerPolling)
	require.Nil(t, health.Health.Message)
	require.Empty(t, health.Health.UnservedShards)
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingShards, "4"))
	b.workflows.set(func(f *fakeWorkflows) { f.served = 2 })
	b.do(&health, ask, nil)
	require.True(t, health.Health.WorkerPolling)
	require.Equal(t, []int{2, 3}, health.Health.UnservedShards)
	require.Contains(t, *health.Health.Message, "No worker serves the search shards 2, 3")
	b.workflows.set(func(f *fakeWorkflows) { f.fail = insights.Errorf(insights.Unavailable, "rpc error") })
	b.do(&health, `{ health { workerPolling temporalUi message } }`, nil)
	require.False(t, health.Health.WorkerPolling)
	require.NotContains(t, *health.Health.Message, "rpc")
}
