package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
)

// rawTree writes a tree whose entries are "MODE NAME ID", exactly as they are given.
func rawTree(t *testing.T, repo *testgit.Repo, entries ...string) string {
	t.Helper()
	var tree strings.Builder
	for _, e := range entries {
		fields := strings.Split(e, " ")
		hash, ok := gitrepo.HashOf(gitrepo.OID(fields[2]))
		require.True(t, ok)
		tree.WriteString(fields[0] + " " + fields[1] + "\x00" + string(hash[:20]))
	}
	file := filepath.Join(t.TempDir(), "tree")
	require.NoError(t, os.WriteFile(file, []byte(tree.String()), 0o644))
	return repo.Git(t, "hash-object", "-w", "--literally", "-t", "tree", file)
}

// commitTree commits a tree, and returns the commit.
func commitTree(t *testing.T, repo *testgit.Repo, tree string, at time.Time, parents ...string) string {
	t.Helper()
	content := "tree " + tree + "\n"
	for _, p := range parents {
		content += "parent " + p + "\n"
	}
	who := fmt.Sprintf("A <a@example.com> %d +0000", at.Unix())
	file := filepath.Join(t.TempDir(), "commit")
	require.NoError(t, os.WriteFile(file, []byte(content+"author "+who+"\ncommitter "+who+"\n\nx\n"), 0o644))
	return repo.Git(t, "hash-object", "-w", "-t", "commit", file)
}

// TestSearch_ReadsModesAsGit compares the values with the output of `git ls-tree -r`, which lists
// the files that `git grep` searches.
func TestSearch_ReadsModesAsGit(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	first := repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{
		{Path: "x", Content: "TODO\n"}, {Path: "d/y", Content: "TODO\n"},
	}})[0]
	blob, folder := repo.ObjectAt(t, "main:x"), repo.ObjectAt(t, "main:d")
	compared := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	for i, row := range []struct {
		mode, object string
		files        int64
	}{
		{"100644", blob, 1},
		{"100755", blob, 1},
		{"100640", blob, 1},
		{"100664", blob, 1},
		{"100666", blob, 1},
		{"100775", blob, 1},
		{"100600", blob, 1},
		{"100777", blob, 1},
		{"100000", blob, 1},
		{"107777", blob, 1}, // set-user-id, set-group-id and sticky
		{"0100644", blob, 1},
		{"00000000000000000000100644", blob, 1}, // longer than 32 bits
		{"1100644", blob, 1},                    // a bit above the type bits
		{"40000", folder, 1},
		{"040000", folder, 1},
		{"40755", folder, 1},
		{"0040775", folder, 1},
		{"10000000000000000000040000", folder, 1},
		{"120000", blob, 0},
		{"120777", blob, 0},
		{"160000", first, 0},
		{"160755", first, 0},
		{"644", blob, 0}, // without type bits
		{"0", blob, 0},
		{"60000", blob, 0},
		{"140000", blob, 0},
	} {
		tree := rawTree(t, repo, row.mode+" entry "+row.object)
		listed := int64(0)
		for line := range strings.Lines(repo.Git(t, "ls-tree", "-r", tree)) {
			if strings.HasPrefix(line, "100") {
				listed++
			}
		}
		require.Equal(t, listed, row.files, "mode %s: git", row.mode)
		commit := commitTree(t, repo, tree, testgit.Epoch.Add(time.Duration(i+1)*time.Hour), first)
		for _, query := range []string{"TODO", "type:path entry"} {
			results, _ := searchAll(t, repo, compile(t, query, false), 1, commit)
			require.Empty(t, results[0].Faults, "mode %s: %s", row.mode, query)
			require.Equal(t, row.files, results[0].Value, "mode %s: %s", row.mode, query)
		}
		// An index of the parent, which is extended.
		compared.update(first)
		stats := compared.update(commit)
		require.Equal(t, 1, stats.NewCommits)
		require.True(t, compared.check(compile(t, "TODO", false), 0, 1, first, []string{commit, first}).Indexed)
	}
}

func TestSearch_AMalformedModeIsAFault(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"x": "TODO\n"})
	for _, mode := range []string{"", "10064x", "100648", "-100644", "0x81a4"} {
		tree := rawTree(t, repo, mode+" entry "+repo.ObjectAt(t, "main:x"))
		commit := commitTree(t, repo, tree, testgit.Epoch)
		results, _ := searchAll(t, repo, compile(t, "TODO", false), 1, commit)
		require.Len(t, results[0].Faults, 1, strconv.Quote(mode))
		require.Equal(t, string(gitrepo.Corrupt), results[0].Faults[0].Class)
		r, err := gitrepo.Open(t.Context(), repo.Dir)
		require.NoError(t, err)
		_, err = index.Update(t.Context(), r, gitrepo.OID(commit), filepath.Join(t.TempDir(), "x.idx"))
		require.ErrorIs(t, err, index.ErrUnfit)
	}
}
