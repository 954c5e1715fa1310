package history

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// damaged returns a repository with three commits and loose objects, for tests that damage it:
//
//	0: a "TODO", d/b "TODO TODO", d/e/c "TODO"
//	1: a has no match
//	2: d/b removed
func damaged(t *testing.T) (*testgit.Repo, []string) {
	t.Helper()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", false,
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "TODO a"}, {Path: "d/b", Content: "TODO TODO"}, {Path: "d/e/c", Content: "TODO c"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "done"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "d/b", Delete: true}}},
	)
	return repo, ids
}

func TestSearch_FaultsNameTheObjectAndAffectOnlyTheirCommits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		object string // revision and path of the damaged object
		how    func(*testgit.Repo, testgit.TB, string)
		class  gitrepo.Problem
		path   string
		values [3]int64 // of commits 0, 1, 2
		faulty [3]bool
	}{
		{"missing file", "main~2:d/b", (*testgit.Repo).RemoveObject, gitrepo.Missing, "d/b", [3]int64{2, 1, 1}, [3]bool{true, true, false}},
		{"corrupt file", "main~2:a", (*testgit.Repo).CorruptObject, gitrepo.Corrupt, "a", [3]int64{3, 3, 1}, [3]bool{true, false, false}},
		{"missing folder", "main:d/e", (*testgit.Repo).RemoveObject, gitrepo.Missing, "d/e/", [3]int64{3, 2, 0}, [3]bool{true, true, true}},
		{"corrupt folder", "main~2:d", (*testgit.Repo).CorruptObject, gitrepo.Corrupt, "d/", [3]int64{1, 0, 1}, [3]bool{true, true, false}},
		{"missing root", "main~1^{tree}", (*testgit.Repo).RemoveObject, gitrepo.Missing, "", [3]int64{4, 0, 1}, [3]bool{false, true, false}},
		{"missing commit", "main~1", (*testgit.Repo).RemoveObject, gitrepo.Missing, "", [3]int64{4, 0, 1}, [3]bool{false, true, false}},
		{"corrupt commit", "main", (*testgit.Repo).CorruptObject, gitrepo.Corrupt, "", [3]int64{4, 3, 0}, [3]bool{false, false, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			repo, ids := damaged(t)
			object := repo.ObjectAt(t, row.object)
			row.how(repo, t, object)
			// In several orders: a fault must not affect other commits.
			for _, order := range [][]int{{2, 1, 0}, {0, 1, 2}, {1, 0, 2}} {
				var asked []string
				for _, i := range order {
					asked = append(asked, ids[i])
				}
				results, _ := searchAll(t, repo, compile(t, "TODO", false), 2, asked...)
				for k, i := range order {
					require.Equal(t, row.values[i], results[k].Value, "commit %d", i)
					if !row.faulty[i] {
						require.Empty(t, results[k].Faults, "commit %d", i)
						continue
					}
					require.Len(t, results[k].Faults, 1, "commit %d", i)
					fault := results[k].Faults[0]
					require.Equal(t, string(row.class), fault.Class)
					require.Equal(t, gitrepo.OID(object), fault.Object)
					require.Equal(t, row.path, fault.Path)
				}
			}
		})
	}
}

func TestSearch_AnObjectAtSeveralPathsIsOneFault(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	same := "TODO lost"
	ids := repo.Import(t, "main", true,
		testgit.Commit{Changes: []testgit.Change{
			{Path: "a", Content: "TODO"}, {Path: "b", Content: same}, {Path: "c", Content: same}, {Path: "d/e/f", Content: same}, {Path: "g/e/f", Content: same},
		}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "TODO TODO"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "b", Delete: true}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "c", Delete: true}, {Path: "h", Content: same}}},
	)
	compared := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	file, folder := repo.ObjectAt(t, "main:h"), repo.ObjectAt(t, "main:d/e")
	repo.RemoveObject(t, file)
	compared.update(ids[3])
	paths := []string{"b", "b", "c", "d/e/f"}
	for _, query := range []string{"TODO", "TODO lang:text OR TODO"} {
		require.True(t, compared.check(compile(t, query, false), 0, 1, ids[3], ids).Indexed)
		results, _ := searchAll(t, repo, compile(t, query, false), 1, ids...)
		for i, r := range results {
			require.Equal(t, []Fault{{Class: string(gitrepo.Missing), Object: gitrepo.OID(file), Path: paths[i]}}, r.Faults, "%s: commit %d", query, i)
		}
		require.Equal(t, results[0].Unread, results[1].Unread, "both lack the object at the same paths")
		require.NotEqual(t, results[1].Unread, results[2].Unread, "one of the paths is gone")
		require.Equal(t, results[2].Unread, results[3].Unread, "a renamed file counts the same")
	}
	results := searchCommits(t, commitRequest(t, repo, "type:diff nothing"))
	require.Len(t, results[len(results)-1].Faults, 1)

	repo.RemoveObject(t, folder)
	lost, _ := searchAll(t, repo, compile(t, "TODO", false), 1, ids[3])
	require.Equal(t, []Fault{
		{Class: string(gitrepo.Missing), Object: gitrepo.OID(folder), Path: "d/e/"},
		{Class: string(gitrepo.Missing), Object: gitrepo.OID(file), Path: "h"},
	}, lost[0].Faults)
}

func TestSearch_AnEntryOfTheWrongTypeIsAFault(t *testing.T) {
	t.Parallel()
	repo, _ := damaged(t)
	blob, tree := repo.ObjectAt(t, "main:a"), repo.ObjectAt(t, "main:d")
	bad := mktree(t, repo, "100644 blob "+tree+"\tfile\n040000 tree "+blob+"\tfolder\n100644 blob "+blob+"\tgood\n")
	commit := repo.Git(t, "commit-tree", "-m", "x", bad)
	results, _ := searchAll(t, repo, compile(t, "done", false), 1, commit)
	require.Equal(t, int64(1), results[0].Value)
	require.Len(t, results[0].Faults, 2)
	require.Equal(t, "file", results[0].Faults[0].Path)
	require.Equal(t, "folder/", results[0].Faults[1].Path)
	require.Equal(t, string(gitrepo.Corrupt), results[0].Faults[0].Class)
}

// mktree writes a tree from a listing, even an invalid one.
func mktree(t *testing.T, repo *testgit.Repo, listing string) string {
	t.Helper()
	var tree strings.Builder
	for line := range strings.Lines(listing) {
		head, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		fields := strings.Fields(head)
		hash, ok := gitrepo.HashOf(gitrepo.OID(fields[2]))
		require.True(t, ok)
		tree.WriteString(strings.TrimPrefix(fields[0], "0") + " " + name + "\x00" + string(hash[:20]))
	}
	file := filepath.Join(t.TempDir(), "tree")
	require.NoError(t, os.WriteFile(file, []byte(tree.String()), 0o644))
	return repo.Git(t, "hash-object", "-w", "--literally", "-t", "tree", file)
}

func TestSearch_AMalformedTreeIsAFault(t *testing.T) {
	t.Parallel()
	repo, _ := damaged(t)
	file := filepath.Join(t.TempDir(), "tree")
	for _, content := range []string{"100644 name-without-end", "100644 a\x00short", "no-space\x00", " \x00"} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
		bad := repo.Git(t, "hash-object", "-w", "--literally", "-t", "tree", file)
		commit := repo.Git(t, "commit-tree", "-m", "x", bad)
		results, _ := searchAll(t, repo, compile(t, "done", false), 1, commit)
		require.Len(t, results[0].Faults, 1, "%q", content)
		require.Equal(t, gitrepo.OID(bad), results[0].Faults[0].Object)
	}
}

func TestSearch_StopsWhenTheContextEndsOrYieldFails(t *testing.T) {
	t.Parallel()
	repo, ids := damaged(t)
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	req := Request{Repo: r, Matcher: compile(t, "TODO", false), Commits: []gitrepo.OID{gitrepo.OID(ids[2]), gitrepo.OID(ids[1])}}

	enough := errors.New("enough")
	calls := 0
	require.ErrorIs(t, Search(t.Context(), req, func(Result) error { calls++; return enough }), enough)
	require.Equal(t, 1, calls)

	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, Search(ctx, req, func(Result) error { cancel(); return nil }), context.Canceled)
}

func TestSearch_CountsWork(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	same := "TODO: the same content\n"
	var commits []testgit.Commit
	for i := range 30 {
		c := testgit.Commit{Changes: []testgit.Change{{Path: "changing.go", Content: strings.Repeat("TODO\n", i+1)}}}
		if i == 0 {
			c.Changes = append(c.Changes, testgit.Change{Path: "one/same.go", Content: same}, testgit.Change{Path: "two/same.go", Content: same},
				testgit.Change{Path: "skipped.txt", Content: "TODO but of no interest"})
		}
		commits = append(commits, c)
	}
	ids := repo.Import(t, "main", true, commits...)
	results, stats := searchAll(t, repo, compile(t, `TODO file:\.go$`, false), 2, ids...)
	require.Equal(t, int64(32), results[29].Value)
	require.Equal(t, int64(31), stats.Blobs, "30 versions, and the content that two paths share")
	require.Equal(t, int64(31), stats.Matches)
	require.Equal(t, int64(31), stats.Trees, "30 root trees; one/ and two/ are one")
	require.Zero(t, stats.GitProcesses, "a sound pack needs none")
}

// A pattern that can match several lines needs the whole file at once.
func TestSearch_FilesAboveTheLimitAreFaultsUnlessBinary(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		repo := testgit.New(t)
		ids := repo.Import(t, "main", packed,
			testgit.Commit{Changes: []testgit.Change{{Path: "small", Content: "TODO"}, {Path: "binary", Content: "\x00" + strings.Repeat("TODO", 50_000)}}},
			testgit.Commit{Changes: []testgit.Change{{Path: "text", Content: strings.Repeat("TODO", 50_000)}}},
		)
		r, err := gitrepo.Open(t.Context(), repo.Dir)
		require.NoError(t, err)
		var results []Result
		require.NoError(t, Search(t.Context(), Request{
			Repo: r, Matcher: compile(t, `/TODO\s?/`, false), MaxBlobSize: 100_000, Commits: []gitrepo.OID{gitrepo.OID(ids[1]), gitrepo.OID(ids[0])},
		}, func(result Result) error { results = append(results, result); return nil }))
		require.Equal(t, int64(1), results[0].Value)
		require.Len(t, results[0].Faults, 1)
		require.Equal(t, "text", results[0].Faults[0].Path)
		require.Equal(t, string(gitrepo.TooLarge), results[0].Faults[0].Class)
		require.Contains(t, results[0].Faults[0].Detail, "200000 bytes")
		require.Equal(t, int64(1), results[1].Value)
		require.Empty(t, results[1].Faults)
	}
}

// A binary file has no match, so its beginning is enough, whatever the query asks about the path.
func TestSearch_BinaryFilesAboveTheLimitAreCounted(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	large := "\x00" + strings.Repeat("TODO x func", 50_000)
	tip := repo.Import(t, "main", true, testgit.Commit{Changes: []testgit.Change{
		{Path: "small.go", Content: "TODO x\n"}, {Path: "d/large.go", Content: large}, {Path: "large.h", Content: large}, {Path: "large", Content: large},
	}})[0]
	compared := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	compared.update(tip)
	for query, value := range map[string]int64{
		"TODO": 1, "TODO lang:go": 1, "TODO lang:c": 0, "(TODO file:^d/) OR (x -file:^d/)": 1, "TODO NOT func": 1, "NOT TODO": 3,
		"file:large": 3, "lang:go": 2, "lang:c++": 0, "lang:perl": 0, "TODO OR lang:python": 1, "TODO -repo:has.content(func)": 1,
		"(TODO lang:c) OR (x lang:go) OR (func file:^l)": 1, "select:file TODO OR lang:c": 1, "TODO repo:has.file(path:^d content:func)": 0,
	} {
		m := compile(t, query, false)
		results, _ := searchLimited(t, repo, m, 100_000, tip)
		require.Empty(t, results[0].Faults, query)
		require.Equal(t, value, results[0].Value, query)
		whole, _ := searchAll(t, repo, m, 1, tip)
		require.Equal(t, whole[0].Value, results[0].Value, "%s: the file was read", query)
		compared.check(m, 100_000, 1, tip, []string{tip})
	}
}

func TestSearch_ReportsProgress(t *testing.T) {
	t.Parallel()
	repo, ids := damaged(t)
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	var told []Progress
	require.NoError(t, Search(t.Context(), Request{
		Repo: r, Matcher: compile(t, "TODO", false), Commits: []gitrepo.OID{gitrepo.OID(ids[0])},
		Progress: func(p Progress) { told = append(told, p) },
	}, func(Result) error { return nil }))
	require.NotEmpty(t, told)
}
