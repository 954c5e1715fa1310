package historycmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestNamesOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"/srv/github.com/acme/api":      {"api", "acme/api", "github.com/acme/api"},
		"/srv/github.com/acme/api.git":  {"api", "acme/api", "github.com/acme/api"},
		"/srv/github.com/acme/api/.git": {"api", "acme/api", "github.com/acme/api"},
		"/api/":                         {"api"},
	} {
		require.Equal(t, want, namesOf(path))
	}
}

// The query's filters on repositories choose among the arguments, in each command and mode.
func TestRun_Scope(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var paths []string
	for _, name := range []string{"acme/api", "acme/web.git", "beta/api"} {
		repo, _ := testRepo(t)
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.Rename(repo.Dir, path))
		paths = append(paths, path)
	}
	for _, row := range []struct {
		scope string
		want  []string
	}{
		{"", paths},
		{"repo:api", []string{paths[0], paths[2]}},
		{"repo:^API$", []string{paths[0], paths[2]}},
		{"-repo:api", paths[1:2]},
		{"repo:^acme/", paths[:2]},
		{"-repo:^acme/", paths[2:]},
		{"repo:acme -repo:web$", paths[:1]},
		{"(repo:web$ OR repo:beta)", paths[1:]},
		{"NOT (repo:web$ OR repo:beta)", paths[:1]},
		{"fork:yes archived:yes", paths},
	} {
		for _, o := range []options{{Points: new(1)}, {Every: "commit", Points: new(1)}} {
			o.Query, o.Repositories, o.JSON = row.scope+" TODO", paths, true
			out, _, err := run(t, o)
			require.NoError(t, err)
			require.Equal(t, row.want, repositoriesIn(t, out), row.scope)
		}
		var out, stderr bytes.Buffer
		o := inventoryOptions{options: options{Repositories: paths, Query: row.scope, JSON: true, Now: now}, By: "language", Measure: "lines"}
		_, err := measureInventory(t.Context(), o, &out, &stderr)
		require.NoError(t, err)
		require.Equal(t, row.want, repositoriesIn(t, out.String()), row.scope)
	}
	for scope, says := range map[string]string{
		"repo:nothing":      "no repository matches repo:nothing: the name of " + paths[0] + " is api or acme/api or ",
		"fork:only":         "fork:only: the command line does not know which repositories are forks",
		"archived:only":     "archived:only: the command line does not know which repositories are archived",
		"fork:no":           "fork:no: ",
		"NOT archived:only": "archived:only: ",
	} {
		_, _, err := run(t, options{Repositories: paths, Query: scope + " TODO", Points: new(1)})
		require.Equal(t, insights.Invalid, insights.ErrorCode(err))
		require.ErrorContains(t, err, says)
	}
}

func repositoriesIn(t *testing.T, out string) (names []string) {
	t.Helper()
	for _, line := range decode(t, out) {
		names = append(names, line["repository"].(string))
	}
	return names
}
