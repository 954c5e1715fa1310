package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestRepositoryGrants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, location := range []string{"/srv/open", "/srv/secret"} {
		b.do(&struct{}{}, `mutation($l: String!) { addRepository(location: $l) { name } }`, map[string]any{"l": location})
	}
	behind := b.behind(Auth{Admins: []string{"root"}})
	ask := func(who, operation string) string {
		body, err := json.Marshal(map[string]string{"query": operation})
		require.NoError(t, err)
		return askAs(t, behind, who, http.MethodPost, "/graphql", string(body))
	}
	lists := func(who string) bool {
		return strings.Contains(ask(who, `{ repositories { totalCount nodes { name } } }`), `"secret"`)
	}
	require.True(t, lists("ann"), "repositories are public by default")

	const hide, grant, all = `mutation { setRepositoryPrivate(name: "secret", private: true) { name isPrivate } }`,
		`mutation { grantRepository(name: "secret", login: "ann") { isPrivate } }`, `{ repositoryGrants { nodes { repository login isPrivate } } }`
	for _, operation := range []string{hide, grant, all, `mutation { revokeRepository(login: "root") { alwaysNil } }`} {
		answer := ask("ann", operation)
		require.Contains(t, answer, `"code":"forbidden"`, operation)
		require.Contains(t, answer, "only administrators may")
	}
	require.True(t, lists("ann"))

	for range 2 {
		require.Contains(t, ask("root", hide), `{"name":"secret","isPrivate":true}`)
	}
	require.False(t, lists("ann"))
	require.True(t, lists("root"))
	for range 2 {
		require.Contains(t, ask("root", grant), `{"isPrivate":true}`)
	}
	require.True(t, lists("ann"))
	require.False(t, lists("bob"))
	require.Contains(t, b.log.String(), "granted=ann")

	var grants struct {
		RepositoryGrants struct {
			Nodes []struct {
				Repository, Login string
				IsPrivate         bool
			}
			PageInfo struct {
				EndCursor   *string
				HasNextPage bool
			}
		}
	}
	// without a proxy every viewer is an administrator
	b.do(&struct{}{}, `mutation { grantRepository(name: "open", login: "bob") { name } }`, nil)
	page := `query($after: String, $login: String) { repositoryGrants(first: 1, after: $after, login: $login) { nodes { repository login isPrivate } pageInfo { endCursor hasNextPage } } }`
	b.do(&grants, page, nil)
	require.Equal(t, "open", grants.RepositoryGrants.Nodes[0].Repository)
	require.False(t, grants.RepositoryGrants.Nodes[0].IsPrivate)
	require.True(t, grants.RepositoryGrants.PageInfo.HasNextPage)
	b.do(&grants, page, map[string]any{"after": grants.RepositoryGrants.PageInfo.EndCursor})
	require.Equal(t, "ann", grants.RepositoryGrants.Nodes[0].Login)
	require.False(t, grants.RepositoryGrants.PageInfo.HasNextPage)
	b.do(&grants, page, map[string]any{"login": "bob"})
	require.Equal(t, "open", grants.RepositoryGrants.Nodes[0].Repository)

	for range 2 {
		ask("root", `mutation { revokeRepository(name: "secret", login: "ann") { alwaysNil } }`)
		require.False(t, lists("ann"))
	}
	ask("root", grant)
	require.True(t, lists("ann"))
	b.do(&struct{}{}, `mutation { revokeRepository(login: "ann") { alwaysNil } }`, nil)
	require.False(t, lists("ann"))
	ask("root", `mutation { setRepositoryPrivate(name: "secret", private: false) { name } }`)
	require.True(t, lists("ann"))

	const added = `mutation { addRepository(location: "/srv/secret", private: true) { name isPrivate } }`
	require.Contains(t, ask("ann", added), `"code":"forbidden"`)
	require.True(t, lists("ann"))
	require.Contains(t, ask("root", added), `{"name":"secret","isPrivate":true}`, "a registered repository becomes private")
	require.False(t, lists("ann"))
	require.Contains(t, ask("root", `mutation { addRepository(location: "/srv/plans", private: true) { name isPrivate } }`), `{"name":"plans","isPrivate":true}`)
	require.NotContains(t, ask("ann", `{ repositories { nodes { name } } }`), "plans")

	for _, operation := range []string{
		`mutation { setRepositoryPrivate(name: "nothing", private: true) { name } }`, `mutation { grantRepository(name: "nothing", login: "ann") { name } }`,
		`mutation { revokeRepository(name: "nothing", login: "ann") { alwaysNil } }`, `{ repositoryGrants(repository: "nothing") { nodes { login } } }`,
	} {
		require.Equal(t, "repository nothing does not exist", b.refused(insights.NotFound, operation, nil))
	}
	b.refused(insights.Invalid, `mutation { grantRepository(name: "open", login: " ") { name } }`, nil)
	b.refused(insights.Invalid, `mutation { revokeRepository(name: "", login: "ann") { alwaysNil } }`, nil)
	b.refused(insights.Invalid, `{ repositoryGrants(after: "x") { nodes { login } } }`, nil)
}
