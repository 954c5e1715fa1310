package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepoAccess(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args, variables, stdout []string
		answer                  scripted
	}{
		{
			[]string{"private", "acme/a", "acme/b"},
			[]string{`{"name":"acme/a","private":true}`, `{"name":"acme/b","private":true}`},
			[]string{
				"acme/a is private: only administrators and viewers with a grant see it; `backsight repo grants --repo acme/a` lists the grants",
				"acme/b is private: only administrators and viewers with a grant see it; `backsight repo grants --repo acme/b` lists the grants",
			},
			scripted{"setRepositoryPrivate", `{"data":{"setRepositoryPrivate":{"name":"x"}}}`},
		},
		{
			[]string{"public", "acme/a"},
			[]string{`{"name":"acme/a","private":false}`},
			[]string{"acme/a is public: every viewer sees it"},
			scripted{"setRepositoryPrivate", `{"data":{"setRepositoryPrivate":{"name":"x"}}}`},
		},
		{
			[]string{"grant", "ann", "acme/a"},
			[]string{`{"name":"acme/a","login":"ann"}`},
			[]string{"ann may see acme/a"},
			scripted{"grantRepository", `{"data":{"grantRepository":{"isPrivate":true}}}`},
		},
		{
			[]string{"grant", "ann", "acme/a"},
			[]string{`{"name":"acme/a","login":"ann"}`},
			[]string{"ann may see acme/a. The repository is public: `backsight repo private acme/a` makes it private"},
			scripted{"grantRepository", `{"data":{"grantRepository":{"isPrivate":false}}}`},
		},
		{
			[]string{"revoke", "ann", "acme/a"},
			[]string{`{"name":"acme/a","login":"ann"}`},
			[]string{"the grant of ann for acme/a is revoked"},
			scripted{"revokeRepository", `{"data":{"revokeRepository":{"alwaysNil":null}}}`},
		},
		{
			[]string{"revoke", "ann", "--all"},
			[]string{`{"login":"ann"}`},
			[]string{"all grants of ann are revoked"},
			scripted{"revokeRepository", `{"data":{"revokeRepository":{"alwaysNil":null}}}`},
		},
	} {
		a := serve(t, test.answer)
		status, stdout, stderr := a.run(append([]string{"repo"}, test.args...)...)
		require.Equal(t, exitDone, status, "%v: %s", test.args, stderr)
		requireLines(t, test.stdout, stdout)
		var variables []string
		for _, asked := range a.asked {
			variables = append(variables, string(asked.Variables))
		}
		require.Equal(t, test.variables, variables)
	}
	added := serve(t, scripted{"addRepository", `{"data":{"addRepository":{"name":"acme/a","location":"https://git.example/acme/a","isPrivate":true}}}`})
	status, _, stderr := added.run("repo", "add", "https://git.example/acme/a", "--private")
	require.Equal(t, exitDone, status, stderr)
	require.JSONEq(t, `{"location":"https://git.example/acme/a","private":true}`, string(added.asked[0].Variables))

	refused := serve(t, scripted{"grantRepository", `{"errors":[{"message":"only administrators may change grants","extensions":{"code":"forbidden"}}]}`})
	status, _, stderr = refused.run("repo", "grant", "ann", "acme/a", "acme/b")
	require.Equal(t, exitFailed, status)
	require.Contains(t, stderr, "only administrators")
	require.Len(t, refused.asked, 1)
	for _, args := range [][]string{{"repo", "revoke", "ann"}, {"repo", "revoke", "ann", "acme/a", "--all"}} {
		status, _, stderr := runCLI(t, args...)
		require.Equal(t, exitUsage, status)
		require.Contains(t, stderr, "give either the names of repositories or --all")
	}
}

func TestRepoGrantsReadsAllPages(t *testing.T) {
	t.Parallel()
	page := func(nodes, info string) scripted {
		return scripted{"repositoryGrants", `{"data":{"repositoryGrants":{"nodes":[` + nodes + `],"pageInfo":{` + info + `}}}}`}
	}
	a := serve(
		t, page(`{"repository":"acme/a","login":"ann","isPrivate":true}`, `"endCursor":"C","hasNextPage":true`),
		page(`{"repository":"acme/b","login":"ann","isPrivate":false}`, `"endCursor":"D","hasNextPage":false`),
	)
	status, stdout, stderr := a.run("repo", "grants", "--login", "ann")
	require.Equal(t, exitDone, status, stderr)
	requireLines(t, []string{
		"REPOSITORY  LOGIN  REPOSITORY IS",
		"acme/a      ann    private",
		"acme/b      ann    public: the grant has no effect yet",
	}, stdout)
	require.JSONEq(t, `{"login":"ann"}`, string(a.asked[0].Variables))
	require.JSONEq(t, `{"login":"ann","after":"C"}`, string(a.asked[1].Variables))
	_, stdout, _ = a.run("repo", "grants", "--json")
	requireLines(t, []string{`{"repository":"acme/b","login":"ann","isPrivate":false}`}, stdout)
}
