package historycmd

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Every command that searches files names the files that have names of texts but are skipped as
// binary.
func TestRun_NamesTextsThatAreBinary(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	id := repo.Commit(t, testgit.Epoch, map[string]string{
		"a.go": "TODO\n", "b.sql": "T\x00O\x00D\x00O\x00", "c\nd.py": "TODO\x00", "image.png": "PNG\x00", "marked.sql": testgit.UTF16("x"),
	})
	notice := "at commit " + id[:12] + `, 2 files have names of texts but are binary, so they match no pattern and have no lines: ` +
		`"b.sql", "c\nd.py"; a text must not contain a NUL, and UTF-16 needs a byte order mark`
	all := options{Repositories: []string{repo.Dir}, Query: "TODO"}
	indexes := filepath.Join(t.TempDir(), "indexes")
	with := func(change func(o *options)) options {
		o := all
		change(&o)
		return o
	}
	for _, o := range []options{
		all,
		with(func(o *options) { o.Every = "commit" }),
		with(func(o *options) { o.Indexes = indexes }), // makes the index
		with(func(o *options) { o.Indexes = indexes }),
		with(func(o *options) { o.Query, o.Indexes = "nowhere", indexes }),
	} {
		out, code, err := run(t, o)
		require.NoError(t, err)
		require.Zero(t, code, "the samples are exact: the files have no text")
		require.Contains(t, out, ": notice: "+notice)
		o.JSON = true
		out, _, err = run(t, o)
		require.NoError(t, err)
		for _, line := range decode(t, out) {
			require.NotContains(t, []any{"partial", "failed"}, line["outcome"])
			require.Equal(t, []any{notice}, line["notices"])
		}
	}
	out, _, err := runInventory(t, inventoryOptions{options: options{Repositories: []string{repo.Dir}}})
	require.NoError(t, err)
	require.Contains(t, out, ": notice: "+notice)
	out, _, err = run(t, with(func(o *options) { o.Query = "TODO lang:go" }))
	require.NoError(t, err)
	require.NotContains(t, out, "notice")
}
